"""What a drive emits: maps of SUMO's models, accounts of a trace, and the least there could be."""

from emissions.accounts import ACCOUNTS, Account, account_steps, load_accounts
from emissions.bound import Entries, least_emissions
from emissions.bound_grid import Gate, Grid, Motion, Zone
from emissions.maps import EmissionMap, load_map

__all__ = [
    "ACCOUNTS",
    "Account",
    "EmissionMap",
    "Entries",
    "Gate",
    "Grid",
    "Motion",
    "Zone",
    "account_steps",
    "least_emissions",
    "load_accounts",
    "load_map",
]
