"""What a drive emits: maps made from SUMO's models, and accounts of a recorded trace."""

from emissions.accounts import (
    ACCOUNTS,
    POLLUTANTS,
    Account,
    ColumnParts,
    Quantity,
    account_steps,
    column_parts,
    load_accounts,
)
from emissions.maps import EmissionMap, load_map

__all__ = [
    "ACCOUNTS",
    "POLLUTANTS",
    "Account",
    "ColumnParts",
    "EmissionMap",
    "Quantity",
    "account_steps",
    "column_parts",
    "load_accounts",
    "load_map",
]
