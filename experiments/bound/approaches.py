"""The approaches of a recorded arm, as the attainable bound looks at them."""

import math
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import polars as pl

from corridor import RoadNetwork
from emissions import Zone
from experiments.bound.trace import FloatArray, IntArray, Trace
from experiments.report.approaches import BEHIND_M
from experiments.report.journeys import Records

LEAST_BEHIND_M = 5.0
"""Who arrives nearer behind the stop line has no exit."""
ROUNDING_M = 0.02
"""Of distances in the records."""
RED = "ru"
"""Letters of a signal by which nobody may cross."""


class _Way(NamedTuple):
    """What the network says of the way over the stop line of one link."""

    before_mps: float
    crossing_mps: float
    behind_mps: float
    before_m: float
    crossing_m: float


@dataclass(frozen=True, kw_only=True)
class Approaches:
    """The approaches of an arm; arrays have a row for each."""

    table: pl.DataFrame
    """vehicle_id, place, signal_id, link_index, time_s of the crossing."""
    line_m: FloatArray
    """From the insertion, as the next two."""
    entry_m: FloatArray
    exit_m: FloatArray
    first: IntArray
    """Row of the trace at the entry; at the slot (the last before the line); at the exit."""
    slot: IntArray
    last: IntArray
    red_end_s: FloatArray
    """When the last red before the crossing ended; NaN where there was none on the way."""
    ceiling_mps: FloatArray
    limits_mps: FloatArray
    """(n, 3) before the line, over the junction, and behind, with the driver's own factor."""
    lengths_m: FloatArray
    """(n, 2) of the lane before the line, and of the way over the junction."""
    accel_mps2: FloatArray
    """Greatest that vehicles of the type were seen with."""

    @property
    def steps(self) -> IntArray:
        """From the entry to the exit."""
        return self.last - self.first

    def rows(self, rows: IntArray) -> "Approaches":
        """Some of them."""
        return Approaches(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def zones(self, row: int) -> tuple[Zone, ...]:
        """Pieces of way with their limits, from the lane before the line on."""
        before_m, crossing_m = self.lengths_m[row].tolist()
        edges_m = (-before_m, 0.0, crossing_m, math.inf)
        return tuple(
            Zone(start_m=start_m, end_m=end_m, limit_mps=limit_mps)
            for start_m, end_m, limit_mps in zip(
                edges_m, edges_m[1:], self.limits_mps[row].tolist(), strict=False
            )
        )


def read_approaches(
    records: Records, arm: str, trace: Trace, network: RoadNetwork, *, range_m: float
) -> Approaches:
    """Cut the ways of an arm at the stop lines.

    An approach begins `range_m` before its line, or where the one before has ended; it ends
    `BEHIND_M` behind the line, half the way to the next one, or at the arrival.
    """
    facts = records.table("vehicles", arm)
    number = pl.DataFrame({"vehicle_id": trace.vehicle_ids}).with_row_index("vehicle")
    table = (
        records.table("crossings", arm)
        .join(number, on="vehicle_id")
        .join(facts.select("vehicle_id", "vehicle_type", "speed_factor"), on="vehicle_id")
        .sort("vehicle", "place")
    )
    vehicle = table["vehicle"].to_numpy().astype(np.int64)
    line_m = table["distance_m"].to_numpy()
    entry_m, exit_m = _cuts(vehicle, line_m, trace.distance_m[trace.end[vehicle]], range_m)
    first = trace.row_at(vehicle, entry_m, "left")
    slot = trace.row_at(vehicle, line_m + ROUNDING_M, "right") - 1
    last = np.minimum(trace.row_at(vehicle, exit_m - ROUNDING_M, "left"), trace.end[vehicle])
    has_exit = exit_m - line_m >= LEAST_BEHIND_M
    keep = np.flatnonzero(has_exit & (first <= slot) & (last > slot))
    table, first, slot, last = table[keep], first[keep], slot[keep], last[keep]
    ways = _ways(network)
    links = zip(table["signal_id"], table["link_index"], strict=True)
    facts_of_way = np.array([ways[link] for link in links]).reshape(-1, len(_Way._fields))
    limits_mps = facts_of_way[:, :3] * table["speed_factor"].to_numpy()[:, None]
    # Whoever was faster could be faster.
    limits_mps[:, 1] = np.maximum(limits_mps[:, 1], trace.speed_mps[slot + 1])
    ceiling_mps = np.maximum(limits_mps[:, [0, 2]].max(axis=1), _most(trace.speed_mps, first, last))
    return Approaches(
        table=table.select("vehicle_id", "place", "signal_id", "link_index", "time_s"),
        line_m=line_m[keep],
        entry_m=entry_m[keep],
        exit_m=exit_m[keep],
        first=first,
        slot=slot,
        last=last,
        red_end_s=_red_ends(records.table("lights", arm), table, trace.time_s[first]),
        ceiling_mps=ceiling_mps,
        limits_mps=np.minimum(limits_mps, ceiling_mps[:, None]),
        lengths_m=facts_of_way[:, 3:],
        accel_mps2=_accelerations(table, trace, facts),
    )


def _cuts(
    vehicle: IntArray, line_m: FloatArray, arrival_m: FloatArray, range_m: float
) -> tuple[FloatArray, FloatArray]:
    """Where approaches begin and end."""
    next_m = np.where(np.diff(vehicle, append=-1) == 0, np.roll(line_m, -1), np.inf)
    exit_m = np.minimum(line_m + np.minimum(BEHIND_M, (next_m - line_m) / 2.0), arrival_m)
    before_m = np.where(np.diff(vehicle, prepend=-1) == 0, np.roll(exit_m, 1), 0.0)
    return np.maximum(before_m, line_m - range_m), exit_m


def _ways(network: RoadNetwork) -> dict[tuple[str, int], _Way]:
    """By signal and number of the link; of several lanes the fastest way over the junction."""
    found: dict[tuple[str, int], _Way] = {}
    for link in network.links:
        lane = network.net.getLane(link.lane)
        onward = [
            connection
            for connection in lane.getOutgoing()
            if (connection.getTLSID(), connection.getTLLinkIndex()) == (link.signal, link.index)
        ]
        crossings = [
            network.crossing_m(lane.getEdge().getID(), each.getTo().getID()) for each in onward
        ]
        way = _Way(
            before_mps=lane.getSpeed(),
            crossing_mps=link.crossing_limit_mps,
            behind_mps=max(each.getToLane().getSpeed() for each in onward),
            before_m=lane.getLength(),
            crossing_m=min(crossings),
        )
        known = found.get((link.signal, link.index), way)
        found[link.signal, link.index] = max(way, known, key=lambda each: each.crossing_mps)
    return found


def _most(values: FloatArray, first: IntArray, last: IntArray) -> FloatArray:
    """Greatest of the values of each span of rows, its end included."""
    if first.size == 0:
        return np.zeros(0)
    bounds = np.stack((first, last + 1), axis=1).ravel()
    most: FloatArray = np.maximum.reduceat(np.append(values, -np.inf), bounds)[::2]
    return most


def _accelerations(table: pl.DataFrame, trace: Trace, facts: pl.DataFrame) -> FloatArray:
    """(n,) greatest acceleration of any vehicle of the same type."""
    seen = pl.DataFrame(
        {
            "vehicle_id": trace.vehicle_ids,
            "accel_mps2": np.maximum.reduceat(trace.accel_mps2, trace.first),
        }
    )
    by_type = (
        facts.select("vehicle_id", "vehicle_type")
        .join(seen, on="vehicle_id")
        .group_by("vehicle_type")
        .agg(pl.col("accel_mps2").max())
    )
    joined = table.select("vehicle_type").join(
        by_type, on="vehicle_type", how="left", maintain_order="left"
    )
    return joined["accel_mps2"].to_numpy()


def _red_ends(lights: pl.DataFrame, table: pl.DataFrame, entered_s: FloatArray) -> FloatArray:
    """Per crossing: the end of the last red before it; NaN where it is before the entry."""
    reds = lights.filter(pl.col("state").is_in(list(RED))).sort("start_s")
    spells = {
        (str(signal), index): (rows["start_s"].to_numpy(), rows["end_s"].to_numpy())
        for (signal, index), rows in reds.group_by("signal_id", "link_index", maintain_order=True)
    }
    found = np.full(table.height, np.nan)
    crossings = table.select("signal_id", "link_index", "time_s").iter_rows()
    for row, (signal, index, time_s) in enumerate(crossings):
        starts_s, ends_s = spells.get((signal, index), (np.zeros(0), np.zeros(0)))
        place = int(np.searchsorted(starts_s, time_s, "right")) - 1
        if place >= 0 and entered_s[row] < ends_s[place] <= time_s:
            found[row] = ends_s[place]
    return found
