"""What is known of some vehicles: named columns, one value per vehicle each."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from controller import MEMORY_WIDTH

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LANE_NUMBERS = (
    *("to_line_m", "storage_m", "limit_mps", "beyond_m", "beyond_storage_m"),
    *("ceiling_mps", "crossing_mps", "beyond_ceiling_mps", "beyond_crossing_mps"),
)
N_STATED = 5
"""So many of them are the same for all vehicles; the others are speeds of the driver."""
LANE_COUNTS = (
    *("link_row", "stop_lane", "stop_edge", "present_lane"),
    *("beyond_link", "beyond_lane"),
)
LANE_TRUTHS = (
    *("yields_first", "on_junction", "has_other_lanes", "must_change"),
    *("is_new_signal", "is_done"),
)
"""Columns that change where a vehicle comes onto another lane; they come first."""
N_SEEN = 4
"""The first so many of the truths are the same for all vehicles."""
FLOAT_COLUMNS = (
    *LANE_NUMBERS,
    "distance_m",
    "position_m",
    "speed_mps",
    "speed_factor",
    "max_speed_mps",
    "accel_mps2",
    "decel_mps2",
    "space_m",
    "draw",
    "read_s",
    "heard_s",
    "advised_mps",
    "asked_mps2",
    "counted_mps",
    "shown_mps",
    "changed_s",
    "followed_mps",
    "command",
    "wished_mps",
    "advised_time_s",
    "started_s",
    "started_m",
)
INT_COLUMNS = (*LANE_COUNTS, "reason", "advice_changes")
BOOL_COLUMNS = (
    *LANE_TRUTHS,
    "hears_beyond",
    "is_equipped",
    "follows_advice",
    "has_stops",
    "has_moved",
    "has_stood",
)
PLACE = {
    name: place
    for names in (FLOAT_COLUMNS, INT_COLUMNS, BOOL_COLUMNS)
    for place, name in enumerate(names)
}
"""Place of a column among those of its kind."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of n vehicles: all of a kind in one array, so that one step picks rows of them all.

    `distance_m` is the way to the next stop line (NaN: no signal ahead), `to_line_m` the same from
    the start of the present lane, `ceiling_mps` the driver's own limit and `crossing_mps` that
    behind the stop line; `link_row` is the row of the link that leads over the line, `stop_lane`
    the number of its lane and `stop_edge` that of the first lane beside it; `beyond_...` are the
    same of the signal behind the next one, and `beyond_m` is the way from stop line to stop line;
    `hears_beyond` whether its unit is in range, `read_s` when the vehicle is next looked at,
    `command` what it was last told (m/s, or a speed factor; NaN: nothing), `wished_mps` the speed
    that this meant;
    `has_moved` is whether it ever drove, `has_stood` whether it has stood since it last started,
    `started_s` and `started_m` when and where on its lane that was.
    """

    numbers: FloatArray
    """(`FLOAT_COLUMNS`, n)"""
    counts: IntArray
    """(`INT_COLUMNS`, n)"""
    truths: BoolArray
    """(`BOOL_COLUMNS`, n)"""
    memory: FloatArray
    """(n, `MEMORY_WIDTH`) what the policy noted of each vehicle."""

    @classmethod
    def unknown(cls, size: int) -> Self:
        """Columns of vehicles of whom nothing is known."""
        return cls(
            np.full((len(FLOAT_COLUMNS), size), np.nan),
            np.zeros((len(INT_COLUMNS), size), dtype=np.int64),
            np.zeros((len(BOOL_COLUMNS), size), dtype=np.bool_),
            np.full((size, MEMORY_WIDTH), np.nan),
        )

    @property
    def size(self) -> int:
        """Number of vehicles."""
        return int(self.numbers.shape[1])

    def floats(self, name: str) -> FloatArray:
        """A column of numbers; a view that may be written to."""
        return self.numbers[PLACE[name]]  # type: ignore[no-any-return]

    def ints(self, name: str) -> IntArray:
        """A column of whole numbers; a view that may be written to."""
        return self.counts[PLACE[name]]  # type: ignore[no-any-return]

    def flags(self, name: str) -> BoolArray:
        """A column of truth values; a view that may be written to."""
        return self.truths[PLACE[name]]  # type: ignore[no-any-return]

    def first(self, size: int) -> "Columns":
        """The first rows; a view."""
        return Columns(
            self.numbers[:, :size],
            self.counts[:, :size],
            self.truths[:, :size],
            self.memory[:size],
        )

    def at(self, rows: IntArray) -> "Columns":
        """A copy of some rows."""
        return Columns(
            self.numbers.take(rows, axis=1),
            self.counts.take(rows, axis=1),
            self.truths.take(rows, axis=1),
            self.memory.take(rows, axis=0),
        )

    def extended(self) -> "Columns":
        """A copy with twice the rows, the new ones unknown."""
        more = Columns.unknown(self.size)
        return Columns(
            np.concatenate([self.numbers, more.numbers], axis=1),
            np.concatenate([self.counts, more.counts], axis=1),
            np.concatenate([self.truths, more.truths], axis=1),
            np.concatenate([self.memory, more.memory]),
        )

    def forget(self, row: int) -> None:
        """Make a row unknown."""
        self.numbers[:, row] = np.nan
        self.counts[:, row] = 0
        self.truths[:, row] = False
        self.memory[row] = np.nan

    def overwrite(self, row: int, by: int) -> None:
        """Put what is known of one row into another."""
        self.numbers[:, row] = self.numbers[:, by]
        self.counts[:, row] = self.counts[:, by]
        self.truths[:, row] = self.truths[:, by]
        self.memory[row] = self.memory[by]
