"""Signals by the pressure of traffic: the peers that need no forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from controller.arrays import FloatArray
from controller.signals.interface import SignalLayout, SignalsSeen, StagePlan
from controller.signals.pressure import StagePressure


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPressureParameters:
    """How signals answer to pressure."""

    decision_s: float = 10.0
    """Time between two decisions of a signal, and from the start of a green to the first one on it
    (`max-pressure`)."""
    reach_m: float = 80.0
    """So far ahead of the stop line vehicles count."""
    sharpness: float = 1.0
    """How much more green a stage gets for its pressure, in s per vehicle (`max-pressure-cyclic`):
    with 0 all get the same."""

    def __post_init__(self) -> None:
        if not self.decision_s > 0:
            raise ValueError(f"decision_s must be positive, got {self.decision_s:g}")
        if not self.reach_m > 0:
            raise ValueError(f"reach_m must be positive, got {self.reach_m:g}")
        if not self.sharpness >= 0:
            raise ValueError(f"sharpness must not be negative, got {self.sharpness:g}")


@dataclass(slots=True)
class MaxPressure:
    """Green for the stage with the greatest pressure, decided anew at intervals.

    A green lasts its least length. Nothing is promised: a switch is known when it happens.

    References:
        Varaiya (2013), Transportation Research Part C 36, 177-195.
    """

    parameters: MaxPressureParameters = MaxPressureParameters()
    _pressure: StagePressure = field(init=False)
    _layouts: tuple[SignalLayout, ...] = field(init=False)
    _due_s: FloatArray = field(init=False)

    @property
    def promise_s(self) -> float:
        """Switches are decided when they happen."""
        return 0.0

    def reset(self, layouts: tuple[SignalLayout, ...]) -> None:
        """Take note of the signals."""
        self._layouts = layouts
        self._pressure = StagePressure(layouts, self.parameters.reach_m)
        self._due_s = np.full(len(layouts), -np.inf)

    def plan(self, seen: SignalsSeen) -> Mapping[int, StagePlan]:
        """New plans of the signals whose stage may end now."""
        now_s = seen.time_s
        due_s = np.maximum(self._due_s, seen.green_start_s + self.parameters.decision_s)
        is_due = (seen.free_s <= now_s + 1e-6) & (due_s <= now_s + 1e-6)
        if not is_due.any():
            return {}
        pressure = self._pressure.of(seen.traffic)
        plans = {}
        for number in np.flatnonzero(is_due).tolist():
            self._due_s[number] = now_s + self.parameters.decision_s
            present, on_stages = int(seen.stage[number]), pressure[number]
            best = int(on_stages.argmax())
            # Of equal pressures that of the present stage counts: a change costs time.
            if on_stages[best] > on_stages[present]:
                plans[number] = StagePlan(
                    stages=np.array([present, best]), ends_s=np.array([now_s, np.inf])
                )
            else:
                plans[number] = StagePlan(stages=np.array([present]), ends_s=np.array([np.inf]))
        return plans


@dataclass(slots=True)
class MaxPressureCyclic:
    """All stages in the order of the program, in its cycle; pressure shares out the greens.

    What is left of the cycle beside changes and least greens is shared out in proportion to
    exp(sharpness x pressure), as measured when the cycle begins.

    References:
        Le, Kovács, Walton, Vu, Andrew, Hoogendoorn (2015), Decentralized signal control for urban
        road networks, Transportation Research Part C 58, 431-450.
    """

    parameters: MaxPressureParameters = MaxPressureParameters()
    _pressure: StagePressure = field(init=False)
    _layouts: tuple[SignalLayout, ...] = field(init=False)
    _started_s: FloatArray = field(init=False)
    _expected: list[list[int]] = field(init=False)

    @property
    def promise_s(self) -> float:
        """Switches are decided when they happen, though they are known before."""
        return 0.0

    def reset(self, layouts: tuple[SignalLayout, ...]) -> None:
        """Take note of the signals."""
        self._layouts = layouts
        self._pressure = StagePressure(layouts, self.parameters.reach_m)
        self._started_s = np.full(len(layouts), np.nan)
        self._expected = [[] for _ in layouts]

    def plan(self, seen: SignalsSeen) -> Mapping[int, StagePlan]:
        """Plans of the signals whose cycle begins."""
        is_new = seen.green_start_s != self._started_s
        if not is_new.any():
            return {}
        self._started_s = seen.green_start_s.copy()
        begins = []
        for number in np.flatnonzero(is_new).tolist():
            expected, stage = self._expected[number], int(seen.stage[number])
            if expected and expected[0] == stage and len(expected) > 1:
                expected.pop(0)
            else:
                begins.append(number)
        if not begins:
            return {}
        pressure = self._pressure.of(seen.traffic)
        return {number: self._cycle(number, seen, pressure[number]) for number in begins}

    def _cycle(self, number: int, seen: SignalsSeen, on_stages: FloatArray) -> StagePlan:
        """Greens from the present one to the end of the cycle, and the first one again."""
        layout, stage = self._layouts[number], int(seen.stage[number])
        greens_s = split(layout, on_stages, self.parameters.sharpness)
        stages, ends_s = [stage], [seen.green_start_s[number] + greens_s[stage]]
        while True:
            before, stage = stage, int(layout.following[stage])
            stages.append(stage)
            if stage == 0:
                break
            ends_s.append(ends_s[-1] + layout.change_s[before, stage] + greens_s[stage])
        self._expected[number] = stages[1:]
        return StagePlan(stages=np.array(stages), ends_s=np.array([*ends_s, np.inf]))


def split(layout: SignalLayout, on_stages: FloatArray, sharpness: float) -> FloatArray:
    """(S,) greens that fill the cycle of a signal's own program, by pressure.

    Args:
        layout: Of the signal.
        on_stages: (S,) pressures.
        sharpness: Factor on them in the exponent.
    """
    before = np.argsort(layout.following)
    changes_s = layout.change_s[before, np.arange(before.size)].sum()
    spare_s = max(layout.cycle_s - changes_s - layout.min_green_s.sum(), 0.0)
    weights = np.exp(sharpness * (on_stages - on_stages.max()))
    return np.asarray(layout.min_green_s + spare_s * weights / weights.sum())
