"""Turning counts: of a frozen demand, or as somebody measured them."""

import csv
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corridor import RoadNetwork
from experiments.data_files import ConfigError
from sumo_nets import Demand

COLUMNS = ("signal", "from_edge", "to_edge", "vehicles_per_hour")
"""Of a file of counts, in any order."""
SHORTEST_S = 60.0
"""A demand counts as at least this long."""


class Turn(NamedTuple):
    """One way over a signal."""

    signal: str
    from_edge: str
    to_edge: str


Counts = Mapping[Turn, float]
"""Vehicles per hour by turn."""


def turns_of(network: RoadNetwork, route: tuple[str, ...]) -> list[tuple[int, Turn]]:
    """The signals that a route crosses, each with the place in the route of the edge before it."""
    found = []
    for place, (edge, following) in enumerate(pairwise(route)):
        movement = network.movement(edge, following)
        if movement is not None:
            found.append((place, Turn(movement.first_link.signal, edge, following)))
    return found


def simulated_counts(network: RoadNetwork, demand: Demand) -> dict[Turn, float]:
    """Vehicles per hour that want to take each turn, over the time in which they depart."""
    crossings = Counter(turn for route in demand.routes for _, turn in turns_of(network, route))
    departs_s = demand.departs_s[~np.isnan(demand.departs_s)]
    window_s = max(float(np.ptp(departs_s)) if departs_s.size else 0.0, SHORTEST_S)
    return {turn: 3600.0 * number / window_s for turn, number in sorted(crossings.items())}


def read_counts(path: Path, known: Collection[Turn]) -> dict[Turn, float]:
    """Counts from a CSV file with the columns signal, from_edge, to_edge, vehicles_per_hour.

    Args:
        path: The file; rows of one turn are added up.
        known: Turns that there are; those without a row count 0.

    Raises:
        ConfigError: With all problems, each with its line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError([f"{path}: cannot be read as CSV: {error}"]) from error
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise ConfigError(
            [f"{path}:1: must begin with the columns {','.join(COLUMNS)} and hold rows"]
        )
    counts: dict[Turn, float] = {}
    problems = []
    for line, row in enumerate(rows, start=2):
        turn = Turn(*(str(row[name] or "").strip() for name in COLUMNS[:3]))
        problem = _problem(turn, str(row["vehicles_per_hour"] or ""), known)
        if problem:
            problems.append(f"{path}:{line}: {problem}")
        else:
            counts[turn] = counts.get(turn, 0.0) + float(row["vehicles_per_hour"])
    if problems:
        raise ConfigError(problems)
    return dict(sorted(counts.items()))


def _problem(turn: Turn, number: str, known: Collection[Turn]) -> str | None:
    """What is wrong with a row."""
    signals = {each.signal for each in known}
    if turn.signal not in signals:
        return f"unknown signal '{turn.signal}'; signals: {', '.join(sorted(signals)[:5])} ..."
    if turn not in known:
        return (
            f"from_edge '{turn.from_edge}', to_edge '{turn.to_edge}': signal '{turn.signal}' "
            "controls no such way"
        )
    try:
        is_number = 0.0 <= float(number) < 1e6
    except ValueError:
        is_number = False
    return None if is_number else f"vehicles_per_hour must be a number from 0, got '{number}'"
