"""The vehicle table: one row per vehicle under way, columns as arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from corridor.columns import (
    LANE_COUNTS,
    LANE_NUMBERS,
    N_SEEN,
    N_STATED,
    PLACE,
    BoolArray,
    Columns,
    FloatArray,
    IntArray,
)
from corridor.engine import VehicleFacts
from corridor.links import NO_LINK, Approach
from corridor.network import RoadNetwork
from corridor.spots import Sights, Spot
from corridor.ways import Entrant, Leaver, Way

START_ROWS = 256
"""Rows that the columns begin with; they double when full."""
SAME_M = 1e-3
"""A vehicle that is so near to where its speed would bring it has not left its lane: no lane is
shorter than 0.1 m."""


@dataclass(slots=True)
class VehicleTable:
    """Vehicles under way; see `Columns` for what is known of each."""

    network: RoadNetwork
    ways: list[Way] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)
    """Id of the lane on which each vehicle was when it was last asked for."""
    _ids: list[str] = field(default_factory=list)
    _room: Columns = field(init=False)
    _columns: Columns = field(init=False)
    _spots: dict[str, Spot] = field(default_factory=dict)
    _sights: Sights = field(default_factory=Sights)
    _routes: dict[tuple[str, ...], tuple[tuple[Approach | None, ...], bool]] = field(
        default_factory=dict
    )
    _rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._room = Columns.unknown(START_ROWS)
        self._columns = self._room.first(0)

    def __len__(self) -> int:
        return len(self.ways)

    @property
    def columns(self) -> Columns:
        """Of the vehicles in the order of `ways`; views, until a vehicle comes or goes."""
        if self._columns.size != len(self.ways):
            self._columns = self._room.first(len(self.ways))
        return self._columns

    def floats(self, name: str) -> FloatArray:
        """A column of numbers; a view that may be written to."""
        return self.columns.floats(name)

    def ints(self, name: str) -> IntArray:
        """A column of whole numbers; a view that may be written to."""
        return self.columns.ints(name)

    def flags(self, name: str) -> BoolArray:
        """A column of truth values; a view that may be written to."""
        return self.columns.flags(name)

    @property
    def memory(self) -> FloatArray:
        """(n, MEMORY_WIDTH) what the policy noted of each vehicle; a view to be written to."""
        return self.columns.memory

    @property
    def distance_m(self) -> FloatArray:
        """(n,) along the route to the next stop line; NaN where there is none."""
        return self.columns.floats("distance_m")

    def enter(self, entrant: Entrant, facts: VehicleFacts) -> None:
        """Add a vehicle."""
        row = len(self.ways)
        if row == self._room.size:
            self._room = self._room.extended()
            self._columns = self._room.first(row)
        approaches, is_simple = self._approaches(facts.route)
        self.ways.append(
            Way(
                vehicle_id=entrant.vehicle_id,
                route=facts.route,
                approaches=approaches,
                is_simple=is_simple,
            )
        )
        self._ids.append(entrant.vehicle_id)
        self.lanes.append("")
        self._rows[entrant.vehicle_id] = row
        self._room.forget(row)
        numbers, counts, truths = self._room.numbers, self._room.counts, self._room.truths
        numbers[PLACE["speed_factor"], row] = facts.speed_factor
        numbers[PLACE["max_speed_mps"], row] = facts.max_speed_mps
        numbers[PLACE["accel_mps2"], row] = facts.accel_mps2
        numbers[PLACE["decel_mps2"], row] = facts.decel_mps2
        numbers[PLACE["space_m"], row] = facts.length_m + facts.min_gap_m
        numbers[PLACE["draw"], row] = entrant.draw
        numbers[PLACE["advised_time_s"], row] = 0.0
        for name in ("read_s", "heard_s", "changed_s"):
            numbers[PLACE[name], row] = -np.inf
        for name in LANE_COUNTS:
            counts[PLACE[name], row] = NO_LINK
        truths[PLACE["is_equipped"], row] = entrant.is_equipped
        truths[PLACE["follows_advice"], row] = entrant.follows_advice
        truths[PLACE["has_stops"], row] = entrant.has_stops

    def _approaches(self, route: tuple[str, ...]) -> tuple[tuple[Approach | None, ...], bool]:
        """The signals ahead along a route, and whether it takes no road twice."""
        found = self._routes.get(route)
        if found is None:
            found = self.network.approaches(route), len(set(route)) == len(route)
            self._routes[route] = found
        return found

    def leave(self, vehicle_ids: Iterable[str]) -> list[Leaver]:
        """Remove vehicles; what is told of each equipped one."""
        left = []
        for vehicle_id in vehicle_ids:
            row = self._rows.pop(vehicle_id, None)
            if row is None:
                continue
            columns = self._room
            if columns.flags("is_equipped")[row]:
                left.append(
                    Leaver(
                        vehicle_id=vehicle_id,
                        advised_time_s=float(columns.floats("advised_time_s")[row]),
                        advice_changes=int(columns.ints("advice_changes")[row]),
                    )
                )
            last, last_id, last_lane = self.ways.pop(), self._ids.pop(), self.lanes.pop()
            if row < len(self.ways):
                self.ways[row], self._ids[row], self.lanes[row] = last, last_id, last_lane
                self._rows[last_id] = row
                columns.overwrite(row, by=len(self.ways))
        return left

    def vehicle_ids(self, rows: IntArray | None = None) -> list[str]:
        """Id of some rows, which rise, or of each."""
        ids = self._ids
        if rows is None or rows.size == len(ids):
            return ids.copy()
        return [ids[row] for row in rows.tolist()]

    def move(
        self, rows: IntArray, positions_m: FloatArray, speeds_mps: FloatArray, step_length_s: float
    ) -> IntArray:
        """Take over how far some vehicles are on their lanes, and how fast.

        Args:
            rows: (m,) rows of the vehicles.
            positions_m: (m,) from the start of their lanes.
            speeds_mps: (m,) now.
            step_length_s: Time since they were moved before.

        Returns:
            Rows of those whose lane may be another one now: they are not where their speed would
            have brought them, or could change sideways.
        """
        columns = self.columns
        columns.flags("is_new_signal").fill(False)
        place_m = columns.floats("position_m")
        is_as_far = np.abs(place_m[rows] + speeds_mps * step_length_s - positions_m) <= SAME_M
        place_m[rows] = positions_m
        columns.floats("speed_mps")[rows] = speeds_mps
        columns.floats("distance_m")[rows] = columns.floats("to_line_m")[rows] - positions_m
        return rows[columns.flags("has_other_lanes")[rows] | ~is_as_far]

    def change_lanes(self, rows: IntArray, lanes: Sequence[str]) -> None:
        """Take over on which lanes some vehicles are now."""
        known = self.lanes
        came = [
            (row, now) for row, now in zip(rows.tolist(), lanes, strict=True) if now != known[row]
        ]
        if not came:
            return
        met = np.array([(row, *self._come_onto(row, lane)) for row, lane in came])
        changed, place, is_new_signal, is_done = met.T.copy()
        columns, sights = self.columns, self._sights
        numbers = sights.numbers.take(place, axis=1)
        # Speed limits, as each driver takes them.
        limits_mps = numbers[N_STATED:]
        limits_mps *= columns.floats("speed_factor")[changed]
        np.minimum(limits_mps, columns.floats("max_speed_mps")[changed], out=limits_mps)
        columns.numbers[: len(LANE_NUMBERS), changed] = numbers
        columns.counts[: len(LANE_COUNTS), changed] = sights.counts.take(place, axis=1)
        columns.truths[:N_SEEN, changed] = sights.truths.take(place, axis=1)
        columns.flags("is_new_signal")[changed] = is_new_signal
        columns.flags("is_done")[changed] = is_done
        to_line_m = numbers[LANE_NUMBERS.index("to_line_m")]
        columns.floats("distance_m")[changed] = to_line_m - columns.floats("position_m")[changed]

    def _come_onto(self, row: int, lane: str) -> tuple[int, bool, bool]:
        """A vehicle comes onto a lane; its sight, `is_new_signal` and `is_done`."""
        self.lanes[row] = lane
        way, spot = self.ways[row], self._spots.get(lane)
        if spot is None:
            spot = self._spots[lane] = Spot(self.network, lane, self._sights)
        is_on_route = way.go_to(spot.edge)
        approach = way.approaches[way.place] if is_on_route else None
        sight = spot.sight(approach)
        movement = self._sights.movements[sight]
        is_new_signal = movement is not way.movement
        way.movement = movement
        return sight, is_new_signal, is_on_route and approach is None and way.is_simple
