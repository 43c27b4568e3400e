"""What a drive emits: maps made from SUMO's models, and accounts of a recorded trace."""

from emissions.accounts import ACCOUNTS, Account, account_steps, load_accounts
from emissions.classes import emission_classes
from emissions.map_loading import load_map, load_maps
from emissions.maps import EmissionMap
from emissions.sumo_program import QUANTITIES

__all__ = [
    "ACCOUNTS",
    "QUANTITIES",
    "Account",
    "EmissionMap",
    "account_steps",
    "emission_classes",
    "load_accounts",
    "load_map",
    "load_maps",
]
