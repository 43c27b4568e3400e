"""What a drive emits: maps made from SUMO's models, and accounts of a recorded trace."""

from emissions.accounts import ACCOUNTS, Account, account_steps, load_accounts
from emissions.maps import EmissionMap, load_map

__all__ = ["ACCOUNTS", "Account", "EmissionMap", "account_steps", "load_accounts", "load_map"]
