"""Main roads of a network, and the offsets that give them green bands."""

from dataclasses import replace

import numpy as np

from controller.arrays import BoolArray, FloatArray
from controller.timing.flow_network import spans
from controller.timing.maxband import Artery, BandRules, Bands, green_bands
from controller.timing.problem import TimedNetwork, TimedSignal, Timing, TimingPlan

Chain = tuple[int, ...]
"""Signals, by number, in the order in which a main road meets them."""


def main_roads(network: TimedNetwork) -> tuple[Chain, ...]:
    """Chains of signals along strong flows, the strongest first.

    A chain goes on where most of those who came along it go on, either way. It ends at a signal
    of an earlier chain.
    """
    flows = _Flows(network)
    placed: set[int] = set()
    chains = []
    for one, other in flows.pairs():
        if {one, other} <= placed:
            continue
        chain = [one, other]
        for _ in range(2):
            while chain[-1] not in placed:
                onward = flows.onward(chain[-2], chain[-1], set(chain))
                if onward is None:
                    break
                chain.append(onward)
            chain.reverse()
        placed.update(chain)
        chains.append(tuple(chain))
    return tuple(chains)


def banded(network: TimedNetwork, plan: TimingPlan, *, is_multiband: bool) -> TimingPlan:
    """A plan with offsets that give green bands to each main road, one after the other.

    Args:
        network: Signals and roads.
        plan: Greens, in one common cycle.
        is_multiband: Each link has a band of its own.

    Raises:
        ValueError: Cycles differ.
    """
    cycles_s = sorted({each.cycle_s for each in plan})
    if len(cycles_s) > 1:
        raise ValueError(f"green bands want one common cycle, got {cycles_s} s")
    flows = _Flows(network)
    rules = BandRules(
        shortest_cycle_s=cycles_s[0], longest_cycle_s=cycles_s[0], is_multiband=is_multiband
    )
    timings, placed = list(plan), set[int]()
    for chain in main_roads(network):
        bands: Bands = green_bands(flows.artery(chain, plan), rules)
        known = [i for i, number in enumerate(chain) if number in placed]
        shift_s = timings[chain[known[0]]].offset_s - bands.offset_s[known[0]] if known else 0.0
        for number, offset_s in zip(chain, bands.offset_s.tolist(), strict=True):
            if number not in placed:
                whole_s = float(np.round(offset_s + shift_s)) % cycles_s[0]
                timings[number] = replace(plan[number], offset_s=whole_s)
        placed.update(chain)
    return tuple(timings)


class _Flows:
    """Who goes from which signal to which, and over which links."""

    def __init__(self, network: TimedNetwork) -> None:
        self._signals, self._roads = network.signals, network.roads
        roads = network.roads
        leaving = [
            float(network.signals[signal].flow_vps[link])
            for signal, link in zip(
                roads.from_signal.tolist(), roads.from_link.tolist(), strict=True
            )
        ]
        self._flow_vps: FloatArray = roads.share * np.array(leaving)

    def pairs(self) -> list[tuple[int, int]]:
        """Neighbours, those first between whom most go."""
        between: dict[tuple[int, int], float] = {}
        ends = zip(self._roads.from_signal.tolist(), self._roads.to_signal.tolist(), strict=True)
        for (one, other), flow_vps in zip(ends, self._flow_vps.tolist(), strict=True):
            pair = (min(one, other), max(one, other))
            if one != other and flow_vps > 0:
                between[pair] = between.get(pair, 0.0) + flow_vps
        return sorted(between, key=lambda pair: (-between[pair], pair))

    def onward(self, before: int, here: int, taken: set[int]) -> int | None:
        """The signal where most of those go on who come from one to another, or come back."""
        best, most_vps = None, 0.0
        for there in sorted(set(self._roads.to_signal[self._roads.from_signal == here].tolist())):
            through_vps = sum(
                float(self._through(*way).sum())
                for way in ((before, here, there), (there, here, before))
            )
            if there not in taken and through_vps > most_vps:
                best, most_vps = there, through_vps
        return best

    def artery(self, chain: Chain, plan: TimingPlan) -> Artery:
        """A chain with its greens under a plan."""
        n_signals = len(chain)
        windows = np.array(
            [self._window(chain, i, plan) for i in range(n_signals)]
            + [self._window(chain[::-1], i, plan) for i in range(n_signals)][::-1]
        ).reshape(2, n_signals, 2)
        ways = [(chain[i], chain[i + 1]) for i in range(n_signals - 1)]
        back = [(other, one) for one, other in ways]
        out_s = np.array([self._travel_s(*way) for way in ways])
        back_s = np.array([self._travel_s(*way) for way in back])
        return Artery(
            start_out=windows[0, :, 0],
            green_out=windows[0, :, 1],
            start_back=windows[1, :, 0],
            green_back=windows[1, :, 1],
            travel_out_s=np.where(np.isnan(out_s), back_s, out_s),
            travel_back_s=np.where(np.isnan(back_s), out_s, back_s),
            flow_out=np.array([self._flow_vps[self._between(*way)].sum() for way in ways]),
            flow_back=np.array([self._flow_vps[self._between(*way)].sum() for way in back]),
        )

    def _between(self, one: int, other: int) -> BoolArray:
        between: BoolArray = (self._roads.from_signal == one) & (self._roads.to_signal == other)
        return between

    def _arriving(self, one: int, other: int) -> FloatArray:
        """(L,) flow from a signal to each link of the next one."""
        between = self._between(one, other)
        arriving_vps = np.zeros(self._signals[other].lane.size)
        np.add.at(arriving_vps, self._roads.to_link[between], self._flow_vps[between])
        return arriving_vps

    def _leaving(self, one: int, other: int) -> FloatArray:
        """(L,) share of each link's vehicles that go to the next signal."""
        between = self._between(one, other)
        share = np.zeros(self._signals[one].lane.size)
        np.add.at(share, self._roads.from_link[between], self._roads.share[between])
        return share

    def _through(self, before: int, here: int, there: int) -> FloatArray:
        """(L,) flow over each link from a signal to the one after the next."""
        return self._arriving(before, here) * self._leaving(here, there)

    def _travel_s(self, one: int, other: int) -> float:
        """Mean time; NaN where nobody goes."""
        between = self._between(one, other)
        flow_vps = self._flow_vps[between]
        if not flow_vps.sum() > 0:
            return float("nan")
        return float(np.average(self._roads.travel_s[between], weights=flow_vps))

    def _window(self, chain: Chain, i: int, plan: TimingPlan) -> tuple[float, float]:
        """Start and length, in cycles, of the green that those along a chain have at a signal."""
        here = chain[i]
        flow_vps = np.ones(self._signals[here].lane.size)
        if i > 0:
            flow_vps = self._arriving(chain[i - 1], here)
        if i + 1 < len(chain):
            onward = self._leaving(here, chain[i + 1])
            flow_vps = flow_vps * onward if i > 0 else self._signals[here].flow_vps * onward
        if not flow_vps.any():
            return 0.0, 1.0
        return green_window(self._signals[here], plan[here], int(flow_vps.argmax()))


def green_window(signal: TimedSignal, timing: Timing, link: int) -> tuple[float, float]:
    """Start, from that of stage 0, and length of a link's longest green; in cycles.

    A link without green has all of the cycle: nothing can be made of it.
    """
    begins_s = timing.starts_s(signal)
    ends_s = begins_s + timing.green_s
    best = (0.0, 0.0)
    for first, last, _, _, _, is_always in spans(signal.is_green[:, link].astype(np.int64)):
        length_s = (ends_s[last] - begins_s[first]) % timing.cycle_s
        if is_always:
            return 0.0, 1.0
        best = max(best, (float(begins_s[first]), float(length_s)), key=lambda each: each[1])
    start_s, length_s = best if best[1] > 0 else (0.0, timing.cycle_s)
    return start_s / timing.cycle_s, length_s / timing.cycle_s
