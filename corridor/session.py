"""A run: step the road, say what is seen, carry advice to the vehicles."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

import numpy as np

from controller import Advice, Observation, Reason
from corridor.actuation import actuate, followed_speeds
from corridor.course import Course, Equipment, Frame, Tally
from corridor.engine import Engine, EngineError, Motion
from corridor.equipment import unit_draw
from corridor.hearing import Hearing
from corridor.network import RoadNetwork
from corridor.observe import observe, queue_ahead, reasons_without_advice
from corridor.rsu import Radio
from corridor.spat import SpatSource
from corridor.vehicles import BoolArray, Entrant, IntArray, VehicleTable

STANDING_MPS = 5.0 / 3.6
"""A vehicle slower than this stands in a queue."""


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
    """

    def __init__(
        self,
        engine: Engine,
        network: RoadNetwork,
        course: Course,
        equipment: Equipment,
        *,
        advises: bool,
    ) -> None:
        self.tally = Tally()
        self._engine = engine
        self._network = network
        self._course = course
        self._equipment = equipment
        self._advises = advises and bool(equipment.equipped)
        self._table = VehicleTable(network)
        self._rows: IntArray = np.zeros(0, dtype=np.int64)
        self._hearing = Hearing(
            network,
            Radio(parameters=equipment.rsu, rng=np.random.default_rng([equipment.seed, 0x5A7])),
            course.step_length_s,
        )
        self._last_arrival_s = course.begin_s

    def __enter__(self) -> Self:
        self._engine.start(self._course.arguments)
        if self._advises:
            course = self._course
            self._spat = SpatSource(
                self._engine,
                self._network.links,
                course.signal_files,
                course.begin_s,
                step_length_s=course.step_length_s,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.close()

    def __iter__(self) -> Iterator[Frame]:
        while not self._is_over():
            self._engine.step()
            time_s = self._engine.time_s()
            self._admit_and_dismiss()
            seen = self._look(time_s) if self._advises else self._see_nothing(time_s)
            yield Frame(time_s=time_s, n_running=self.tally.n_running, seen=seen)
        self._dismiss(self._table.vehicle_ids())

    def _is_over(self) -> bool:
        if self.tally.n_arrived >= len(self._course.vehicle_ids) or self._engine.n_expected() == 0:
            return True
        course, time_s = self._course, self._engine.time_s()
        self.tally.end_s = time_s
        quiet_since_s = max(self._last_arrival_s, course.last_departure_s)
        self.tally.cap_hit = time_s >= min(course.cap_s, quiet_since_s + course.patience_s)
        return self.tally.cap_hit

    def _admit_and_dismiss(self) -> None:
        departed, arrived = self._engine.departed(), self._engine.arrived()
        equipment = self._equipment
        for vehicle_id in departed:
            facts = self._engine.facts(vehicle_id)
            self.tally.speed_factor[vehicle_id] = facts.speed_factor
            is_equipped = vehicle_id in equipment.equipped
            if not self._advises or not (is_equipped or equipment.sensing == "all"):
                continue
            draw = unit_draw(vehicle_id, equipment.seed, "compliance")
            is_compliant = draw < equipment.driver.compliant_drivers
            entrant = Entrant(
                vehicle_id=vehicle_id,
                is_equipped=is_equipped,
                follows_advice=is_compliant or equipment.execution == "automated",
                draw=unit_draw(vehicle_id, equipment.seed, "take-up"),
                has_stops=vehicle_id in equipment.stopping,
            )
            self._table.enter(entrant, facts)
        if arrived:
            self._last_arrival_s = self._engine.time_s()
        self.tally.n_arrived += len(self._course.vehicle_ids.intersection(arrived))
        self.tally.n_running += len(departed) - len(arrived)
        self._dismiss(arrived)

    def _dismiss(self, vehicle_ids: Sequence[str]) -> None:
        self.tally.advised_time_s.update(self._table.leave(vehicle_ids))

    def _look(self, time_s: float) -> Observation:
        table, rsu = self._table, self._equipment.rsu
        table.move(self._motions())
        self._spat.update(time_s)
        self._hearing.remember(self._spat.windows, time_s)
        age_s = time_s - self._hearing.listen(table, time_s)
        is_equipped = table.flags("is_equipped")
        reason = reasons_without_advice(
            table,
            range_m=rsu.range_m,
            stale_s=rsu.stale_s,
            age_s=age_s,
            is_told=self._spat.is_told,
            is_at_stop=self._at_stop(),
        )
        table.ints("reason")[:] = reason
        self._rows = np.flatnonzero(is_equipped & (reason == Reason.ADVISED))
        with np.errstate(invalid="ignore"):
            is_near = table.distance_m <= rsu.range_m
        is_seen = is_near & (is_equipped | (self._equipment.sensing == "all"))
        is_queued = is_seen & (table.floats("speed_mps") < STANDING_MPS)
        return observe(
            table,
            self._rows,
            self._hearing.told_to(table, self._rows),
            time_s=time_s,
            step_length_s=self._course.step_length_s,
            age_s=age_s,
            n_queued=queue_ahead(table.ints("link_row"), table.distance_m, is_queued),
        )

    def _see_nothing(self, time_s: float) -> Observation:
        nobody = np.zeros(0, dtype=np.int64)
        windows, nothing = np.zeros((6, 0, 0)), np.zeros(0)
        return observe(
            self._table,
            nobody,
            windows,
            time_s=time_s,
            step_length_s=self._course.step_length_s,
            age_s=nothing,
            n_queued=nobody,
        )

    def _motions(self) -> list[Motion]:
        try:
            return self._engine.motions(self._table.vehicle_ids())
        except EngineError:
            # A vehicle may vanish without arriving, for example in a calibrator.
            running = set(self._engine.running())
            gone = [v for v in self._table.vehicle_ids() if v not in running]
            if not gone:
                raise
            self.tally.n_running -= len(gone)
            self._dismiss(gone)
            return self._engine.motions(self._table.vehicle_ids())

    def _at_stop(self) -> BoolArray:
        return np.array(
            [way.has_stops and self._engine.is_stopped(way.vehicle_id) for way in self._table.ways],
            dtype=np.bool_,
        )

    def apply(self, advice: Advice) -> None:
        """Carry advice to the vehicles of the last frame; all others have none.

        Raises:
            ValueError: The advice has not one row per row of what was seen.
        """
        if not self._advises:
            return
        if advice.speed_mps.shape != self._rows.shape or advice.reason.shape != self._rows.shape:
            raise ValueError(
                f"advice must have {self._rows.size} rows, as many as were seen, got "
                f"{advice.speed_mps.shape} speeds and {advice.reason.shape} reasons"
            )
        table, course = self._table, self._course
        advised_mps = table.floats("advised_mps")
        advised_mps[:] = np.nan
        advised_mps[self._rows] = advice.speed_mps
        table.ints("reason")[self._rows] = advice.reason
        followed_mps = followed_speeds(
            table, self._equipment.execution, self._equipment.driver, self._engine.time_s()
        )
        actuate(table, self._engine, followed_mps, self._equipment.execution, course.step_length_s)
        is_advised = np.isfinite(advised_mps)
        table.floats("advised_time_s")[is_advised] += course.step_length_s
        if course.records_advice:
            advised = (table.ways[row].vehicle_id for row in np.flatnonzero(is_advised))
            self.tally.advised_steps += [(self._engine.time_s(), v) for v in advised]
        self._count_reasons()

    def _count_reasons(self) -> None:
        reasons = self._table.ints("reason")[self._table.flags("is_equipped")]
        for number, count in enumerate(np.bincount(reasons, minlength=len(Reason))):
            if count:
                self.tally.reasons[Reason(number).name.lower()] += int(count)
