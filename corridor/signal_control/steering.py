"""Signals under control: plans become commitments, commitments become what signals show."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from controller import SignalsSeen, StagePlan, Traffic
from corridor.columns import IntArray
from corridor.engine import Engine
from corridor.links import Link
from corridor.programs import Program
from corridor.signal_control.checked_plans import checked_plans
from corridor.signal_control.monitor import ConflictMonitor
from corridor.signal_control.own_plan import own_plan
from corridor.signal_control.retreat import retreat
from corridor.signal_control.schedule import Schedule
from corridor.signal_control.stages import Stages
from corridor.signal_control.starvation import StarvationGuard
from corridor.signal_control.tally import FallBack, SteeringTally


class Steering:
    """Controls signals as a controller plans; guards them whatever it plans.

    Each step: `watch` what was shown, tell what is `seen`, `steer` as planned, `carry_out`.

    Args:
        engine: Running simulation.
        stages: Of the controlled signals.
        programs: Their own programs, in the same order.
        links: All links of the network.
        on_foot: By signal, letters of people on foot.
        promise_s: How long before it happens a switch is committed.
        step_length_s: Of the simulation.
    """

    def __init__(
        self,
        engine: Engine,
        stages: Sequence[Stages],
        programs: Sequence[Program],
        links: Sequence[Link],
        on_foot: Mapping[str, Collection[int]],
        *,
        promise_s: float,
        step_length_s: float,
    ) -> None:
        self.tally = SteeringTally(
            n_controlled=len(stages), n_signals=len({link.signal for link in links})
        )
        self._engine = engine
        self._step_length_s = step_length_s
        time_s = engine.time_s()
        self.schedules: list[Schedule] = []
        self._monitors: list[ConflictMonitor] = []
        self._guard = StarvationGuard(stages, links, on_foot)
        for number, (each, program) in enumerate(zip(stages, programs, strict=True)):
            state = engine.signal(each.signal_id)
            shown = state.phase, round(time_s - state.spent_s, 3)
            self.schedules.append(
                Schedule.taken_over(
                    each, program, shown, time_s, step_length_s=step_length_s, promise_s=promise_s
                )
            )
            letters = program.phases[state.phase].state
            self._monitors.append(ConflictMonitor(engine, each, letters, shown[1]))
            self._monitors[-1].hold()
            self._guard.show(number, letters)
        self._signal_ids = [each.signal_id for each in stages]
        self._fallen: set[int] = set()
        self._retreats: set[int] = set()

    @property
    def shown(self) -> list[tuple[str, float]]:
        """What each signal shows, and since when."""
        return [(monitor.letters, monitor.since_s) for monitor in self._monitors]

    def watch(self, time_s: float) -> None:
        """Read back what the signals showed in the step that is over."""
        shown, promises = self._engine.signal_letters(self._signal_ids), self.tally.promises
        for signal, letters in zip(self._signal_ids, shown, strict=True):
            promises.watch(signal, letters, time_s - self._step_length_s)

    def finish(self, time_s: float) -> None:
        """The run is over: promises that were due and did not come are broken."""
        self.tally.promises.finish(time_s - self._step_length_s)

    def seen(self, traffic: Traffic, time_s: float) -> SignalsSeen:
        """What a controller sees."""
        schedules = self.schedules
        return SignalsSeen(
            time_s=time_s,
            step_length_s=self._step_length_s,
            traffic=traffic,
            stage=np.array([each.stage for each in schedules], dtype=np.int64),
            green_start_s=np.array([each.green_start_s for each in schedules]),
            free_s=np.array([each.free_s(time_s) for each in schedules]),
        )

    def steer(self, said: Mapping[int, StagePlan]) -> None:
        """Take over what a controller plans from now on, as far as it is free to."""
        plans, wrong = checked_plans(
            said,
            [len(each.stages) for each in self.schedules],
            [each.stage for each in self.schedules],
        )
        self.tally.n_invalid += len(wrong)
        self.tally.invalid.update(wrong)
        for number, plan in plans.items():
            self.schedules[number].take(plan)

    def carry_out(self, link_rows: IntArray, time_s: float) -> None:
        """Commit what can wait no longer, and show what is due.

        Args:
            link_rows: (m,) links that vehicles in sight will cross by.
            time_s: Now.
        """
        owed = self._guard.owed(link_rows, time_s)
        for number, schedule in enumerate(self.schedules):
            if number in self._retreats:
                self._retreat(number, time_s)
                continue
            if number in self._fallen:
                free_s = schedule.free_s(time_s)
                schedule.take(own_plan(schedule.stages, schedule.stage, free_s))
            elif number in owed:
                self._serve(number, owed[number], time_s)
            promises, letters = schedule.act(time_s)
            for promise in promises:
                self.tally.promises.add(promise)
            if letters is not None and letters != self._monitors[number].letters:
                self._show(number, letters, time_s)

    def _serve(self, number: int, letter: int, time_s: float) -> None:
        """Give green to somebody who waits for too long."""
        schedule = self.schedules[number]
        stage = self._guard.stage_for(number, letter, schedule.stage)
        if stage == schedule.stage:
            return
        free_s = schedule.free_s(time_s)
        schedule.take(
            StagePlan(stages=np.array([schedule.stage, stage]), ends_s=np.array([free_s, np.inf]))
        )
        if free_s < time_s + schedule.ahead_s:
            self.tally.n_owed += 1

    def _show(self, number: int, letters: str, time_s: float) -> None:
        wrong = self._monitors[number].show(letters, time_s)
        if not wrong:
            self._guard.show(number, letters)
            return
        signal = self.schedules[number].stages.signal_id
        self.tally.fallbacks.append(FallBack(time_s=time_s, signal=signal, reason=wrong))
        self._fallen.add(number)
        self._retreats.add(number)

    def _retreat(self, number: int, time_s: float) -> None:
        monitor, schedule = self._monitors[number], self.schedules[number]
        stage = retreat(monitor, schedule.stages, time_s)
        self._guard.show(number, monitor.letters)
        if stage is not None:
            self._retreats.discard(number)
            self.schedules[number] = Schedule(
                stages=schedule.stages,
                step_length_s=self._step_length_s,
                promise_s=schedule.promise_s,
                begin_s=schedule.begin_s,
                stage=stage,
                green_start_s=time_s,
            )

    def fall_back(self, reason: str, time_s: float) -> None:
        """From now on all signals follow the scenario's own plan; what is committed stays so."""
        self._fallen = set(range(len(self.schedules)))
        self.tally.fallbacks.append(FallBack(time_s=time_s, signal="", reason=reason))

    @property
    def has_fallen(self) -> bool:
        """Whether all signals follow the scenario's own plan."""
        return len(self._fallen) == len(self.schedules)
