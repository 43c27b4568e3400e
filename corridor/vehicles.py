"""The vehicle table: one row per vehicle under way, columns as arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corridor.engine import Motion, VehicleFacts
from corridor.network import NO_LINK, Approach, Link, Movement, RoadNetwork

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

START_ROWS = 256
"""Rows that the columns begin with; they double when full."""

FLOAT_COLUMNS = (
    "speed_mps",
    "position_m",
    "to_line_m",
    "limit_mps",
    "speed_factor",
    "max_speed_mps",
    "accel_mps2",
    "decel_mps2",
    "draw",
    "heard_s",
    "advised_mps",
    "shown_mps",
    "changed_s",
    "followed_mps",
    "command",
    "advised_time_s",
)
INT_COLUMNS = ("link_row", "reason")
BOOL_COLUMNS = ("is_equipped", "follows_advice", "is_new_signal")


@dataclass(slots=True, kw_only=True)
class Way:
    """A vehicle's route, and where on it the vehicle is."""

    vehicle_id: str
    route: tuple[str, ...]
    approaches: tuple[Approach | None, ...]
    lane: str = ""
    place: int = 0
    movement: Movement | None = None
    has_stops: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """What is known of a vehicle when it enters the road, besides what the engine tells."""

    vehicle_id: str
    is_equipped: bool
    follows_advice: bool
    draw: float
    has_stops: bool


@dataclass(slots=True)
class VehicleTable:
    """Vehicles under way.

    Columns hold one value per vehicle: `to_line_m` is the distance from the start of the present
    lane to the next stop line (NaN: no signal ahead), `link_row` the row of the link that leads
    over it, `command` what the vehicle was last told (m/s, or
    a speed factor; NaN: nothing). See `FLOAT_COLUMNS` and its like for all names.
    """

    network: RoadNetwork
    ways: list[Way] = field(default_factory=list)
    _columns: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    _routes: dict[tuple[str, ...], tuple[Approach | None, ...]] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in FLOAT_COLUMNS:
            self._columns[name] = np.full(START_ROWS, np.nan)
        for name in INT_COLUMNS:
            self._columns[name] = np.zeros(START_ROWS, dtype=np.int64)
        for name in BOOL_COLUMNS:
            self._columns[name] = np.zeros(START_ROWS, dtype=np.bool_)

    def __len__(self) -> int:
        return len(self.ways)

    def floats(self, name: str) -> FloatArray:
        """A column of numbers; a view that may be written to."""
        return self._columns[name][: len(self.ways)]  # type: ignore[return-value]

    def ints(self, name: str) -> IntArray:
        """A column of whole numbers; a view that may be written to."""
        return self._columns[name][: len(self.ways)]  # type: ignore[return-value]

    def flags(self, name: str) -> BoolArray:
        """A column of truth values; a view that may be written to."""
        return self._columns[name][: len(self.ways)]  # type: ignore[return-value]

    @property
    def distance_m(self) -> FloatArray:
        """(n,) along the route to the next stop line; NaN where there is none."""
        return self.floats("to_line_m") - self.floats("position_m")

    @property
    def ceiling_mps(self) -> FloatArray:
        """(n,) speed that each driver would not exceed: limit times own speed factor."""
        own_mps = self.floats("limit_mps") * self.floats("speed_factor")
        return np.minimum(own_mps, self.floats("max_speed_mps"))

    def enter(self, entrant: Entrant, facts: VehicleFacts) -> None:
        """Add a vehicle."""
        row = len(self.ways)
        if row == next(iter(self._columns.values())).size:
            for name, column in self._columns.items():
                self._columns[name] = np.concatenate([column, np.zeros_like(column)])
        approaches = self._routes.get(facts.route)
        if approaches is None:
            approaches = self._routes[facts.route] = self.network.approaches(facts.route)
        self.ways.append(
            Way(
                vehicle_id=entrant.vehicle_id,
                route=facts.route,
                approaches=approaches,
                has_stops=entrant.has_stops,
            )
        )
        self._rows[entrant.vehicle_id] = row
        for name in FLOAT_COLUMNS:
            self._columns[name][row] = np.nan
        values = {
            "speed_factor": facts.speed_factor,
            "max_speed_mps": facts.max_speed_mps,
            "accel_mps2": facts.accel_mps2,
            "decel_mps2": facts.decel_mps2,
            "draw": entrant.draw,
            "heard_s": -np.inf,
            "changed_s": -np.inf,
            "advised_time_s": 0.0,
            "link_row": NO_LINK,
            "reason": 0,
            "is_equipped": entrant.is_equipped,
            "follows_advice": entrant.follows_advice,
            "is_new_signal": False,
        }
        for name, value in values.items():
            self._columns[name][row] = value

    def leave(self, vehicle_ids: Iterable[str]) -> list[tuple[str, float]]:
        """Remove vehicles; the id and the time with advice of each equipped one."""
        left = []
        for vehicle_id in vehicle_ids:
            row = self._rows.pop(vehicle_id, None)
            if row is None:
                continue
            if self._columns["is_equipped"][row]:
                left.append((vehicle_id, float(self._columns["advised_time_s"][row])))
            last = self.ways.pop()
            if row < len(self.ways):
                self.ways[row] = last
                self._rows[last.vehicle_id] = row
                for column in self._columns.values():
                    column[row] = column[len(self.ways)]
        return left

    def vehicle_ids(self) -> list[str]:
        """Id of each row."""
        return [way.vehicle_id for way in self.ways]

    def move(self, motions: Sequence[Motion]) -> None:
        """Take over where the vehicles are now, one motion per row."""
        positions, speeds = self.floats("position_m"), self.floats("speed_mps")
        self.flags("is_new_signal")[:] = False
        for row, (motion, way) in enumerate(zip(motions, self.ways, strict=True)):
            positions[row] = motion.position_m
            speeds[row] = motion.speed_mps
            if motion.lane != way.lane:
                self._change_lane(row, way, motion.lane)

    def _change_lane(self, row: int, way: Way, lane: str) -> None:
        way.lane = lane
        edge = self.network.lane_edge.get(lane)
        approach: Approach | None = None
        rest_m = 0.0
        if edge is not None and edge.startswith(":"):
            rest_m = self.network.rest_of_crossing_m(lane)
            # A short edge may be passed within a step: the lane tells how far the vehicle is.
            following = self.network.leads_to(lane)
            if following in way.route[way.place :]:
                way.place = way.route.index(following, way.place)
                approach = way.approaches[way.place]
        elif edge is not None and edge in way.route[way.place :]:
            way.place = way.route.index(edge, way.place)
            approach = way.approaches[way.place]
        link: Link | None = None
        if approach is not None:
            link = approach.movement.from_lane(lane)
            self._columns["to_line_m"][row] = approach.distance_m + rest_m
        else:
            self._columns["to_line_m"][row] = np.nan
        self._columns["link_row"][row] = NO_LINK if link is None else link.row
        movement = None if approach is None else approach.movement
        self._columns["is_new_signal"][row] = movement is not way.movement
        way.movement = movement
        self._columns["limit_mps"][row] = self.network.lane_limit_mps.get(lane, np.nan)
