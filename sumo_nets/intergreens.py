"""Yellow, clearing and least greens of a plan, link by link, against rules with a source."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sumo_nets.conflicts import RightOfWay
from sumo_nets.movements import POINT_M, FloatArray, Movement
from sumo_nets.phases import GREEN, LEAST_GREEN_S
from sumo_nets.plans import Plan

TOLERANCE_S = 0.05
"""Plans are in whole seconds or tenths: less than this is no fault."""
CLEARING_TOLERANCE_S = 0.5
"""Paths are middle lines, with a point every metre: less than this is no fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingRules:
    """What a plan is held against.

    References: yellow by the kinematic rule t + v / 2b (Gazis, Herman and Maradudin 1960,
    Operations Research 8(1)); 1 s and 3.5 m/s² give the 3 s at 50 km/h of the German VwV-StVO on
    § 37 and of RiLSA; the ITE's 3.05 m/s² gives 3.3 s. Clearing as in RiLSA 2015: who leaves last
    against who comes first. People on foot at 1.2 m/s, least green 5 s: RiLSA 2015.
    """

    reaction_s: float = 1.0
    deceleration_mps2: float = 3.5
    vehicle_m: float = 5.0
    """Length that has to be clear of the point of conflict."""
    start_mps2: float = 2.6
    """Who comes first starts from standstill, as SUMO's passenger car does."""
    walk_mps: float = 1.2
    min_green_s: float = LEAST_GREEN_S

    def __post_init__(self) -> None:
        for name in ("deceleration_mps2", "start_mps2", "walk_mps"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name):g}")
        for name in ("reaction_s", "vehicle_m", "min_green_s"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name):g}")

    def yellow_s(self, speed_mps: float) -> float:
        """Least yellow of an approach."""
        return self.reaction_s + speed_mps / (2 * self.deceleration_mps2)

    def longest_s(self, leaves: Movement) -> float:
        """Time to clear the whole path of a movement."""
        length_m = POINT_M * len(leaves.path)
        if leaves.is_foot:
            return length_m / self.walk_mps
        return (length_m + self.vehicle_m) / max(leaves.inner_mps, 0.1)

    def clearing_s(self, leaves: Movement, comes: Movement) -> float:
        """Least time from the end of one movement's yellow to the green of a foe.

        The last vehicle crosses the stop line with the speed limit of its path as yellow ends;
        the first of the foes starts from standstill as its green begins.
        """
        leaves_m, comes_m = meeting_m(leaves.path, comes.path)
        if leaves.is_foot:
            clear_s = leaves_m / self.walk_mps
        else:
            clear_s = (leaves_m + self.vehicle_m) / max(leaves.inner_mps, 0.1)
        if comes.is_foot:
            return clear_s - comes_m / self.walk_mps
        return clear_s - float(np.sqrt(2 * comes_m / self.start_mps2))


def meeting_m(first: FloatArray, second: FloatArray) -> tuple[float, float]:
    """How far along each of two paths (points `POINT_M` apart, one at least) they meet first, m."""
    squared = ((first[:, None, :] - second[None, :, :]) ** 2).sum(axis=2)
    is_close = squared <= squared.min() + (POINT_M / 2) ** 2
    i, j = np.argwhere(is_close)[0]
    return float(i) * POINT_M, float(j) * POINT_M


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The end of a green of one link."""

    index: int
    phase: int
    """Number of the phase that follows the green."""
    green_s: float
    yellow_s: float
    red_s: float
    """When red or another colour follows yellow, from the begin of the plan, within the cycle."""


def changes(plan: Plan, index: int) -> Iterator[Change]:
    """The ends of the greens of a link; none where it is always or never green."""
    n = len(plan.phases)
    letters = [phase.state[index] for phase in plan.phases]
    starts_s = np.concatenate(([0.0], np.cumsum([p.duration_s for p in plan.phases])))
    for k in range(n):
        if letters[k] in GREEN or letters[k - 1] not in GREEN:
            continue
        green_s = yellow_s = 0.0
        back = k - 1
        while letters[back % n] in GREEN:
            green_s += plan.phases[back % n].duration_s
            back -= 1
        on = k
        while letters[on % n] == "y" and on < k + n:
            yellow_s += plan.phases[on % n].duration_s
            on += 1
        if letters[on % n] not in GREEN:
            red_s = (float(starts_s[k]) + yellow_s) % plan.cycle_s
            yield Change(index=index, phase=k, green_s=green_s, yellow_s=yellow_s, red_s=red_s)


def gaps(plan: Plan, row: RightOfWay, change: Change) -> Iterator[tuple[int, int, float]]:
    """Foes that get green after a change: link, phase of its green, time from the end of yellow.

    Foes that have green already before the change, as those that yield, are left out.
    """
    n = len(plan.phases)
    before = plan.phases[change.phase - 1].state
    for foe in np.nonzero(row.are_foes[change.index])[0].tolist():
        if foe >= len(before) or before[foe] in GREEN or foe == change.index:
            continue
        gap_s = -change.yellow_s
        for k in range(change.phase, change.phase + n):
            state = plan.phases[k % n].state
            if state[change.index] in GREEN:
                break
            if state[foe] in GREEN:
                yield foe, k % n, gap_s
                break
            gap_s += plan.phases[k % n].duration_s
