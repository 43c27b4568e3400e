"""The committed schedule of one signal: what it will show when, and what is free."""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from controller import StagePlan
from corridor.columns import FloatArray
from corridor.programs import Program
from corridor.signal_control.changes import has_green, whole_steps
from corridor.signal_control.promises import Promise
from corridor.signal_control.stages import Stages

EPSILON_S = 1e-6
"""Times that differ by less are the same."""
MOST_AT_ONCE = 8
"""Greens that are committed in one step; more would be shorter than a step."""


@dataclass(slots=True, kw_only=True)
class Schedule:
    """What is committed of a signal."""

    stages: Stages
    step_length_s: float
    promise_s: float
    """How long before it happens a switch is committed."""
    begin_s: float
    stage: int
    """The last green that is committed."""
    green_start_s: float
    """When it began or begins."""
    _coming: deque[tuple[float, str]] = field(default_factory=deque, init=False)
    _plan: StagePlan | None = field(default=None, init=False)
    _rests_until_s: float = field(default=-math.inf, init=False)
    """Before this time nothing is to be committed or shown."""
    _green_end_s: FloatArray = field(init=False)
    """(L,) last committed end of each link's green."""
    _needed_s: dict[tuple[int, int], FloatArray] = field(default_factory=dict)
    """(L,) from there to each stage that follows another one, -inf for those who do not matter."""
    _least_s: float = field(init=False)
    """When the last committed green has lasted for its least length."""

    def __post_init__(self) -> None:
        self._green_end_s = np.full(len(self.stages.letters[0]), -np.inf)
        self._begin_green(self.stage, self.green_start_s)

    @classmethod
    def taken_over(
        cls,
        stages: Stages,
        program: Program,
        shown: tuple[int, float],
        time_s: float,
        *,
        step_length_s: float,
        promise_s: float,
    ) -> "Schedule":
        """Go on where a signal's own program is.

        Args:
            stages: Of the signal.
            program: Its program.
            shown: Present phase, and since when.
            time_s: Now.
            step_length_s: Of the simulation.
            promise_s: How long before it happens a switch is committed.
        """
        place, since_s = shown
        coming: list[tuple[float, str]] = []
        at_s = since_s
        letters = program.phases[place].state
        while letters not in stages.letters:
            at_s += whole_steps(program.phases[place].duration_s, step_length_s)
            place = program.after(place) or 0
            letters = program.phases[place].state
            coming.append((max(at_s, time_s), letters))
        same = [k for k, each in enumerate(stages.letters) if each == letters]
        # Of stages that show the same, the one whose phase it is.
        stage = next((k for k in same if stages.phases[k] == place), same[0])
        schedule = cls(
            stages=stages,
            step_length_s=step_length_s,
            promise_s=promise_s,
            begin_s=time_s,
            stage=stage,
            green_start_s=max(at_s, time_s) if coming else since_s,
        )
        for each in coming:
            schedule.show_from(*each)
        return schedule

    @property
    def plan(self) -> StagePlan | None:
        """What is planned behind all that is committed; its first green is `stage`."""
        return self._plan

    @property
    def coming(self) -> Sequence[tuple[float, str]]:
        """What is shown from when on, of all that is committed."""
        return self._coming

    @property
    def ahead_s(self) -> float:
        """Greens that end before so long from now can wait no longer."""
        return self.promise_s + self.step_length_s - EPSILON_S

    def free_s(self, time_s: float) -> float:
        """Before this time the last committed green cannot end."""
        return max(self._least_s, self.next_step(time_s + self.promise_s))

    def _begin_green(self, stage: int, start_s: float) -> None:
        self.stage, self.green_start_s = stage, start_s
        self._least_s = self.next_step(start_s + float(self.stages.min_s[stage]))

    def next_step(self, time_s: float) -> float:
        """Start of the first step that does not begin before a time."""
        return self.begin_s + whole_steps(time_s - self.begin_s, self.step_length_s)

    def take(self, plan: StagePlan | None) -> None:
        """Plan this from now on, as far as nothing is committed."""
        self._plan, self._rests_until_s = plan, -math.inf

    def show_from(self, time_s: float, letters: str) -> None:
        """Commit what is shown from some time on, behind all that is committed."""
        self._coming.append((time_s, letters))
        self._rests_until_s = -math.inf

    def act(self, time_s: float) -> tuple[list[Promise], str | None]:
        """Commit all that can wait no longer; once in each step.

        Returns:
            Each switch that is committed now, and what is to be shown from now on; None: what is
            shown already.
        """
        # Nothing is due in most steps.
        if time_s < self._rests_until_s:
            return [], None
        promises, letters, coming = list(self._commit(time_s)), None, self._coming
        while coming and coming[0][0] <= time_s + EPSILON_S:
            letters = coming.popleft()[1]
        plan_s = math.inf if self._plan is None else float(self._plan.ends_s[0])
        coming_s = coming[0][0] if coming else math.inf
        self._rests_until_s = min(plan_s - self.ahead_s, coming_s - EPSILON_S)
        return promises, letters

    def _commit(self, time_s: float) -> Iterator[Promise]:
        latest_s = time_s + self.ahead_s
        for _ in range(MOST_AT_ONCE):
            if self._plan is None or (planned_s := float(self._plan.ends_s[0])) >= latest_s:
                return
            following = self._next_stage(self._plan)
            end_s = self.next_step(max(planned_s, self.free_s(time_s)))
            if end_s >= latest_s:
                return
            end_s = max(end_s, self._cleared_s(following))
            yield from self._switch(end_s, following, time_s)
            self._plan = _behind(self._plan)

    def _next_stage(self, plan: StagePlan) -> int:
        if plan.stages.size > 1:
            return int(plan.stages[1])
        return int(self.stages.following[self.stage])

    def _cleared_s(self, following: int) -> float:
        """When the present green may end, for those whose green ended before it."""
        change_s = self.stages.changes[self.stage, following].length_s
        needed_s = self._needed_s.get((self.stage, following))
        if needed_s is None:
            before = has_green(self.stages.letters[self.stage])
            gains = has_green(self.stages.letters[following]) & ~before
            needed_s = self.stages.clearance.needed_s[:, gains].max(axis=1, initial=-math.inf)
            needed_s[before] = -math.inf
            self._needed_s[self.stage, following] = needed_s
        latest_s = float((self._green_end_s + needed_s).max())
        return self.next_step(latest_s - change_s) if math.isfinite(latest_s) else -math.inf

    def _switch(self, end_s: float, following: int, time_s: float) -> Iterator[Promise]:
        stages, before = self.stages, self.stage
        change = stages.changes[before, following]
        start_s = end_s + change.length_s
        was_green = has_green(stages.letters[before])
        for offset_s, letters in zip(change.starts_s, change.letters, strict=True):
            self.show_from(end_s + offset_s, letters)
            is_green = has_green(letters)
            self._green_end_s[was_green & ~is_green] = end_s + offset_s
            was_green = is_green
        letters = stages.letters[following]
        self.show_from(start_s, letters)
        self._green_end_s[was_green & ~has_green(letters)] = start_s
        first = change.letters[0] if change.letters else letters
        self._begin_green(following, start_s)
        for stage, is_start, promised_s, shown in (
            (before, False, end_s, first),
            (following, True, start_s, letters),
        ):
            yield Promise(
                signal=stages.signal_id,
                stage=stage,
                is_start=is_start,
                announced_s=time_s,
                promised_s=promised_s,
                letters=shown,
            )


def _behind(plan: StagePlan) -> StagePlan | None:
    """What is left of a plan when its first green is committed to end."""
    if plan.stages.size < 2:
        return None
    return StagePlan(stages=plan.stages[1:], ends_s=plan.ends_s[1:])
