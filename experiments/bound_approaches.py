"""The approaches of a recorded arm, as the attainable bound looks at them."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor import RoadNetwork
from emissions import EmissionMap
from experiments.report.approaches import BEHIND_M
from experiments.report.journeys import Records

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LEAST_BEHIND_M = 5.0
"""Who arrives nearer behind the stop line has no exit."""
ROUNDING_M = 0.02
"""Of distances in the records."""
RED = "ru"
"""Letters of a signal by which nobody may cross."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """What the network says of the way over the stop line of one link."""

    before_mps: float
    crossing_mps: float
    behind_mps: float
    crossing_m: float
    before_m: float
    """Length of the lane before the line."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """All steps of an arm, by vehicle and time."""

    vehicle_ids: list[str]
    first: IntArray
    """(vehicle,) row of the insertion."""
    time_s: FloatArray
    distance_m: FloatArray
    speed_mps: FloatArray
    accel_mps2: FloatArray
    """Zero at insertions."""
    key: FloatArray = field(repr=False)
    """Rises from row to row: a number for the vehicle, and the distance."""
    span_m: float
    """Between the keys of two vehicles."""

    def row_at(self, vehicle: IntArray, distance_m: FloatArray, side: Any) -> IntArray:  # noqa: ANN401
        """First row at or behind a distance ("left"), or the one behind the last up to it."""
        return np.searchsorted(self.key, vehicle * self.span_m + distance_m, side)

    def cumulated(self, rates: EmissionMap, unit: float, step_s: float) -> FloatArray:
        """(row,) g or Wh up to and with each step, on a level road."""
        each = rates.at(self.speed_mps, self.accel_mps2, np.zeros(1)) * (unit * step_s)
        each[self.first] = 0.0
        return np.cumsum(each)


def read_trace_of(records: Records, arm: str) -> Trace:
    """The steps that were recorded of an arm."""
    steps = records.table("journeys", arm).sort("vehicle_id", "time_s")
    speed_mps, distance_m, time_s = (
        steps[name].cast(pl.Float64).to_numpy() for name in ("speed_mps", "distance_m", "time_s")
    )
    is_first = (steps["vehicle_id"] != steps["vehicle_id"].shift(1)).fill_null(value=True).to_numpy()
    first = np.flatnonzero(is_first)
    accel_mps2 = np.diff(speed_mps, prepend=0.0) / np.maximum(np.diff(time_s, prepend=0.0), 1e-9)
    accel_mps2[first] = 0.0
    span_m = float(distance_m.max(initial=0.0)) + 1e4
    return Trace(
        vehicle_ids=steps["vehicle_id"].to_numpy()[first].tolist(),
        first=first,
        time_s=time_s,
        distance_m=distance_m,
        speed_mps=speed_mps,
        accel_mps2=accel_mps2,
        key=(np.cumsum(is_first) - 1) * span_m + distance_m,
        span_m=span_m,
    )


@dataclass(frozen=True, kw_only=True)
class Approaches:
    """The approaches of an arm; arrays have a row for each."""

    table: pl.DataFrame
    """vehicle_id, place, signal_id, link_index, edge_id, street, main."""
    line_m: FloatArray
    entry_m: FloatArray
    """Where the approach begins, and the exit; distances from the insertion."""
    exit_m: FloatArray
    first: IntArray
    """Row of the trace at the entry, at the slot (the last before the line) and at the exit."""
    slot: IntArray
    last: IntArray
    red_end_s: FloatArray
    """When the last red before the crossing ended; NaN where there was none on the way."""
    ceiling_mps: FloatArray
    limits_mps: FloatArray
    """(n, 3) before the line, on the junction, behind it, with the driver's own factor."""
    before_m: FloatArray
    crossing_m: FloatArray
    accel_mps2: FloatArray

    @property
    def steps(self) -> IntArray:
        """From the entry to the exit."""
        return self.last - self.first


def read_links(network: RoadNetwork) -> dict[tuple[str, int], Crossed]:
    """By signal and number of the link: limits and lengths of its way over the stop line."""
    found: dict[tuple[str, int], Crossed] = {}
    for link in network.links:
        lane = network.net.getLane(link.lane)
        ways = [
            (
                onward.getToLane().getSpeed(),
                network.crossing_m(lane.getEdge().getID(), onward.getTo().getID()),
            )
            for onward in lane.getOutgoing()
            if (onward.getTLSID(), onward.getTLLinkIndex()) == (link.signal, link.index)
        ]
        new = Crossed(
            before_mps=lane.getSpeed(),
            crossing_mps=link.crossing_limit_mps,
            behind_mps=max((speed for speed, _ in ways), default=math.inf),
            crossing_m=min((length for _, length in ways), default=0.0),
            before_m=lane.getLength(),
        )
        old = found.get((link.signal, link.index))
        if old is None or new.crossing_mps > old.crossing_mps:
            found[link.signal, link.index] = new
    return found


def read_approaches(
    records: Records, arm: str, trace: Trace, network: RoadNetwork, *, range_m: float, step_s: float
) -> Approaches:
    """Cut the ways of an arm at the stop lines.

    An approach begins `range_m` before its line or where the one before has ended, and ends
    `BEHIND_M` behind the line or half the way to the next one, or at the arrival.
    """
    number = {vehicle: i for i, vehicle in enumerate(trace.vehicle_ids)}
    table = records.table("crossings", arm).filter(pl.col("vehicle_id").is_in(list(number)))
    table = table.sort("vehicle_id", "place")
    vehicle = np.array([number[v] for v in table["vehicle_id"]], dtype=np.int64)
    line_m = table["distance_m"].to_numpy()
    ends = np.append(trace.first[1:], trace.key.size) - 1
    next_m = np.where(np.diff(vehicle, append=-1) == 0, np.roll(line_m, -1), np.inf)
    exit_m = np.minimum(line_m + np.minimum(BEHIND_M, (next_m - line_m) / 2.0), trace.distance_m[ends[vehicle]])
    is_next = np.diff(vehicle, prepend=-1) == 0
    before_m = np.where(is_next, np.roll(exit_m, 1), 0.0)
    entry_m = np.maximum(before_m, line_m - range_m)
    first = trace.row_at(vehicle, entry_m, "left")
    slot = trace.row_at(vehicle, line_m + ROUNDING_M, "right") - 1
    last = np.minimum(trace.row_at(vehicle, exit_m - ROUNDING_M, "left"), ends[vehicle])
    keep = (exit_m - line_m >= LEAST_BEHIND_M) & (first <= slot) & (last > slot)
    row = np.flatnonzero(keep)
    known = read_links(network)
    links = [known[key] for key in zip(table["signal_id"].gather(row), table["link_index"].gather(row), strict=True)]
    facts = records.table("vehicles", arm)
    factor_of = dict(zip(facts["vehicle_id"], facts["speed_factor"], strict=True))
    type_of = dict(zip(facts["vehicle_id"], facts["vehicle_type"], strict=True))
    ids = [trace.vehicle_ids[i] for i in vehicle[row]]
    factor = np.array([factor_of[i] for i in ids])
    limits = np.array([(l.before_mps, l.crossing_mps, l.behind_mps) for l in links]).reshape(-1, 3)
    limits = limits * factor[:, None]
    fastest = _most(trace.speed_mps, first[row], last[row])
    ceiling = np.maximum(np.minimum(np.maximum(limits[:, 0], limits[:, 2]),1e3), fastest)
    limits[:, 0] = np.maximum(limits[:, 0], 0)
    limits[:, 1] = np.maximum(limits[:, 1], trace.speed_mps[slot[row] + 1])
    limits = np.minimum(limits, ceiling[:, None])
    types = [type_of[i] for i in ids]
    per_type = {}
    all_types = [type_of[i] for i in trace.vehicle_ids]
    most = np.maximum.reduceat(trace.accel_mps2, trace.first)
    for t, a in zip(all_types, most, strict=True):
        per_type[t] = max(per_type.get(t, 0.0), a)
    return Approaches(
        table=table[row],
        line_m=line_m[row],
        entry_m=entry_m[row],
        exit_m=exit_m[row],
        first=first[row],
        slot=slot[row],
        last=last[row],
        red_end_s=_red_ends(records.table("lights", arm), table[row], trace.time_s[first[row]]),
        ceiling_mps=ceiling,
        limits_mps=limits,
        before_m=np.array([l.before_m for l in links]),
        crossing_m=np.array([l.crossing_m for l in links]),
        accel_mps2=np.array([per_type[t] for t in types]),
    )


def _most(values: FloatArray, first: IntArray, last: IntArray) -> FloatArray:
    if first.size == 0:
        return np.zeros(0)
    bounds = np.stack((first, last + 1), axis=1).ravel()
    padded = np.append(values, -np.inf)
    return np.maximum.reduceat(padded, bounds)[::2]


def _red_ends(lights: pl.DataFrame, table: pl.DataFrame, entered_s: FloatArray) -> FloatArray:
    """Per crossing: the end of the last red before it; NaN where it is before the entry."""
    spells: dict[tuple[str, int], tuple[FloatArray, FloatArray]] = {}
    reds = lights.filter(pl.col("state").is_in(list(RED))).sort("start_s")
    for (signal, index), rows in reds.group_by("signal_id", "link_index"):
        spells[str(signal), int(index)] = (rows["start_s"].to_numpy(), rows["end_s"].to_numpy())
    found = np.full(table.height, np.nan)
    crossings = zip(table["signal_id"], table["link_index"], table["time_s"], strict=True)
    for row, (signal, index, time_s) in enumerate(crossings):
        starts_s, ends_s = spells.get((signal, index), (np.zeros(0), np.zeros(0)))
        place = int(np.searchsorted(starts_s, time_s, "right")) - 1
        if place >= 0 and entered_s[row] < ends_s[place] <= time_s:
            found[row] = ends_s[place]
    return found
