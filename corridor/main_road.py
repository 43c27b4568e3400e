"""The main road: the straight way over the most, and most used, signals."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corridor.links import Link
from corridor.network import RoadNetwork

Route = tuple[str, ...]
Pair = tuple[str, str]

APPROACH_M = 300.0
"""Road wanted ahead of the first stop line, as far as the route has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLine:
    """A stop line on the main road."""

    signal: str
    link_index: int
    """Letter in the signal's state."""
    position_m: float
    """From the start of the road."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MainRoad:
    """One direction of the main road."""

    name: str
    edges: Route
    starts_m: tuple[float, ...]
    """Where each edge starts."""
    length_m: float
    stop_lines: tuple[StopLine, ...]


def find_main_road(network: RoadNetwork, routes: Sequence[Route]) -> tuple[MainRoad, ...]:
    """The main road in one or both directions; empty where no route goes straight over a signal.

    Of all ways that vehicles take straight over consecutive signals, the one whose crossings carry
    the most vehicles. The other direction is the best way over the same signals in the opposite
    order.
    """
    flow = Counter(
        pair
        for route in routes
        for pair in {pair for run in _straight_runs(network, route) for pair in run.values()}
    )
    candidates = sorted(set(routes))
    first = _best(network, candidates, flow, order=None)
    if first is None:
        return ()
    signals = [line.signal for line in first.stop_lines]
    second = _best(network, candidates, flow, order=signals[::-1])
    return (first,) if second is None else (first, second)


def _straight_runs(network: RoadNetwork, route: Route) -> list[dict[int, Pair]]:
    """Consecutive straight crossings of signals: edge pairs by place; a turn at one ends a run."""
    runs: list[dict[int, Pair]] = [{}]
    for place, pair in enumerate(pairwise(route)):
        if network.is_straight_over_signal(*pair):
            runs[-1][place] = pair
        elif network.movement(*pair) is not None:
            runs.append({})
    return [run for run in runs if run]


def _best(
    network: RoadNetwork,
    candidates: Iterable[Route],
    flow: Counter[Pair],
    order: list[str] | None,
) -> MainRoad | None:
    best: tuple[int, Route, list[int]] | None = None
    for route in candidates:
        for run in _straight_runs(network, route):
            crossings = run if order is None else _in_order(network, run, order)
            score = sum(flow[pair] for pair in set(crossings.values()))
            if crossings and (best is None or score > best[0]):
                best = (score, route, sorted(crossings))
    if best is None:
        return None
    _, route, places = best
    first, ahead_m = places[0], network.edge_length_m[route[places[0]]]
    while first > 0 and ahead_m < APPROACH_M:
        first -= 1
        ahead_m += network.edge_length_m[route[first]]
    return _measure(network, route[first : places[-1] + 2])


def _in_order(
    network: RoadNetwork, crossings: dict[int, Pair], order: list[str]
) -> dict[int, Pair]:
    """The crossings whose signals come in an order; nothing unless two or more do."""
    found, last = {}, -1
    for place, pair in sorted(crossings.items()):
        signal = _link(network, pair).signal
        if signal in order and order.index(signal) > last:
            found[place], last = pair, order.index(signal)
    return found if len(found) > 1 else {}


def _link(network: RoadNetwork, pair: Pair) -> Link:
    movement = network.movement(*pair)
    assert movement is not None, pair
    return movement.first_link


def _measure(network: RoadNetwork, edges: Route) -> MainRoad:
    starts_m, lines, along_m = [], [], 0.0
    for place, edge in enumerate(edges):
        starts_m.append(along_m)
        along_m += network.edge_length_m[edge]
        if place + 1 < len(edges):
            following = edges[place + 1]
            movement = network.movement(edge, following)
            if movement is not None:
                link = movement.first_link
                lines.append(
                    StopLine(signal=link.signal, link_index=link.index, position_m=along_m)
                )
            along_m += network.crossing_m(edge, following)
    return MainRoad(
        name=network.street_name(edges),
        edges=edges,
        starts_m=tuple(starts_m),
        length_m=along_m,
        stop_lines=tuple(lines),
    )
