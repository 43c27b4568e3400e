"""How long phases last: a law that is learned from what was seen, and told as quantiles."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

EDGES_S = np.array([0.0, 1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 29, 39, 59, 89])
"""Between these the rate at which phases end is taken as constant."""
WIDTHS_S = np.append(np.diff(EDGES_S), 1e6)
N_PARTS = 1 + EDGES_S.size
"""The first moment, and the intervals behind it."""
STARTS_S, PART_WIDTHS_S = np.append(0.0, EDGES_S), np.append(0.0, WIDTHS_S)
WEIGHT, AGE_WEIGHT = 10.0, 20.0
"""So much exposure (s) weighs as much as what is known without it."""
PLAN_AT_ONCE = 0.2
"""Share of phases that end as early as they can, before any was seen."""


@dataclass(slots=True)
class LengthLaw:
    """When something ends that may end between a first and a last moment.

    Discrete survival analysis: the chance to end at the first moment, and the rate of ending
    within intervals behind it, both as events by exposure. An end at the last moment is none: it
    was forced. Each age of each case of a key (a phase, say) leans on all ages of that case, that
    one on the same case of all keys of the group, that one on all cases of the group, and these on
    the plan; each by a Beta prior.

    References: Singer & Willett (1993), J. Educational Statistics 18(2), "It's about time".

    Args:
        plan_s: (keys,) expected time from the first moment to the end, before anything was seen.
        groups: (keys,) number of the group of each key.
        n_cases: Cases told apart.
        n_ages: Ages told apart in each case.
        step_s: Ends fall on whole multiples of this behind the first moment.
        shares: (s,) of the quantiles that are told, between 0 and 1.
    """

    plan_s: FloatArray
    groups: IntArray
    n_cases: int
    n_ages: int
    step_s: float
    shares: FloatArray
    _wanted: FloatArray = field(init=False)
    _aged: FloatArray = field(init=False)
    _own: FloatArray = field(init=False)
    _shared: FloatArray = field(init=False)
    _all: FloatArray = field(init=False)
    _rate: FloatArray = field(init=False)
    _plan: FloatArray = field(init=False)
    _minus_steps_s: FloatArray = field(init=False)
    _minus_lengths: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        n_groups = int(self.groups.max(initial=-1)) + 1
        # Events and exposure, at the first moment and within each interval.
        self._aged = np.zeros((self.groups.size, self.n_cases, self.n_ages, 2, N_PARTS))
        self._own = np.zeros((self.groups.size, self.n_cases, 2, N_PARTS))
        self._shared = np.zeros((n_groups, self.n_cases, 2, N_PARTS))
        self._all = np.zeros((n_groups, 2, N_PARTS))
        # The first moment counts as one step of 1 s.
        self._minus_steps_s = np.full(N_PARTS, -self.step_s)
        self._minus_steps_s[0] = -1.0
        self._minus_lengths = np.append(1.0, WIDTHS_S) / self._minus_steps_s
        self._plan = np.full((n_groups, N_PARTS), PLAN_AT_ONCE)
        for group in range(n_groups):
            plan_s = self.plan_s[self.groups == group]
            # At twice the step at least: nothing is sure to end in the next step.
            mean_s = max(float(plan_s.mean()), 2.0 * self.step_s) if plan_s.size else 1.0
            self._plan[group, 1:] = 1.0 / mean_s
        self._wanted = -np.log1p(-self.shares)[:, np.newaxis]
        self._lean()

    def learn(
        self,
        keys: IntArray,
        cases: IntArray,
        ages: IntArray,
        lasted_s: FloatArray,
        limits_s: FloatArray,
    ) -> None:
        """Take note of ends, each at some moments before it.

        Args:
            keys: (m,) what ended, by moment.
            cases: (m,) in which case it was.
            ages: (m,) and in which age.
            lasted_s: (m,) time from what was then the first moment to the end.
            limits_s: (m,) time from what was then the first moment to the last.
        """
        if keys.size == 0:
            return
        seen = self._seen(lasted_s, limits_s)
        # Moments of one key, case and age first become one: that is faster than to add each.
        place = (keys * self.n_cases + cases) * self.n_ages + ages
        order = np.argsort(place)
        place = place[order]
        first = np.flatnonzero(np.diff(place, prepend=-1))
        sums = np.add.reduceat(seen[order], first)
        keys, cases, ages = keys[order[first]], cases[order[first]], ages[order[first]]
        groups = self.groups[keys]
        self._aged[keys, cases, ages] += sums
        np.add.at(self._own, (keys, cases), sums)
        np.add.at(self._shared, (groups, cases), sums)
        np.add.at(self._all, groups, sums)
        self._lean()

    def _seen(self, lasted_s: FloatArray, limits_s: FloatArray) -> FloatArray:
        """(m, 2, parts) events and exposure in each part."""
        is_event = lasted_s < limits_s - 1e-6
        survived_s = np.where(is_event, lasted_s, limits_s - self.step_s)
        seen = np.zeros((lasted_s.size, 2, N_PARTS))
        within = seen[:, 1, 1:]
        np.subtract(survived_s[:, np.newaxis], EDGES_S, out=within)
        np.clip(within, 0.0, WIDTHS_S, out=within)
        # Where the first moment is the last one, nothing was left to chance.
        seen[:, 1, 0] = limits_s > 1e-6
        # Behind the first moment, an interval holds its end and not its start.
        place = np.searchsorted(EDGES_S, lasted_s - 1e-6)
        row = np.arange(lasted_s.size)
        seen[row, 0, place] = is_event
        # No event in less than a step of exposure: with a prior no rate reaches one in each step.
        least_s = self.step_s * (is_event & (place > 0))
        seen[row, 1, place] = np.maximum(seen[row, 1, place], least_s)
        return seen

    def _lean(self) -> None:
        """Rates of all cases of all groups, each leaning on what is known without it."""
        whole = (self._all[:, 0] + WEIGHT * self._plan) / (self._all[:, 1] + WEIGHT)
        seen = self._shared
        self._rate = (seen[:, :, 0] + WEIGHT * whole[:, np.newaxis]) / (seen[:, :, 1] + WEIGHT)

    def quantiles(
        self, keys: IntArray, cases: IntArray, ages: IntArray, limits_s: FloatArray
    ) -> FloatArray:
        """Times from the first moment by which the shares of ends have come.

        Args:
            keys: (n,) what will end.
            cases: (n,) in which case it is now.
            ages: (n,) and in which age.
            limits_s: (n,) time from the first moment to the last.

        Returns:
            (s, n) times, whole multiples of the step.
        """
        hazard = self._hazard(keys, cases, ages)
        total = np.cumsum(hazard, axis=1)
        place = (total >= self._wanted[..., np.newaxis]).argmax(axis=2)
        row = np.arange(keys.size)
        missing = (self._wanted - total[row, place]) / hazard[row, place] + 1.0
        times_s = STARTS_S[place] + missing * PART_WIDTHS_S[place]
        times_s = np.ceil(times_s / self.step_s - 1e-6) * self.step_s
        return np.asarray(np.minimum(times_s, limits_s))

    def _hazard(self, keys: IntArray, cases: IntArray, ages: IntArray) -> FloatArray:
        """(n, parts) integrated hazard of each part."""
        rate = self._rate[self.groups[keys], cases]
        for seen, weight in (
            (self._own[keys, cases], WEIGHT),
            (self._aged[keys, cases, ages], AGE_WEIGHT),
        ):
            rate *= weight
            rate += seen[:, 0]
            rate /= seen[:, 1] + weight
        rate *= self._minus_steps_s
        np.log1p(rate, out=rate)
        rate *= self._minus_lengths
        return np.asarray(rate)
