"""The crossings of an arterial: which lane leads where, and when it is green."""

from collections.abc import Iterator
from dataclasses import dataclass

from sumo_nets.arterial_plan import Arterial, Signal

GROUPS = ("main", "left", "side")
"""Movements that are green together, in their order within the cycle."""

WAIT_M = 4.0
"""Who has to give way waits this far behind the stop line, where nobody's way is touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A way over a crossing from one lane to another."""

    from_edge: str
    from_lane: int
    to_edge: str
    to_lane: int
    group: str
    green: str
    """`G`, or `g` where it has to give way."""


def movements(arterial: Arterial, i: int) -> list[Movement]:
    """All movements at a signal; their order is that of the letters of its states."""
    signals, name = arterial.signals, arterial.signals[i].id
    is_first, is_last = i == 0, i == len(signals) - 1
    before_east = "west_start" if is_first else f"{signals[i - 1].id}_east"
    before_west = "east_start" if is_last else f"{signals[i + 1].id}_west"
    east = "east_end" if is_last else f"{name}_east"
    west = "west_end" if is_first else f"{name}_west"
    north, south = f"{name}_north_out", f"{name}_south_out"
    return [
        *_from_main(arterial, f"{before_east}_pocket", right=south, ahead=east, left=north),
        *_from_side(arterial, f"{name}_north_in", right=west, ahead=south, left=east),
        *_from_main(arterial, f"{before_west}_pocket", right=north, ahead=west, left=south),
        *_from_side(arterial, f"{name}_south_in", right=east, ahead=north, left=west),
    ]


def _from_main(
    arterial: Arterial, edge: str, *, right: str, ahead: str, left: str
) -> Iterator[Movement]:
    lanes = arterial.main_road.lanes
    for from_lane, to_edge, to_lane, group in (
        (0, right, 0, "main"),
        *((lane, ahead, lane, "main") for lane in range(lanes)),
        (lanes, left, arterial.side_roads.lanes - 1, "left"),
    ):
        yield Movement(
            from_edge=edge,
            from_lane=from_lane,
            to_edge=to_edge,
            to_lane=to_lane,
            group=group,
            green="G",
        )


def _from_side(
    arterial: Arterial, edge: str, *, right: str, ahead: str, left: str
) -> Iterator[Movement]:
    last = arterial.side_roads.lanes - 1
    for from_lane, to_edge, to_lane, green in (
        (0, right, 0, "G"),
        *((lane, ahead, lane, "G") for lane in range(last + 1)),
        (last, left, arterial.main_road.lanes - 1, "g"),
    ):
        yield Movement(
            from_edge=edge,
            from_lane=from_lane,
            to_edge=to_edge,
            to_lane=to_lane,
            group="side",
            green=green,
        )


def connection_pieces(arterial: Arterial) -> Iterator[str]:
    """The connections of all crossings, for netconvert."""
    for i in range(len(arterial.signals)):
        for movement in movements(arterial, i):
            wait = f' contPos="{WAIT_M:g}"' if movement.green == "g" else ""
            yield f"<connection {_lanes(movement)}{wait}/>"


def program_pieces(arterial: Arterial) -> Iterator[str]:
    """The programs of all signals with their links, for netconvert."""
    for i, signal in enumerate(arterial.signals):
        ways = movements(arterial, i)
        phases = "".join(
            f'<phase duration="{duration_s:g}" state="{state}"/>'
            for duration_s, state in _phases(arterial, signal, ways)
        )
        yield (
            f'<tlLogic id="{signal.id}" type="static" programID="0" '
            f'offset="{signal.offset_s:g}">{phases}</tlLogic>'
        )
    for i, signal in enumerate(arterial.signals):
        for index, movement in enumerate(movements(arterial, i)):
            yield f'<connection {_lanes(movement)} tl="{signal.id}" linkIndex="{index}"/>'


def _lanes(movement: Movement) -> str:
    return (
        f'from="{movement.from_edge}" to="{movement.to_edge}" '
        f'fromLane="{movement.from_lane}" toLane="{movement.to_lane}"'
    )


def _phases(
    arterial: Arterial, signal: Signal, ways: list[Movement]
) -> Iterator[tuple[float, str]]:
    greens_s = (signal.main_green_s, signal.left_green_s, signal.side_green_s)
    for group, green_s in zip(GROUPS, greens_s, strict=True):
        yield green_s, "".join(way.green if way.group == group else "r" for way in ways)
        yield arterial.plan.yellow_s, "".join("y" if way.group == group else "r" for way in ways)
        if arterial.plan.all_red_s:
            yield arterial.plan.all_red_s, "r" * len(ways)
