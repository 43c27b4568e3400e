"""Which stretch of the main road and which minutes are shown."""

from dataclasses import dataclass

import numpy as np
import polars as pl

WINDOWS_S = (480.0, 240.0)
"""Length of what is shown: about five cycles, or half of that on a busy road."""

MANY_VEHICLES = 220
"""More lines than these in the longer window cannot be followed by eye."""

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Which stretch of road and time is shown; the same for both arms."""

    direction: int
    begin_s: float
    end_s: float
    length_m: float

    @property
    def is_late(self) -> bool:
        """Whether it reaches beyond the first hour."""
        return self.end_s >= _HOUR_S

    def clock(self, time_s: float) -> str:
        """Simulated time as `min:s`, or as `h:min` where the stage reaches beyond an hour."""
        seconds = round(time_s)
        whole, rest = divmod(seconds // 60 if self.is_late else seconds, 60)
        return f"{whole}:{rest:02d}"


def choose_stage(trajectories: pl.DataFrame, reference: str) -> Stage | None:
    """The busier direction and its busiest minutes in the reference; None without vehicles."""
    rows = trajectories.filter(pl.col("arm") == reference)
    if rows.is_empty():
        return None
    counts = rows.group_by("direction").len().sort(["len", "direction"], descending=[True, False])
    direction = int(counts["direction"][0])
    rows = rows.filter(pl.col("direction") == direction)
    begin_s, end_s = _busiest_window(rows, WINDOWS_S[0])
    inside = rows.filter(pl.col("time_s").is_between(begin_s, end_s))
    if inside["vehicle_id"].n_unique() > MANY_VEHICLES:
        begin_s, end_s = _busiest_window(rows, WINDOWS_S[1])
    return Stage(
        direction=direction,
        begin_s=begin_s,
        end_s=end_s,
        length_m=float(rows["position_m"].to_numpy().max()),
    )


def _busiest_window(rows: pl.DataFrame, length_s: float) -> tuple[float, float]:
    """The window with most vehicle steps, begun on a whole minute."""
    times_s = np.sort(rows["time_s"].to_numpy())
    inside = np.searchsorted(times_s, times_s + length_s, side="right") - np.arange(times_s.size)
    begin_s = float(np.floor(times_s[int(np.argmax(inside))] / 60.0) * 60.0)
    return begin_s, begin_s + length_s
