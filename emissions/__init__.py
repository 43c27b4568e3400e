"""What a drive emits: maps made from SUMO's models, and accounts of a recorded trace."""

from emissions.accounts import ACCOUNTS, Account, account_steps, load_accounts
from emissions.factors import (
    Amount,
    Factor,
    Factors,
    Scope,
    UnknownFactorError,
    draw,
    product,
)
from emissions.maps import EmissionMap, load_map
from emissions.units import Unit, conversion, parse_unit

__all__ = [
    "ACCOUNTS",
    "Account",
    "Amount",
    "EmissionMap",
    "Factor",
    "Factors",
    "Scope",
    "Unit",
    "UnknownFactorError",
    "account_steps",
    "conversion",
    "draw",
    "load_accounts",
    "load_map",
    "parse_unit",
    "product",
]
