"""Emission maps that the eco planner plans with: of accounts that drives are charged on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from emissions import ACCOUNTS, EmissionMap, load_accounts
from sumo_nets import sumo_home, sumo_version

PlanningAccount = Literal["hbefa4", "hbefa4_nojump", "phemlight5", "bev"]
"""Accounts as an experiment names them."""

COLUMNS: dict[PlanningAccount, str] = {
    "hbefa4": "co2_hbefa4_g",
    "hbefa4_nojump": "co2_hbefa4_nojump_g",
    "phemlight5": "co2_phemlight5_g",
    "bev": "energy_bev_wh",
}
"""Account → its column in the results."""


def load_planning_maps(
    accounts: Sequence[PlanningAccount], *, cache_dir: Path
) -> tuple[EmissionMap, ...]:
    """Maps of the named accounts on a level road, made by SUMO unless they are in the cache."""
    if not accounts:
        return ()
    maps = load_accounts(
        ACCOUNTS,
        slopes_deg=(0.0,),
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=cache_dir,
    )
    by_column = {account.column: found for account, found in maps.items()}
    return tuple(by_column[COLUMNS[name]].with_jump_spread() for name in accounts)
