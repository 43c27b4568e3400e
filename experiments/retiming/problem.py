"""The signals of a scenario, its counts and its roads as a problem of fixed-time plans."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import sumolib
from numpy.typing import NDArray

from controller import Roads, TimedNetwork, TimedSignal, Timing, TimingPlan
from corridor import RoadNetwork
from experiments.retiming.counts import Counts, Turn, turns_of
from experiments.retiming.moves import whole_greens
from experiments.retiming.stages import FixedSignal, Plan, Times
from sumo_nets import GREEN, Demand

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FOLLOW_S, SPACE_M, QUEUE_MPS = 1.3, 7.5, 11.0
"""A queue leaves with this time gap, this length of each vehicle, and at most this speed: in SUMO
about 1,850 vehicles per hour and lane that go straight on. Controllers are told the textbook's
1,900 (`corridor.signal_control.layouts`), on whatever road they are."""
LONGEST_GREEN_S = 300.0
"""No green is longer."""
N_ROUNDS = 30
"""Vehicles spread over lanes in so many rounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """One connection over a signal."""

    turn: Turn
    index: int
    lane: str
    saturation_vps: float
    connection: sumolib.net.connection.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """Signals to time, as files name them and as arithmetic wants them."""

    signals: Mapping[str, FixedSignal]
    """Sorted by id: the order of those of `network`."""
    network: TimedNetwork

    def timing_plan(self, plan: Plan) -> TimingPlan:
        """A plan of signals as the arithmetic writes it."""
        return tuple(_timing(signal, plan[name]) for name, signal in self.signals.items())

    def plan(self, timings: TimingPlan) -> dict[str, Times]:
        """A plan of the arithmetic, in whole seconds as far as the fixed phases allow."""
        pairs = zip(self.signals.items(), timings, strict=True)
        return {name: _times(signal, timing) for (name, signal), timing in pairs}


def plan_problem(
    signals: Mapping[str, FixedSignal], network: RoadNetwork, demand: Demand, counts: Counts
) -> PlanProblem:
    """The problem of timing some signals.

    Args:
        signals: What may be timed.
        network: The road.
        demand: Frozen demand; its routes tell who comes from which signal to which.
        counts: Vehicles per hour by turn.
    """
    signals = dict(sorted(signals.items()))
    links = _links(network, signals)
    flows_vps = {name: _flows_vps(links[name], counts) for name in signals}
    roads, room_m = _roads(network, signals, links, flows_vps, demand)
    return PlanProblem(
        signals=signals,
        network=TimedNetwork(
            signals=tuple(
                _signal(signal, links[name], flows_vps[name], room_m)
                for name, signal in signals.items()
            ),
            roads=roads,
        ),
    )


def all_turns(network: RoadNetwork, signals: Mapping[str, FixedSignal]) -> set[Turn]:
    """The turns over some signals."""
    return {link.turn for links in _links(network, signals).values() for link in links}


def _links(network: RoadNetwork, signals: Mapping[str, FixedSignal]) -> dict[str, list[_Link]]:
    """The connections over each signal, but for those of people on foot."""
    found: dict[str, list[_Link]] = {name: [] for name in signals}
    rows = {(link.signal, link.index, link.lane): link for link in network.links}
    for edge in network.net.getEdges(withInternal=False):
        for following, connections in edge.getOutgoing().items():
            for connection in connections:
                signal, index = connection.getTLSID(), connection.getTLLinkIndex()
                lane = connection.getFromLane().getID()
                row = rows.get((signal, index, lane))
                if signal not in found or row is None:
                    continue
                speed_mps = min(network.lane_limit_mps[lane], row.crossing_limit_mps, QUEUE_MPS)
                found[signal].append(
                    _Link(
                        turn=Turn(signal, edge.getID(), following.getID()),
                        index=index,
                        lane=lane,
                        saturation_vps=1.0 / (FOLLOW_S + SPACE_M / speed_mps),
                        connection=connection,
                    )
                )
    return {name: sorted(links, key=_place) for name, links in found.items()}


def _place(link: _Link) -> tuple[int, str, str]:
    return link.index, link.lane, link.turn.to_edge


def _flows_vps(links: Sequence[_Link], counts: Counts) -> FloatArray:
    """(L,) vehicles per second of each link: those of a turn fill the lanes evenly."""
    by_turn: dict[Turn, list[int]] = defaultdict(list)
    for number, link in enumerate(links):
        by_turn[link.turn].append(number)
    busy_s = np.array([1.0 / link.saturation_vps for link in links])
    flow_vps = np.zeros(len(links))
    lanes = [link.lane for link in links]
    for _ in range(N_ROUNDS):
        for turn, members in by_turn.items():
            flow_vps[members] = 0.0
            loads: dict[str, float] = defaultdict(float)
            for number, lane in enumerate(lanes):
                loads[lane] += flow_vps[number] * busy_s[number]
            load = np.array([loads[lanes[number]] for number in members])
            flow_vps[members] = _poured(counts.get(turn, 0.0) / 3600.0, load, busy_s[members])
    return flow_vps


def _poured(total: float, load: FloatArray, per_unit: FloatArray) -> FloatArray:
    """How a flow fills up lanes that are loaded already, to one level as far as it goes."""
    order = np.argsort(load, kind="stable")
    shares = np.zeros(load.size)
    for n in range(load.size, 0, -1):
        filled = order[:n]
        level = (total + (load[filled] / per_unit[filled]).sum()) / (1.0 / per_unit[filled]).sum()
        if level >= load[filled].max() or n == 1:
            # Rounding must not make less than nothing of it.
            shares[filled] = np.maximum(level - load[filled], 0.0) / per_unit[filled]
            break
    return shares


def _signal(
    signal: FixedSignal, links: Sequence[_Link], flow_vps: FloatArray, room_m: Mapping[str, float]
) -> TimedSignal:
    lanes = sorted({link.lane for link in links})
    letters = np.array(
        [[signal.states[phase][link.index] for link in links] for phase in signal.greens]
    ).reshape(len(signal.greens), len(links))
    return TimedSignal(
        signal_id=signal.id,
        is_green=np.isin(letters, sorted(GREEN)),
        is_protected=letters == "G",
        min_green_s=np.array(signal.min_s),
        max_green_s=np.full(len(signal.greens), LONGEST_GREEN_S),
        change_s=np.array(signal.changes_s),
        lane=np.array([lanes.index(link.lane) for link in links], dtype=np.int64),
        saturation_vps=np.array([link.saturation_vps for link in links]),
        flow_vps=flow_vps,
        yields_to=_yields_to(links),
        room_veh=np.array([room_m.get(lane, np.inf) / SPACE_M for lane in lanes]),
    )


def _yields_to(links: Sequence[_Link]) -> BoolArray:
    """(L, L) whether the first link gives way to the second where both have green."""
    found = np.zeros((len(links), len(links)), dtype=np.bool_)
    for i, link in enumerate(links):
        node = link.connection.getFrom().getToNode()
        for j, other in enumerate(links):
            if other.connection.getFrom().getToNode() is node:
                found[i, j] = node.forbids(other.connection, link.connection)
    return found


def _roads(
    network: RoadNetwork,
    signals: Mapping[str, FixedSignal],
    links: Mapping[str, Sequence[_Link]],
    flows_vps: Mapping[str, FloatArray],
    demand: Demand,
) -> tuple[Roads, dict[str, float]]:
    """Ways from signal to signal that the demand takes, and the room on the lanes at their ends."""
    ways, onward = _ways(network, signals, demand)
    number = {name: index for index, name in enumerate(signals)}
    shares = {turn: _lane_shares(turn, links[turn.signal], flows_vps[turn.signal]) for turn in
              {turn for pair in ways for turn in pair}}  # fmt: skip
    rows = []
    room_m: dict[str, float] = {}
    for (here, there), way in sorted(ways.items()):
        share = way.n_vehicles / onward[here]
        for from_link, _ in shares[here]:
            rows += [
                (number[here.signal], from_link, number[there.signal], to_link,
                 share * part, way.travel_s)
                for to_link, part in shares[there] if part > 0.0
            ]  # fmt: skip
        for to_link, _ in shares[there]:
            lane = links[there.signal][to_link].lane
            room_m[lane] = min(room_m.get(lane, np.inf), way.length_m)
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    roads = Roads(
        from_signal=table[:, 0].astype(np.int64),
        from_link=table[:, 1].astype(np.int64),
        to_signal=table[:, 2].astype(np.int64),
        to_link=table[:, 3].astype(np.int64),
        share=np.minimum(table[:, 4], 1.0),
        travel_s=table[:, 5],
    )
    return roads, room_m


@dataclass(slots=True)
class _Way:
    """From one signal to the next."""

    length_m: float
    travel_s: float
    n_vehicles: int = 0


def _ways(
    network: RoadNetwork, signals: Mapping[str, FixedSignal], demand: Demand
) -> tuple[dict[tuple[Turn, Turn], _Way], Counter[Turn]]:
    """By turn and next turn, the way between; and how many vehicles take each turn at all.

    Behind a signal that is not timed here, vehicles come as traffic there lets them.
    """
    ways: dict[tuple[Turn, Turn], _Way] = {}
    onward: Counter[Turn] = Counter()
    for route, n_vehicles in Counter(demand.routes).items():
        turns = turns_of(network, route)
        for _, turn in turns:
            onward[turn] += n_vehicles
        for (place, here), (next_place, there) in pairwise(turns):
            if here.signal not in signals or there.signal not in signals:
                continue
            if (here, there) not in ways:
                ways[here, there] = _measured(network, route[place : next_place + 1])
            ways[here, there].n_vehicles += n_vehicles
    return ways, onward


def _measured(network: RoadNetwork, edges: Sequence[str]) -> _Way:
    """The way from the stop line at the end of the first of some edges to that of the last one."""
    length_m = travel_s = 0.0
    for before, edge in pairwise(edges):
        limit_mps = network.lane_limit_mps[f"{edge}_0"]
        here_m = network.crossing_m(before, edge) + network.edge_length_m[edge]
        length_m += here_m
        travel_s += here_m / limit_mps
    return _Way(length_m, max(travel_s, 1.0))


def _lane_shares(
    turn: Turn, links: Sequence[_Link], flow_vps: FloatArray
) -> list[tuple[int, float]]:
    """Links of a turn, and how its vehicles spread over them."""
    members = [number for number, link in enumerate(links) if link.turn == turn]
    total = float(sum(flow_vps[number] for number in members))
    if total <= 0.0:
        return [(number, 1.0 / len(members)) for number in members]
    return [(number, float(flow_vps[number]) / total) for number in members]


def _timing(signal: FixedSignal, times: Times) -> Timing:
    return Timing(
        cycle_s=signal.cycle_s(times),
        offset_s=(times.offset_s + signal.lead_s) % signal.cycle_s(times),
        green_s=np.array(times.greens_s),
    )


def _times(signal: FixedSignal, timing: Timing) -> Times:
    """Times in whole seconds, at the cycle in whole seconds."""
    cycle_s = max(float(round(timing.cycle_s)), signal.min_cycle_s)
    greens_s = whole_greens(cycle_s - signal.fixed_s, timing.green_s.tolist(), signal.min_s)
    offset_s = float(round(timing.offset_s - signal.lead_s))
    return Times(greens_s=greens_s or signal.own.greens_s, offset_s=offset_s % cycle_s)
