"""Which signals can be controlled, and what a controller is told of them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from controller import SignalLayout
from corridor.columns import BoolArray, FloatArray
from corridor.engine import Engine
from corridor.links import NO_LINK, Link
from corridor.network import RoadNetwork
from corridor.program_files import read_offsets, read_program_switches
from corridor.programs import OPEN, Control, Program
from corridor.signal_control.changes import GREEN
from corridor.signal_control.inside import SPACING_M, leaving_s, n_inside
from corridor.signal_control.stages import Stages, stages_of
from sumo_nets import RightOfWay

HEADWAY_S = 1.9
"""Least time between two vehicles over a stop line that leave a queue (HCM 2016: 1900 an hour)."""
REACTION_S = 1.1
"""Where a turn is slow, each follows so long after the one ahead has gone on by `SPACING_M`.

This rate is what a controller is told of any road: the textbook's. Plans by the clock are searched
with the rate that SUMO's drivers showed (`experiments.retiming.problem`): 1.3 s and at most 11 m/s,
which is 1.98 s a vehicle going straight on where this one has 1.9 s, and 2.8 s in a turn at 5 m/s
where this one has 2.6 s.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controllable:
    """A signal that can be controlled."""

    stages: Stages
    program: Program
    links: tuple[Link, ...]
    """For vehicles, in the order of their rows."""
    on_foot: frozenset[int]
    """Places of letters that are for people on foot."""


def find_controllable(
    engine: Engine,
    network: RoadNetwork,
    files: Iterable[Path],
    *,
    begin_s: float,
    step_length_s: float,
) -> list[Controllable]:
    """The signals whose program in force runs through two or more stages.

    One that changes its program by plan (WAUT) keeps it.

    Args:
        engine: Running simulation.
        network: The road.
        files: Network and additional files.
        begin_s: Start of the simulation.
        step_length_s: Of the simulation.
    """
    files = tuple(files)
    switches = read_program_switches(files, begin_s)
    offsets_s = read_offsets(files)
    links: dict[str, list[Link]] = {}
    for link in network.links:
        links.setdefault(link.signal, []).append(link)
    found = []
    for signal, own in links.items():
        if switches.get(signal):
            continue
        key = engine.signal(signal).program_id
        program = engine.programs(signal).get(key)
        if program is None or program.control not in (Control.STATIC, *OPEN) or not program.phases:
            continue
        program = replace(program, offset_s=offsets_s.get((signal, key), 0.0))
        on_foot = _on_foot(program, own)
        leaves_s = {link.index: leaving_s(link) for link in own}
        stages = stages_of(signal, program, on_foot, leaves_s, step_length_s)
        if stages is not None:
            found.append(
                Controllable(stages=stages, program=program, links=tuple(own), on_foot=on_foot)
            )
    return found


def _on_foot(program: Program, links: Sequence[Link]) -> frozenset[int]:
    """Letters that no vehicle looks at, and that have green now and then."""
    driven = {link.index for link in links}
    return frozenset(
        place
        for phase in program.phases
        for place, letter in enumerate(phase.state)
        if place not in driven and letter in GREEN
    )


def layout_of(
    one: Controllable, network: RoadNetwork, right_of_way: RightOfWay | None
) -> SignalLayout:
    """What a controller is told of a signal.

    Args:
        one: The signal.
        network: The road.
        right_of_way: Who yields to whom there; None: nobody to anybody.
    """
    stages, links = one.stages, one.links
    letters = [link.index for link in links]
    shown = np.array([list(each) for each in stages.letters])[:, letters]
    return SignalLayout(
        signal_id=stages.signal_id,
        links=np.array([link.row for link in links], dtype=np.int64),
        lanes=np.array([network.lane_number[link.lane] for link in links], dtype=np.int64),
        lanes_behind=np.array(
            [network.lane_number.get(link.leads_to, NO_LINK) for link in links], dtype=np.int64
        ),
        room_m=np.array([_room_m(link, network) for link in links]),
        saturation_flow_vps=_saturation_flow_vps(links),
        is_green=np.isin(shown, ["G", "g"]),
        is_protected=shown == "G",
        yields_to=_yields_to(letters, right_of_way),
        n_inside=np.array([n_inside(link) for link in links], dtype=np.int64),
        min_green_s=stages.min_s.copy(),
        max_green_s=stages.max_s.copy(),
        planned_green_s=stages.planned_s.copy(),
        change_s=stages.change_s,
        following=stages.following.copy(),
        offset_s=stages.offset_s,
        cycle_s=stages.cycle_s,
    )


def _yields_to(letters: Sequence[int], right_of_way: RightOfWay | None) -> BoolArray:
    """(L, L) the same of links, by their letters."""
    if right_of_way is None:
        return np.zeros((len(letters), len(letters)), dtype=np.bool_)
    # Connections of one letter go together.
    others = np.not_equal.outer(letters, letters)
    return np.asarray(right_of_way.yields[np.ix_(letters, letters)] & others)


def _room_m(link: Link, network: RoadNetwork) -> float:
    edge = network.lane_edge.get(link.leads_to)
    return math.inf if edge is None else network.edge_length_m[edge]


def _saturation_flow_vps(links: Sequence[Link]) -> FloatArray:
    """(L,) vehicles per second of green, where nobody need be yielded to."""
    crossing_mps = np.array([link.crossing_limit_mps for link in links])
    headway_s = np.maximum(HEADWAY_S, REACTION_S + SPACING_M / np.maximum(crossing_mps, 1.0))
    return np.asarray(1.0 / headway_s)
