"""When signals that traffic decides will switch: bounds of their controllers, learned quantiles."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor.demand_cases import N_AGES, N_CASES, present_cases
from corridor.open_plans import NONE, OpenPlans
from corridor.outlook import LIKELY, MAX, MIN, Q10, Q90, SHARES
from corridor.phase_lengths import LengthLaw
from corridor.steps import Steps
from corridor.switch_history import SwitchHistory

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ROW_S = 1.0
"""Time between two moments that are learned from."""
N_ROWS = 1024
"""Moments that are kept; a longer phase is learned from its last ones."""
RENEWAL_ROWS = 90
"""So many moments the times behind a phase are kept before they are taken anew."""
PATIENCE_ROWS = 10
"""After so many moments at the latest, what ended is learned from: together it is cheaper."""
CORRELATION = 0.5
"""Of what is added up: in busy times all phases are long."""


class _Ended(NamedTuple):
    """An open phase that ended."""

    signal: int
    phase: int
    end_s: float
    length_s: float
    waited: int
    """From this moment on it was the next open phase."""
    since: int
    """From this moment on it was present."""
    until: int


class OpenSignals:
    """Bounds and quantiles of the switches ahead, for all signals that traffic decides.

    The present phase ends, after the first moment at which its controller may end it, by a law
    that is learned for the demand on its lanes and on the others. The next open phase lasts by a
    law that is learned for the demand on its own lanes. What comes behind is as it was in the
    last cycles. To add the three up, medians are added, and the distances of a quantile from its
    median as those of normal times with a `CORRELATION`; exact where but one is uncertain.

    Args:
        plans: Programs of these signals.
        n_signals: How many signals.
        steps: When the steps of the simulation start.
    """

    def __init__(self, plans: OpenPlans, n_signals: int, steps: Steps) -> None:
        self._plans = plans
        self._steps = steps
        n, n_ahead = n_signals, plans.least_ahead_s.shape[1]
        self._history = SwitchHistory(n, int(plans.period.max(initial=1)), n_ahead)
        spare_s = np.maximum(plans.planned_s - plans.min_s, 0.0)
        kinds = plans.is_delay_based.astype(np.int64)
        # The first half of the keys are present phases, the second half next open ones.
        groups = np.concatenate([kinds, kinds + 2])
        self._law = LengthLaw(np.tile(spare_s, 2), groups, N_CASES, N_AGES, steps.length_s, SHARES)
        self.phase = np.full(n, NONE)
        """(signals,) present phase, as a number in the plans; `NONE`: none that traffic decides."""
        self.next_decision_s = np.zeros(n)
        """(signals,) when each controller decides again; before, it cannot switch."""
        self._start_s = np.zeros(n)
        self._changes: list[tuple[int, int, float]] = []
        self._ended: list[_Ended] = []
        # Quantiles of times from the end of each open phase to the switches behind it, and the
        # row from which on they are to be taken anew.
        self._spans_s = np.zeros((3, plans.n_phases, n_ahead))
        self._due_row = np.zeros(plans.n_phases, dtype=np.int64)
        # Times from the end of the present phase to the switches behind it: least and greatest;
        # and without what the next open one lasts beyond its least length: medians, and how far
        # off 10 and 90 % are, squared and times twice the correlation.
        self._bounds_s = np.zeros((2, n, n_ahead))
        self._behind_s, self._off_s = np.zeros((n, n_ahead)), np.zeros((4, n, n_ahead))
        self._has_next = np.zeros((n, n_ahead))
        # Moments to learn from; those of the present phase, and those before it in which it was
        # the next open one, begin with these rows.
        self._row_time_s, self._row = -np.inf, 0
        self._since_row, self._wait_row = np.zeros((2, n), dtype=np.int64)
        self._cases = np.zeros((3, N_ROWS, n), dtype=np.int64)
        self._first_s, self._limit_s = np.zeros((2, N_ROWS, n))

    def change(self, signal: int, phase: int, start_s: float) -> None:
        """A signal shows another phase.

        Args:
            signal: Number of the signal.
            phase: Number of the phase in the plans; `NONE` if its program is not in them.
            start_s: When it began.
        """
        self._changes.append((signal, phase, start_s))

    def _take_changes(self) -> None:
        if not self._changes:
            return
        signals, phases, starts_s = (np.array(each) for each in zip(*self._changes, strict=True))
        self._changes.clear()
        before = self.phase[signals]
        follows = (before != NONE) & (self._plans.following[before] == phases)
        ended, started = signals[follows], starts_s[follows]
        self._note_ends(ended, before[follows], started)
        self._history.note(ended, before[follows], started)
        if not follows.all():
            self._history.forget(signals[~follows])
            self._due_row[:] = self._row
        was_open = follows & self._plans.is_open[before]
        self._wait_row[signals[was_open]] = self._since_row[signals[was_open]]
        self._wait_row[signals[~follows]] = self._row
        self._since_row[signals] = self._row
        self.phase[signals], self._start_s[signals] = phases, starts_s
        is_shown = phases != NONE
        self._look_behind(signals[is_shown], phases[is_shown])

    def _note_ends(self, signals: IntArray, phases: IntArray, ends_s: FloatArray) -> None:
        """Phases ended: they are to be learned from, some together."""
        for signal, phase, end_s in zip(signals, phases, ends_s, strict=True):
            if self._plans.is_open[phase]:
                rows = (self._wait_row[signal], self._since_row[signal], self._row)
                length_s = end_s - self._start_s[signal]
                self._ended.append(_Ended(signal, phase, end_s, length_s, *rows))
        if self._ended and self._ended[0].until <= self._row - PATIENCE_ROWS:
            self._learn()

    def _learn(self) -> None:
        plans = self._plans
        signal, phase, waited, since, until = (
            np.array([ended[k] for ended in self._ended]) for k in (0, 1, 4, 5, 6)
        )
        end_s, length_s = (np.array([ended[k] for ended in self._ended]) for k in (2, 3))
        self._ended.clear()
        at, rows = _moments(since, until, self._row)
        lasted_s = end_s[at] - self._first_s[rows, signal[at]]
        cases, ages = self._cases[:2, rows, signal[at]]
        self._law.learn(phase[at], cases, ages, lasted_s, self._limit_s[rows, signal[at]])
        at, rows = _moments(waited, since, self._row)
        phase, lasted_s = phase[at], length_s[at] - plans.min_s[phase[at]]
        cases, limits_s = self._cases[2, rows, signal[at]], plans.max_s[phase] - plans.min_s[phase]
        self._law.learn(plans.n_phases + phase, cases, 0 * cases, lasted_s, limits_s)

    def _look_behind(self, signals: IntArray, phases: IntArray) -> None:
        """What is known of the switches behind present phases, apart from when these end.

        Args:
            signals: (m,) numbers of the signals.
            phases: (m,) their present phases.
        """
        plans = self._plans
        following = plans.next_open[phases]
        has_next = following != NONE
        is_due = has_next & (self._row >= self._due_row[following])
        if is_due.any():
            asked, n_until = following[is_due], plans.n_between[phases[is_due]] + 1
            self._due_row[asked] = self._row + RENEWAL_ROWS
            self._spans_s[:, asked] = self._history.quantiles(
                signals[is_due], asked, n_until, plans.period[asked], plans.usual_ahead_s[:, asked]
            )
        least_s = plans.least_ahead_s[phases]
        # The next open phase ends with this switch; it lasts at least its minimum.
        its_end = plans.n_between[phases] + 1
        k = np.arange(least_s.shape[1]) - its_end[:, np.newaxis]
        is_behind = (k >= 0) & has_next[:, np.newaxis]
        k = np.maximum(k, 0)
        low_s, middle_s, high_s = self._spans_s[:, following[:, np.newaxis], k]
        its_end = np.minimum(its_end, least_s.shape[1] - 1)
        to_its_end_s = least_s[np.arange(signals.size), its_end][:, np.newaxis]
        self._behind_s[signals] = np.where(is_behind, to_its_end_s + middle_s, least_s)
        self._bounds_s[0, signals], self._bounds_s[1, signals] = least_s, plans.most_ahead_s[phases]
        off_s = np.array((middle_s - low_s, high_s - middle_s)) * is_behind
        self._off_s[:2, signals] = off_s * off_s
        self._off_s[2:, signals] = 2.0 * CORRELATION * off_s
        self._has_next[signals] = is_behind

    def switches(self, time_s: float, demand: FloatArray, times_s: FloatArray) -> None:
        """When the signals will switch.

        Args:
            time_s: Now.
            demand: (5, lanes) what is seen at the stop lines.
            times_s: (5, signals, K + 1) is written to: start of the present phase, its end, and
                K - 1 switches behind it; not before, 10 %, median, 90 %, not after. Of signals
                without a present phase: nothing that means anything.
        """
        self._take_changes()
        plans, phase = self._plans, self.phase
        earliest_s = np.maximum(self._start_s + plans.min_s[phase], self.next_decision_s)
        earliest_s = np.maximum(earliest_s, time_s)
        latest_s = np.maximum(self._start_s + plans.max_s[phase], earliest_s)
        # A switch happens at the start of the step that its time falls into.
        first_s = self._steps.floor(earliest_s)
        limit_s = self._steps.floor(latest_s) - first_s
        beyond_s = time_s - self._start_s - plans.min_s[phase]
        cases = present_cases(plans, phase, demand, first_s - time_s, beyond_s)
        self._keep_row(time_s, cases, first_s, limit_s)
        end_s, next_s = self._ends(cases, limit_s)
        times_s[:, :, 0] = self._start_s
        ahead_s = times_s[:, :, 1:]
        np.add(first_s[:, np.newaxis], self._bounds_s[0], out=ahead_s[MIN])
        np.add(latest_s[:, np.newaxis], self._bounds_s[1], out=ahead_s[MAX])
        self._add_up(first_s, end_s, next_s, ahead_s)

    def _ends(self, cases: IntArray, limit_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(3, n) quantiles: of the present phase behind its first moment, of the next open one."""
        plans, phase = self._plans, self.phase
        n = phase.size
        following = plans.next_open[phase]
        spare_s = plans.max_s[following] - plans.min_s[following]
        keys = np.concatenate([phase, following + plans.n_phases])
        limits_s = np.concatenate([limit_s, spare_s])
        case, age = np.concatenate([cases[0], cases[2]]), np.concatenate([cases[1], 0 * phase])
        found = self._law.quantiles(keys, case, age, limits_s)
        return found[:, :n], found[:, n:]

    def _add_up(
        self, first_s: FloatArray, end_s: FloatArray, next_s: FloatArray, ahead_s: FloatArray
    ) -> None:
        """Write the quantiles of all switches.

        Args:
            first_s: (n,) when the present phases may end.
            end_s: (3, n) quantiles of when they do, from then on.
            next_s: (3, n) quantiles of what the next open ones last beyond their least lengths.
            ahead_s: (5, n, K) is written to, between its bounds.
        """
        has_next = self._has_next
        middle_s = ahead_s[LIKELY]
        np.multiply(has_next, next_s[1][:, np.newaxis], out=middle_s)
        middle_s += (first_s + end_s[1])[:, np.newaxis]
        middle_s += self._behind_s
        # How far 10 and 90 % are off, of the sum a + b + c with a, b and c off alone: the root of
        # (a² + b² + 2 r a b) + 2 r c (a + b) + c².
        a, b = np.abs(end_s[::2] - end_s[1]), np.abs(next_s[::2] - next_s[1])
        off_s = has_next * b[..., np.newaxis]
        off_s += a[..., np.newaxis]
        off_s *= self._off_s[2:]
        off_s += has_next * (b * (b + 2.0 * CORRELATION * a))[..., np.newaxis]
        off_s += (a * a)[..., np.newaxis]
        off_s += self._off_s[:2]
        np.sqrt(off_s, out=off_s)
        np.subtract(middle_s, off_s[0], out=ahead_s[Q10])
        np.add(middle_s, off_s[1], out=ahead_s[Q90])
        inner_s = ahead_s[Q10 : Q90 + 1]
        np.maximum(inner_s, ahead_s[MIN], out=inner_s)
        np.minimum(inner_s, ahead_s[MAX], out=inner_s)
        # No switch comes before the one ahead of it.
        np.maximum.accumulate(inner_s, axis=2, out=inner_s)

    def _keep_row(
        self, time_s: float, cases: IntArray, first_s: FloatArray, limit_s: FloatArray
    ) -> None:
        """Keep this moment, to learn from when the phases end."""
        if time_s < self._row_time_s + ROW_S - 1e-6:
            return
        self._row_time_s = time_s
        row = self._row % N_ROWS
        self._cases[:, row], self._first_s[row], self._limit_s[row] = cases, first_s, limit_s
        self._row += 1


def _moments(first: IntArray, last: IntArray, now: int) -> tuple[IntArray, IntArray]:
    """All moments of some spans: which span each belongs to, and its place among those kept."""
    first = np.maximum(first, now - N_ROWS)
    counts = np.maximum(last - first, 0)
    at = np.repeat(np.arange(counts.size), counts)
    within = np.arange(at.size) - (np.cumsum(counts) - counts)[at]
    return at, (first[at] + within) % N_ROWS
