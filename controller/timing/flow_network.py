"""A network of timed signals as arrays of lanes and of streams between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.timing.problem import TimedNetwork, TimedSignal

Sparse = Any
"""A sparse matrix of scipy, which has no types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Spans of stages in which a link has green of one kind: I rows."""

    link: IntArray
    signal: IntArray
    first: IntArray
    """(I,) stage with which it begins, among all stages of the network."""
    last: IntArray
    """(I,) stage with which it ends."""
    is_start: BoolArray
    """(I,) whether it begins from red: its queue has to start."""
    is_end: BoolArray
    """(I,) whether red follows."""
    is_permissive: BoolArray
    """(I,) whether the link yields to others in it."""
    is_always: BoolArray
    """(I,) whether it never ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNetwork:
    """L links and K lanes of all signals, M streams between lanes."""

    first_stage: IntArray
    """(N + 1,) number of each signal's stage 0 among all stages."""
    change_s: FloatArray
    """(all stages,)"""
    intervals: Intervals
    saturation_vps: FloatArray
    """(L,)"""
    share: FloatArray
    """(L,) of the vehicles of its lane."""
    mix: Sparse
    """(K, L) the same as a matrix."""
    foes: Sparse
    """(L, K) share of each lane's vehicles to whom a link must yield."""
    permissive: IntArray
    """(P,) links that must yield at some time."""
    signal_of_lane: IntArray
    """(K,)"""
    lane_flow_vps: FloatArray
    """(K,) vehicles that want to leave each lane."""
    entry_vps: FloatArray
    """(K,) of these, those who come from no signal of the network."""
    room_veh: FloatArray
    """(K,)"""
    stream_lane: IntArray
    """(M,) lane from which each stream comes."""
    stream_s: FloatArray
    """(M,) its time to the next stop line."""
    into: Sparse
    """(K, M) share of each stream that comes to each lane."""
    onto: Sparse
    """(K, K) share of each lane's vehicles that go on to another one."""


def flow_network(network: TimedNetwork) -> FlowNetwork:
    """Arrays of a network; links that nobody wants to take get none of the capacity.

    Raises:
        ValueError: A road names a signal or link that is not there.
    """
    from scipy.sparse import csr_array

    signals = network.signals
    first_stage = _starts([each.change_s.size for each in signals])
    first_link = _starts([each.lane.size for each in signals])
    first_lane = _starts([each.room_veh.size for each in signals])
    n_links, n_lanes = int(first_link[-1]), int(first_lane[-1])
    lanes = [each.lane + first_lane[i] for i, each in enumerate(signals)]
    lane = np.concatenate([*lanes, np.empty(0, np.int64)])
    flow_vps = _joined(each.flow_vps for each in signals)
    lane_flow_vps = np.bincount(lane, flow_vps, n_lanes).astype(np.float64)
    share = np.divide(
        flow_vps, lane_flow_vps[lane], out=np.zeros(n_links), where=lane_flow_vps[lane] > 0
    )
    links = np.arange(n_links)
    yields, foe = _foes(signals, first_link)
    foe_share = share[foe]
    stream_lane, stream_s, into, onto = _streams(network, first_link, lane, share, n_lanes)
    arriving_vps = into @ lane_flow_vps[stream_lane]
    return FlowNetwork(
        first_stage=first_stage,
        change_s=_joined(each.change_s for each in signals),
        intervals=_intervals(signals, first_stage, first_link, share),
        saturation_vps=_joined(each.saturation_vps for each in signals),
        share=share,
        mix=csr_array((share, (lane, links)), shape=(n_lanes, n_links)),
        foes=csr_array((foe_share, (yields, lane[foe])), shape=(n_links, n_lanes)),
        permissive=np.unique(yields[foe_share > 0]),
        signal_of_lane=np.repeat(np.arange(len(signals)), np.diff(first_lane)),
        lane_flow_vps=lane_flow_vps,
        entry_vps=np.maximum(lane_flow_vps - arriving_vps, 0.0),
        room_veh=_joined(each.room_veh for each in signals),
        stream_lane=stream_lane,
        stream_s=stream_s,
        into=into,
        onto=onto,
    )


def _starts(sizes: list[int]) -> IntArray:
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))


def _joined(parts: Iterable[FloatArray]) -> FloatArray:
    return np.concatenate([*parts, np.empty(0)])


def _foes(signals: tuple[TimedSignal, ...], first_link: IntArray) -> tuple[IntArray, IntArray]:
    """Pairs of links: who yields, and to whom."""
    pairs = [np.argwhere(each.yields_to) + first_link[i] for i, each in enumerate(signals)]
    both = np.concatenate([*pairs, np.empty((0, 2))]).astype(np.int64)
    return both[:, 0], both[:, 1]


def _streams(
    network: TimedNetwork, first_link: IntArray, lane: IntArray, share: FloatArray, n_lanes: int
) -> tuple[IntArray, FloatArray, Sparse, Sparse]:
    """Lane and time of each stream, and which share of it comes to which lane."""
    from scipy.sparse import csr_array

    roads = network.roads
    n_signals = len(network.signals)
    ends = ((roads.from_signal, roads.from_link), (roads.to_signal, roads.to_link))
    for signal, link in ends:
        known = (signal >= 0) & (signal < n_signals) & (link >= 0)
        known[known] = link[known] < np.diff(first_link)[signal[known]]
        if not known.all():
            road = int((~known).argmax())
            raise ValueError(
                f"road {road}: there is no link {link[road]} at a signal {signal[road]}"
            )
    from_link = first_link[roads.from_signal] + roads.from_link
    to_lane = lane[first_link[roads.to_signal] + roads.to_link]
    from_lane = lane[from_link]
    part = roads.share * share[from_link]
    keys, stream = np.unique(
        np.column_stack((from_lane.astype(np.float64), roads.travel_s)), axis=0, return_inverse=True
    )
    into = csr_array((part, (to_lane, stream.ravel())), shape=(n_lanes, len(keys)))
    onto = csr_array((part, (from_lane, to_lane)), shape=(n_lanes, n_lanes))
    return keys[:, 0].astype(np.int64), keys[:, 1], into, onto


def _intervals(
    signals: tuple[TimedSignal, ...], first_stage: IntArray, first_link: IntArray, share: FloatArray
) -> Intervals:
    rows = []
    for i, signal in enumerate(signals):
        wanted = share[first_link[i] : first_link[i + 1]] > 0
        must_yield = (signal.yields_to & wanted).any(axis=1)
        kind = signal.is_green * (1 + (signal.is_protected | ~must_yield))
        for link in wanted.nonzero()[0]:
            rows += [
                (first_link[i] + link, i, first_stage[i] + first, first_stage[i] + last, *rest)
                for first, last, *rest in spans(kind[:, link])
            ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 8)
    return Intervals(
        link=table[:, 0],
        signal=table[:, 1],
        first=table[:, 2],
        last=table[:, 3],
        is_start=table[:, 4] > 0,
        is_end=table[:, 5] > 0,
        is_permissive=table[:, 6] > 0,
        is_always=table[:, 7] > 0,
    )


def spans(kind: IntArray) -> list[tuple[int, int, bool, bool, bool, bool]]:
    """Spans of equal stages round the cycle: first, last, from red, to red, permissive, always."""
    n_stages = kind.size
    if (kind == kind[0]).all():
        always = [(0, n_stages - 1, False, False, bool(kind[0] == 1), True)]
        return always if kind[0] else []
    before, after = np.roll(kind, 1), np.roll(kind, -1)
    spans = []
    for first in ((kind != before) & (kind > 0)).nonzero()[0]:
        last = first
        while after[last] == kind[first]:
            last = (last + 1) % n_stages
        to_red, from_red = not after[last], not before[first]
        spans.append((int(first), int(last), from_red, to_red, bool(kind[first] == 1), False))
    return spans
