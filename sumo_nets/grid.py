"""A made-up town of any size: a grid of signals with fixed plans, and trips along its streets."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from string import ascii_uppercase
from xml.etree.ElementTree import Element, ElementTree, SubElement

import numpy as np

from sumo_nets.binaries import SumoProgramError, complaints, run_program
from sumo_nets.scenario import Scenario

BLOCK_M = 200.0
LEAST_STREETS = 5
TRIP_BLOCKS = (4, 10)
"""Least and greatest number of blocks of a trip."""


def grid_scenario(
    folder: Path,
    *,
    n_streets: int,
    n_vehicles: int,
    entry_s: float,
    rng: np.random.Generator,
    most_blocks: int = TRIP_BLOCKS[1],
) -> Scenario:
    """Write a grid of streets with a signal at each crossing, and trips along random streets.

    Nobody turns, so that not even a great many vehicles block one another.

    Args:
        folder: Where the files are written.
        n_streets: Streets in each direction, 5 to 26; a signal where two cross.
        n_vehicles: How many depart, evenly spread.
        entry_s: Within this time.
        rng: Draws the trips.
        most_blocks: No trip is longer, nor than the town, nor shorter than 4 blocks.

    Raises:
        ValueError: There are too few streets for trips, or too many for letters.
        SumoProgramError: SUMO's netgenerate failed.
    """
    if not LEAST_STREETS <= n_streets <= len(ascii_uppercase):
        bounds = f"{LEAST_STREETS} to {len(ascii_uppercase)}"
        raise ValueError(f"n_streets must be {bounds}, got {n_streets}")
    net_file, route_file = folder / "grid.net.xml", folder / "grid.rou.xml"
    arguments = [
        *("--grid", "--grid.number", str(n_streets), "--grid.length", str(BLOCK_M)),
        *("--default-junction-type", "traffic_light", "--default.lanenumber", "2"),
        *("--no-turnarounds", "true", "--tls.cycle.time", "60", "-o", net_file.name),
    ]
    done = run_program("netgenerate", arguments, folder=folder)
    if done.returncode or not net_file.is_file():
        raise SumoProgramError("netgenerate: " + "; ".join(complaints(done, "Error")))
    departs_s = [number * entry_s / n_vehicles for number in range(n_vehicles)]
    _write_trips(route_file, n_streets, departs_s, most_blocks, rng)
    return Scenario(
        name=f"grid{n_streets}x{n_streets}", net_file=net_file, route_files=(route_file,)
    )


def _write_trips(
    file: Path,
    n_streets: int,
    departs_s: Sequence[float],
    most_blocks: int,
    rng: np.random.Generator,
) -> None:
    root = Element("routes")
    for number, depart_s in enumerate(departs_s):
        vehicle = SubElement(
            root, "vehicle", id=str(number), depart=f"{depart_s:.2f}", departLane="best"
        )
        SubElement(vehicle, "route", edges=" ".join(_blocks(n_streets, most_blocks, rng)))
    ElementTree(root).write(file, encoding="utf-8")


def _blocks(n_streets: int, most_blocks: int, rng: np.random.Generator) -> list[str]:
    """Some blocks of a street, one after the other."""
    street = int(rng.integers(n_streets))
    length = int(rng.integers(TRIP_BLOCKS[0], min(most_blocks, n_streets - 1) + 1))
    start = int(rng.integers(n_streets - length))
    places = range(start, start + length + 1)
    runs_east, is_forward = rng.random(2) < 0.5
    crossings = [_name(place, street) if runs_east else _name(street, place) for place in places]
    return [a + b for a, b in pairwise(crossings if is_forward else crossings[::-1])]


def _name(column: int, row: int) -> str:
    """Of a crossing, as netgenerate calls it."""
    return f"{ascii_uppercase[column]}{row}"
