"""Fixed-time signals as a problem: what is given, and what is to be decided."""

from dataclasses import dataclass

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray

SUM_TOLERANCE_S = 1e-6
"""Greens and changes may miss the cycle by as much as floats do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedSignal:
    """What is given of one signal: S stages in fixed order over L links from K lanes.

    A link that has green in a stage and in the next one keeps it in between.
    """

    signal_id: str
    is_green: BoolArray
    """(S, L) links with green in each stage."""
    is_protected: BoolArray
    """(S, L) of these, links that yield to nobody."""
    min_green_s: FloatArray
    """(S,) least length of each stage; the same as the greatest where it must not change."""
    max_green_s: FloatArray
    """(S,) greatest length."""
    change_s: FloatArray
    """(S,) from the end of each stage to the start of the next: yellow and all-red, fixed."""
    lane: IntArray
    """(L,) lane from which each link leaves, 0 to K - 1; its vehicles leave in their order."""
    saturation_vps: FloatArray
    """(L,) vehicles per second that leave a queue on the lane if all of them take this link."""
    flow_vps: FloatArray
    """(L,) vehicles per second that want to take it."""
    yields_to: BoolArray
    """(L, L) where a link that is not protected must yield to another."""
    room_veh: FloatArray
    """(K,) vehicles that fit on each lane back to the signal upstream; inf where none is."""

    def __post_init__(self) -> None:
        n_stages, n_links = self.is_green.shape
        n_lanes = self.room_veh.size
        by_stage, by_link = (n_stages,), (n_links,)
        shapes = {
            "is_protected": (n_stages, n_links),
            "min_green_s": by_stage,
            "max_green_s": by_stage,
            "change_s": by_stage,
            "lane": by_link,
            "saturation_vps": by_link,
            "flow_vps": by_link,
            "yields_to": (n_links, n_links),
            "room_veh": (n_lanes,),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                got = getattr(self, name).shape
                raise ValueError(f"signal '{self.signal_id}': {name} must be {shape}, got {got}")
        if n_links and not 0 <= self.lane.min() <= self.lane.max() < n_lanes:
            raise ValueError(f"signal '{self.signal_id}': lane must be from 0 to {n_lanes - 1}")
        if (self.min_green_s > self.max_green_s).any() or (self.min_green_s < 0).any():
            raise ValueError(
                f"signal '{self.signal_id}': 0 <= min_green_s <= max_green_s does not hold: got "
                f"{self.min_green_s.tolist()} and {self.max_green_s.tolist()}"
            )
        if (self.saturation_vps <= 0).any() or (self.flow_vps < 0).any():
            raise ValueError(
                f"signal '{self.signal_id}': saturation_vps must be positive, flow_vps not negative"
            )

    @property
    def shortest_cycle_s(self) -> float:
        """Cycle with all stages as short as they may be."""
        return float(self.min_green_s.sum() + self.change_s.sum())

    @property
    def longest_cycle_s(self) -> float:
        """Cycle with all stages as long as they may be."""
        return float(self.max_green_s.sum() + self.change_s.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """R ways from a link of one signal to a link of the next one; signals by their number."""

    from_signal: IntArray
    from_link: IntArray
    to_signal: IntArray
    to_link: IntArray
    share: FloatArray
    """(R,) of those who leave by `from_link`, how many go on to `to_link`; 0 to 1."""
    travel_s: FloatArray
    """(R,) time from stop line to stop line with nobody ahead."""

    def __post_init__(self) -> None:
        names = ("from_link", "to_signal", "to_link", "share", "travel_s")
        if any(getattr(self, name).shape != self.from_signal.shape for name in names):
            raise ValueError("all arrays of roads must be of one length")
        if ((self.share < 0) | (self.share > 1)).any() or (self.travel_s <= 0).any():
            raise ValueError("share of a road must be from 0 to 1, travel_s positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedNetwork:
    """Signals, and the roads between them."""

    signals: tuple[TimedSignal, ...]
    roads: Roads


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How one signal is timed: the decision."""

    cycle_s: float
    offset_s: float
    """Time at which stage 0 begins, modulo the cycle."""
    green_s: FloatArray
    """(S,) length of each stage."""

    def starts_s(self, signal: TimedSignal) -> FloatArray:
        """(S,) when each stage begins, from the start of stage 0."""
        ends_s = np.cumsum(self.green_s + signal.change_s)
        return np.concatenate(([0.0], ends_s[:-1]))


TimingPlan = tuple[Timing, ...]
"""One timing for each signal of a network, in their order."""


def check_timing(signal: TimedSignal, timing: Timing) -> None:
    """Make sure that a timing keeps what a signal demands.

    Raises:
        ValueError: A stage is too short or too long, or greens and changes miss the cycle.
    """
    what = f"signal '{signal.signal_id}'"
    if timing.green_s.shape != signal.min_green_s.shape:
        raise ValueError(
            f"{what}: has {signal.min_green_s.size} stages, got {timing.green_s.size} greens"
        )
    outside = (timing.green_s < signal.min_green_s - SUM_TOLERANCE_S) | (
        timing.green_s > signal.max_green_s + SUM_TOLERANCE_S
    )
    for stage in outside.nonzero()[0]:
        raise ValueError(
            f"{what}: stage {stage} must last {signal.min_green_s[stage]:g} to "
            f"{signal.max_green_s[stage]:g} s, got {timing.green_s[stage]:g} s"
        )
    total_s = float(timing.green_s.sum() + signal.change_s.sum())
    if abs(total_s - timing.cycle_s) > SUM_TOLERANCE_S:
        raise ValueError(
            f"{what}: greens and changes sum up to {total_s:g} s, the cycle is {timing.cycle_s:g} s"
        )
