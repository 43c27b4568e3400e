"""Progression along the main road: through bands of the greens, and what vehicles made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from experiments.report.data import Results

FloatArray = NDArray[np.float64]

GREEN_STATES = ("G", "g")
"""SUMO's letters of green; yellow is none, be it passed or not."""

SLOWEST_MPS = 5.0
"""Slower waves than this are no progression."""

_STEP_MPS = 0.1
_FAST_QUANTILE = 0.95
"""The fastest wave is as fast as this share of the vehicle-seconds along the road."""

_GAP_S = 5.0
"""A vehicle that was away longer has left the road and come back."""

_STOP_MPS, _STOP_S = 5.0 / 3.6, 2.0
"""A stop, as everywhere: slower for at least so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A stop line of the main road and its greens as they were shown."""

    signal_id: str
    position_m: float
    greens_s: FloatArray
    """(n, 2) start and end, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The widest through band of one direction: who enters in it at its speed meets no red."""

    speed_mps: float
    entries_s: FloatArray
    """(n, 2) from when to when at the first stop line."""
    share: float
    """Of the time."""
    cycle_s: float
    """Usual time from green to green: median at each stop line, mean over these."""

    @property
    def width_s(self) -> float:
        """Mean over the cycles."""
        return self.share * self.cycle_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved:
    """What vehicles met on the main road in one direction."""

    n_vehicles: int
    n_arrivals: int
    on_green: float
    """Share of arrivals at a stop line, or at the end of its queue, during its green."""
    speed_mps: float
    """From the first to the last stop line that each vehicle crosses, stops included."""
    stops_per_vehicle: float


def lines_of(results: Results, arm: str, direction: int) -> list[Line]:
    """Stop lines of a direction in the order of the way."""
    rows = results.signals.filter(
        pl.col("arm") == arm,
        pl.col("direction") == direction,
    ).sort("position_m", "signal_id", "start_s")
    return [
        Line(
            signal_id=str(signal),
            position_m=float(position_m),
            greens_s=joined(
                part.filter(pl.col("state").is_in(GREEN_STATES))
                .select("start_s", "end_s")
                .to_numpy()
            ),
        )
        for (position_m, signal), part in rows.group_by(
            ["position_m", "signal_id"], maintain_order=True
        )
    ]


def joined(spells_s: FloatArray) -> FloatArray:
    """Spells of time in order, those that touch made one.

    Args:
        spells_s: (n, 2) start and end, by start, none within another.
    """
    if len(spells_s) == 0:
        return np.zeros((0, 2))
    is_first = np.append(True, spells_s[1:, 0] > spells_s[:-1, 1] + 1e-6)
    is_last = np.append(is_first[1:], True)
    return np.stack([spells_s[is_first, 0], spells_s[is_last, 1]], axis=1)


def common(first_s: FloatArray, second_s: FloatArray) -> FloatArray:
    """What two sets of spells have in common; each in order and without overlaps."""
    found, i, j = [], 0, 0
    while i < len(first_s) and j < len(second_s):
        start_s = max(first_s[i, 0], second_s[j, 0])
        end_s = min(first_s[i, 1], second_s[j, 1])
        if end_s > start_s:
            found.append((start_s, end_s))
        if first_s[i, 1] < second_s[j, 1]:
            i += 1
        else:
            j += 1
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def entries_at(lines: Sequence[Line], speed_mps: float) -> FloatArray:
    """When to pass the first of some lines to pass all on green at a constant speed.

    Returns:
        (n, 2) from when to when.

    References: Little, Kelson & Gartner (1981), MAXBAND, Transportation Research Record 795.
    """
    found = lines[0].greens_s
    for line in lines[1:]:
        found = common(found, line.greens_s - _later_s(lines[0], line, speed_mps))
    return found


def widest_band(lines: Sequence[Line], fastest_mps: float) -> Band | None:
    """The through band over all lines that is green for most of the time; of equals the fastest.

    Its speed is one for the whole way. None with fewer than two lines, or without greens.

    Args:
        lines: Of one direction, in the order of the way.
        fastest_mps: Greatest speed of a wave.
    """
    if len(lines) < 2 or any(len(line.greens_s) < 2 for line in lines):
        return None
    begin_s = max(line.greens_s[0, 0] for line in lines)
    end_s = min(line.greens_s[-1, 1] for line in lines)
    cycle_s = float(np.mean([np.median(np.diff(line.greens_s[:, 0])) for line in lines]))
    best = Band(speed_mps=fastest_mps, entries_s=np.zeros((0, 2)), share=0.0, cycle_s=cycle_s)
    n_speeds = max(int((fastest_mps - SLOWEST_MPS) / _STEP_MPS), 0) + 1
    for speed_mps in fastest_mps - _STEP_MPS * np.arange(n_speeds):
        last_s = end_s - _later_s(lines[0], lines[-1], speed_mps)
        if last_s <= begin_s:
            break
        entries_s = common(entries_at(lines, float(speed_mps)), np.array([[begin_s, last_s]]))
        share = float((entries_s[:, 1] - entries_s[:, 0]).sum() / (last_s - begin_s))
        if share > best.share + 1e-9:
            best = Band(
                speed_mps=float(speed_mps), entries_s=entries_s, share=share, cycle_s=cycle_s
            )
    return best


def fastest_wave(results: Results, direction: int) -> float:
    """Speed that vehicles of the reference drive where nothing is in their way."""
    rows = results.trajectories.filter(arm=results.reference, direction=direction)
    if rows.is_empty():
        return SLOWEST_MPS
    quantile = rows["speed_mps"].quantile(_FAST_QUANTILE, interpolation="linear")
    return max(float(quantile or 0.0), SLOWEST_MPS)


def achieved(rows: pl.DataFrame, lines: Sequence[Line]) -> Achieved | None:
    """What the vehicles of one arm and direction met; None where none crossed a line.

    Args:
        rows: Of `trajectories.parquet`.
        lines: Of the same arm and direction, in the order of the way.
    """
    steps = _with_pieces(rows)
    crossings = _crossings(steps, lines)
    if crossings.is_empty():
        return None
    stops = _stops(steps, lines)
    firsts = stops.group_by("piece", "line").agg(stopped_s=pl.col("time_s").min())
    arrivals = crossings.join(firsts, on=["piece", "line"], how="left").with_columns(
        arrived_s=pl.min_horizontal("time_s", "stopped_s")
    )
    n_green = sum(
        int(_is_within(part["arrived_s"].to_numpy(), lines[line].greens_s).sum())
        for (line,), part in arrivals.group_by("line")
        if isinstance(line, int)
    )
    ways = crossings.group_by("piece").agg(
        way_m=pl.col("position_m").max() - pl.col("position_m").min(),
        time_s=pl.col("time_s").max() - pl.col("time_s").min(),
    )
    driven_s = float(ways["time_s"].sum())
    n_vehicles = steps["vehicle_id"].n_unique()
    return Achieved(
        n_vehicles=n_vehicles,
        n_arrivals=arrivals.height,
        on_green=n_green / arrivals.height,
        speed_mps=float(ways["way_m"].sum()) / driven_s if driven_s else float("nan"),
        stops_per_vehicle=stops.height / n_vehicles,
    )


def _later_s(first: Line, line: Line, speed_mps: float) -> float:
    return (line.position_m - first.position_m) / speed_mps


def _with_pieces(rows: pl.DataFrame) -> pl.DataFrame:
    """Steps by vehicle and time, with the number of each stay of a vehicle on the road."""
    steps = rows.sort("vehicle_id", "time_s")
    is_new = (
        (pl.col("vehicle_id") != pl.col("vehicle_id").shift(1))
        | (pl.col("time_s") - pl.col("time_s").shift(1) > _GAP_S)
        | (pl.col("position_m") < pl.col("position_m").shift(1) - 1.0)
    )
    return steps.with_columns(piece=is_new.fill_null(value=True).cum_sum())


def _crossings(steps: pl.DataFrame, lines: Sequence[Line]) -> pl.DataFrame:
    """When each stay crossed which line, to a part of a step: piece, line, position_m, time_s."""
    before = steps.with_columns(
        next_m=pl.col("position_m").shift(-1).over("piece"),
        next_s=pl.col("time_s").shift(-1).over("piece"),
    )
    found = []
    for number, line in enumerate(lines):
        at_m = line.position_m
        part = (at_m - pl.col("position_m")) / (pl.col("next_m") - pl.col("position_m"))
        found.append(
            before.filter(pl.col("position_m") <= at_m, pl.col("next_m") > at_m).select(
                "piece",
                line=pl.lit(number, dtype=pl.Int64),
                position_m=pl.lit(at_m),
                time_s=pl.col("time_s") + part * (pl.col("next_s") - pl.col("time_s")),
            )
        )
    return pl.concat(found)


def _stops(steps: pl.DataFrame, lines: Sequence[Line]) -> pl.DataFrame:
    """Where and when stays stopped: piece, time_s, line (the next one; their number: none)."""
    ends_m = np.array([line.position_m for line in lines])
    length_s = steps["time_s"].diff().filter(steps["piece"].diff() == 0).min()
    step_s = float(length_s) if isinstance(length_s, float) else 0.0
    is_slow = pl.col("speed_mps") < _STOP_MPS
    number = (is_slow != is_slow.shift(1).over("piece")).fill_null(value=True).cum_sum()
    spells = (
        steps.with_columns(is_slow=is_slow, spell=number)
        .filter("is_slow")
        .group_by("piece", "spell", maintain_order=True)
        .agg(
            pl.col("time_s").first(),
            pl.col("position_m").first(),
            lasted_s=pl.col("time_s").last() - pl.col("time_s").first() + step_s,
        )
        .filter(pl.col("lasted_s") >= _STOP_S)
    )
    nearest = np.searchsorted(ends_m, spells["position_m"].to_numpy(), side="left")
    return spells.select("piece", "time_s", line=pl.Series(nearest, dtype=pl.Int64))


def _is_within(times_s: FloatArray, spells_s: FloatArray) -> NDArray[np.bool_]:
    """Whether each time lies in one of some spells."""
    if len(spells_s) == 0:
        return np.zeros(times_s.shape, dtype=np.bool_)
    place = np.searchsorted(spells_s[:, 0], times_s, side="right") - 1
    is_in: NDArray[np.bool_] = (place >= 0) & (times_s < spells_s[np.maximum(place, 0), 1])
    return is_in
