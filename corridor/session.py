"""A run: step the road, say what is seen, carry advice to the vehicles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

import numpy as np

from controller import (
    Advice,
    Observation,
    SignalLayout,
    SignalsSeen,
    StagePlan,
    Traffic,
)
from corridor.actuation import actuate, check_rows, followed_speeds
from corridor.changes import count_changes
from corridor.columns import Columns, IntArray
from corridor.course import Course, Equipment, Frame, Tally
from corridor.engine import Engine, EngineError
from corridor.equipment import entrant
from corridor.hearing import Hearing
from corridor.lane_demand import NOBODY, sense
from corridor.network import RoadNetwork
from corridor.observe import (
    ADVISED,
    Moment,
    nothing_seen,
    observe,
    reasons_without_advice,
    see_traffic,
)
from corridor.reading import Reader
from corridor.reason_counts import ReasonCounts
from corridor.rsu import Radio
from corridor.signal_control.control import SignalControl
from corridor.spat import SpatSource
from corridor.start_wave import StartWave
from corridor.vehicles import VehicleTable


class Session:
    """A simulation that is advised step by step.

    Iterate over it for frames, and apply advice to the last frame. Without equipped vehicles, or
    with `advises` false, the road is stepped and nothing is read of the vehicles.

    Args:
        engine: What simulates.
        network: The road.
        course: What is simulated.
        equipment: Who is equipped.
        advises: Whether advice will be applied.
        promise_s: How long before it happens a switch of a signal is committed; None: nobody
            controls the signals.
    """

    def __init__(
        self,
        engine: Engine,
        network: RoadNetwork,
        course: Course,
        equipment: Equipment,
        *,
        advises: bool,
        promise_s: float | None = None,
    ) -> None:
        self.tally = Tally()
        self._engine = engine
        self._network = network
        self._course = course
        self._equipment = equipment
        self._driver = equipment.driver if equipment.execution == "driver" else None
        self._is_asked = advises
        self._advises = advises and bool(equipment.equipped)
        self._promise_s = promise_s
        self._reads = self._advises or promise_s is not None
        self._control: SignalControl | None = None
        self._signals: SignalsSeen | None = None
        self._table = VehicleTable(network)
        self._rows: IntArray = np.zeros(0, dtype=np.int64)
        self._near = Columns.unknown(0)
        self._hearing = Hearing(
            network,
            Radio(parameters=equipment.rsu, rng=np.random.default_rng([equipment.seed, 0x5A7])),
            course.step_length_s,
        )
        self._seen = nothing_seen(self._moment(course.begin_s))
        self._reader = Reader(engine, equipment.rsu.range_m, course.step_length_s)
        self._reasons, self._wave = ReasonCounts(), StartWave()
        self._last_arrival_s = self._time_s = course.begin_s

    def __enter__(self) -> Self:
        self._engine.start(self._course.arguments)
        self._time_s = self._engine.time_s()
        course = self._course
        if self._promise_s is not None:
            control = SignalControl(self._engine, self._network, course, self._promise_s)
            self._control, self.tally.steering = control, control.tally
        if self._reads:
            self._spat = SpatSource(
                self._engine,
                self._network.links,
                course.signal_files,
                course.begin_s,
                step_length_s=course.step_length_s,
                controlled=self._control.signals if self._control else (),
            )
        return self

    @property
    def layouts(self) -> tuple[SignalLayout, ...]:
        """The signals that can be controlled, by number; known from when the session began."""
        return self._control.layouts if self._control else ()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.tally.reasons = self._reasons.told()
        self._engine.close()

    def __iter__(self) -> Iterator[Frame]:
        while not self._is_over():
            if self._control:
                self._control.carry_out(self._near.ints("link_row"), self._time_s)
            self._engine.step()
            self._time_s = time_s = self._engine.time_s()
            if self._control:
                self._control.watch(time_s)
            self._admit_and_dismiss()
            self._seen = self._look(time_s) if self._reads else self._see_nothing(time_s)
            n_running = self.tally.n_running
            yield Frame(time_s=time_s, n_running=n_running, seen=self._seen, signals=self._signals)
        if self._control:
            self._control.finish(self._time_s)
        self._dismiss(self._table.vehicle_ids())

    def _is_over(self) -> bool:
        course, time_s = self._course, self._time_s
        self.tally.end_s = time_s
        if self.tally.n_arrived >= len(course.vehicle_ids) or self._engine.n_expected() == 0:
            return True
        quiet_since_s = max(self._last_arrival_s, course.last_departure_s)
        self.tally.cap_hit = time_s >= min(course.cap_s, quiet_since_s + course.patience_s)
        return self.tally.cap_hit

    def _admit_and_dismiss(self) -> None:
        departed, arrived = self._engine.departed(), self._engine.arrived()
        equipment = self._equipment
        for vehicle_id in departed:
            facts = self._engine.facts(vehicle_id)
            self.tally.speed_factor[vehicle_id] = facts.speed_factor
            self.tally.length_m[vehicle_id] = facts.length_m
            is_equipped = vehicle_id in equipment.equipped
            if not self._reads or not (is_equipped or equipment.sensing == "all"):
                continue
            self._table.enter(entrant(vehicle_id, equipment), facts)
        self.tally.n_running += len(departed) - len(arrived)
        self.tally.most_running = max(self.tally.most_running, self.tally.n_running)
        if arrived:
            self._last_arrival_s = self._time_s
            self.tally.n_arrived += len(self._course.vehicle_ids.intersection(arrived))
            self._dismiss(arrived)

    def _dismiss(self, vehicle_ids: Sequence[str]) -> None:
        for left in self._table.leave(vehicle_ids):
            self.tally.advised_time_s[left.vehicle_id] = left.advised_time_s
            self.tally.advice_changes[left.vehicle_id] = left.advice_changes

    def _look(self, time_s: float) -> Observation:
        self._read(time_s)
        columns, rsu = self._table.columns, self._equipment.rsu
        if self._advises:
            self._hearing.listen(self._table, time_s)
        distance_m = columns.floats("distance_m")
        is_seen = (distance_m <= rsu.range_m) & (distance_m > 0.0)
        if self._equipment.sensing == "connected":
            is_seen &= columns.flags("is_equipped")
        # Control plans with a wave of its own, which advice should agree with.
        if self._advises and not self._control:
            self._wave.look(columns, is_seen, time_s)
        seen_rows = is_seen.nonzero()[0]
        self._near = near = columns.at(seen_rows)
        self._spat.update(time_s, sense(near) if self._spat.heeds_traffic else NOBODY)
        if self._control and self._advises:
            # Whoever plans the signals knows their greens; nobody else listens without advice.
            self._control.tell(self._spat, time_s)
        traffic = see_traffic(
            near,
            self._spat.windows,
            time_s,
            step_length_s=self._course.step_length_s,
            start_step_s=self._wave.step_s,
        )
        if self._control:
            self._signals = self._control.seen(traffic, time_s)
        return self._tell(seen_rows, traffic) if self._advises else self._see_nothing(time_s)

    def _tell(self, seen_rows: IntArray, traffic: Traffic) -> Observation:
        """What is known of those who can be advised, out of those who are seen."""
        time_s, rsu = self._time_s, self._equipment.rsu
        columns, near = self._table.columns, self._near
        self._hearing.remember(self._spat.windows, time_s)
        reason = columns.ints("reason")
        reason[:] = reasons_without_advice(
            columns,
            range_m=rsu.range_m,
            stale_s=rsu.stale_s,
            age_s=time_s - columns.floats("heard_s"),
            is_told=self._spat.is_told,
            is_at_stop=self._reader.at_stop(self._table) if self._equipment.stopping else None,
        )
        self._rows = (columns.flags("is_equipped") & (reason == ADVISED)).nonzero()[0]
        # Whoever can be advised is seen; mostly all who are seen can be.
        place = seen_rows.searchsorted(self._rows)
        told = near if place.size == seen_rows.size else near.at(place)
        return observe(
            told,
            self._hearing.told_to(told),
            self._moment(time_s),
            traffic=traffic,
            traffic_row=place,
        )

    def _see_nothing(self, time_s: float) -> Observation:
        # Where no policy will be asked, nobody looks at it: it is made once.
        return replace(self._seen, time_s=time_s) if self._is_asked else self._seen

    def _moment(self, time_s: float) -> Moment:
        return Moment(time_s=time_s, step_length_s=self._course.step_length_s, driver=self._driver)

    def _read(self, time_s: float) -> None:
        try:
            self._reader.read(self._table, time_s)
        except EngineError:
            # A vehicle may vanish without arriving, for example in a calibrator. Who is under way
            # by teleport is known all the same, though on no road.
            gone = [v for v in self._table.vehicle_ids() if not self._is_known(v)]
            if not gone:
                raise
            self.tally.n_running -= len(gone)
            self._dismiss(gone)
            self._reader.read(self._table, time_s)

    def _is_known(self, vehicle_id: str) -> bool:
        try:
            self._engine.speeds_mps([vehicle_id])
        except EngineError:
            return False
        return True

    def steer(self, plans: Mapping[int, StagePlan]) -> None:
        """Take over plans of signals, by number, for the next step; the others keep theirs."""
        if self._control:
            self._control.steer(plans)

    def fall_back(self, reason: str) -> None:
        """Let all signals follow the scenario's own plan, once what is committed is done."""
        if self._control:
            self._control.fall_back(reason, self._time_s)

    def apply(self, advice: Advice) -> None:
        """Carry advice to the vehicles of the last frame; all others have none.

        Raises:
            ValueError: The advice has not one row per row of what was seen.
        """
        if not self._advises:
            return
        check_rows(advice, self._rows.size)
        table, course, columns = self._table, self._course, self._table.columns
        advised_mps = columns.floats("advised_mps")
        advised_mps.fill(np.nan)
        advised_mps[self._rows] = advice.speed_mps
        asked_mps2 = columns.floats("asked_mps2")
        asked_mps2.fill(np.nan)
        if advice.decel_mps2 is not None:
            asked_mps2[self._rows] = advice.decel_mps2
        columns.ints("reason")[self._rows] = advice.reason
        columns.memory.fill(np.nan)
        if advice.memory is not None:
            columns.memory[self._rows] = advice.memory
        followed_mps = followed_speeds(
            columns, self._equipment.execution, self._equipment.driver, self._time_s
        )
        actuate(table, self._engine, followed_mps, self._driver, course.step_length_s)
        count_changes(columns, self._equipment.execution)
        columns.floats("advised_time_s")[np.isfinite(advised_mps)] += course.step_length_s
        if course.records_advice:
            self.tally.record.add(table, self._rows, self._seen, followed_mps)
        self._reasons.add(self._table.columns)
