"""Emission maps that the attainable bound is made with: as drives are charged, on level roads."""

from collections.abc import Sequence

from emissions import ACCOUNTS, Account, EmissionMap, load_accounts
from experiments.machine import cache_folder
from experiments.planning_maps import COLUMNS
from sumo_nets import sumo_home, sumo_version

NAMES = tuple(str(name) for name in COLUMNS)
"""Of the accounts, as an experiment names them."""
JUMPED = frozenset({"hbefa4", "phemlight5"})
"""Those whose maps drop to zero as soon as a car slows down a little faster than it would coast."""
QUANTUM_MPS = 0.25
"""Speeds of a bound are multiples of it, and so are those of the emission maps."""
JUMP_QUANTUM_MPS = 0.125
"""The same where the map jumps: coarser changes of speed step over the edge of coasting, and a
vehicle that drives along it would be below its bound."""


def quantum_mps(name: str) -> float:
    """Of the speeds of an account's bound, unless another is asked for."""
    return JUMP_QUANTUM_MPS if name in JUMPED else QUANTUM_MPS


def level_maps(names: Sequence[str] = NAMES) -> dict[str, tuple[Account, EmissionMap]]:
    """By name: account and map; made by SUMO unless it is in the cache.

    Raises:
        ValueError: There is no such account.
    """
    for name in names:
        if name not in NAMES:
            raise ValueError(f"there is no account '{name}'; there are {', '.join(NAMES)}")
    maps = load_accounts(
        ACCOUNTS,
        slopes_deg=(0.0,),
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=cache_folder(),
    )
    by_column = {account.column: (account, found) for account, found in maps.items()}
    columns = {str(name): column for name, column in COLUMNS.items()}
    return {name: by_column[columns[name]] for name in names}
