"""What the accounts charge for standing, read from SUMO's own models."""

import numpy as np

from emissions import ACCOUNTS, Account, load_map
from experiments.machine import cache_folder
from sumo_nets import sumo_home, sumo_version


def idle_per_second() -> dict[str, float]:
    """Column of an account → g, or Wh, of a second with the engine on and the vehicle at rest."""
    return {account.column: _idle(account) for account in ACCOUNTS}


def petrol_columns() -> frozenset[str]:
    """Columns of the accounts in which every vehicle is a petrol car: those of tailpipe CO2."""
    return frozenset(each.column for each in ACCOUNTS if each.quantity == "CO2")


def _idle(account: Account) -> float:
    found = load_map(
        account.emission_class,
        account.quantity,
        slopes_deg=(0.0,),
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=cache_folder(),
    )
    rest = np.zeros(1)
    return float(found.at(rest, rest, rest)[0]) * account.unit_per_rate_s
