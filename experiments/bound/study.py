"""How much was there to gain at the signals, and which share of it each arm realised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor import RoadNetwork, unit_draw
from emissions import Account, BoundGrid, EmissionMap, Entries, Gate, Motion, least_emissions
from experiments.bound.approaches import Approaches, read_approaches
from experiments.bound.trace import FloatArray, IntArray, Trace, read_trace_of
from experiments.report.journeys import Records
from experiments.trace import STOP_SPEED_MPS, STOP_TIME_S

KINDS = ("free", "slowed", "stop avoidable", "stop unavoidable")
"""What the reference met on an approach."""
STOPPING_MPS2 = 4.5
"""Braking of SUMO's cars: at red, all can stop at the line by it, and the bound too."""
FLOOR_MPS = 20.0 / 3.6
"""A stop is avoidable where an even way to the line, until the slot, is faster."""
FALL_MPS = 3.0
"""Whoever falls by more below his speed, or the limit of the crossing, does not pass freely."""
ZONE_MARGIN_MPS = 0.25
"""Limits that are lower than the ceiling by less are no zones of their own."""


@dataclass(frozen=True, kw_only=True)
class ArmBound:
    """The approaches of an arm, what they emitted, and the least that they could have."""

    arm: str
    trace: Trace
    approaches: Approaches
    emitted: Mapping[str, FloatArray]
    """Column of an account → (n,) g or Wh, from the entry to the exit."""
    least: Mapping[str, FloatArray]
    """The same for the bound; NaN where no trajectory was found."""
    kinds: IntArray
    """(n,) place in `KINDS`."""
    n_all: int
    """Approaches before a sample was drawn."""


def bound_of_arm(
    records: Records,
    arm: str,
    network: RoadNetwork,
    maps: Mapping[Account, EmissionMap],
    *,
    range_m: float,
    quanta_mps: Mapping[Account, float],
    sample: int | None = None,
) -> ArmBound:
    """The least emission of each approach of an arm, with its own entry, slot and exit.

    Args:
        records: Of a folder of results.
        arm: One that was recorded.
        network: The road.
        maps: Accounts on level roads.
        range_m: An approach begins so far before its line, or nearer.
        quanta_mps: By account, what speeds of its bound are multiples of.
        sample: So many approaches, drawn by hash of vehicle and place; None: all.
    """
    trace = read_trace_of(records, arm)
    approaches = read_approaches(records, arm, trace, network, range_m=range_m)
    n_all = approaches.steps.size
    if sample is not None and sample < n_all:
        names = zip(approaches.table["vehicle_id"], approaches.table["place"], strict=True)
        draws = [unit_draw(f"{vehicle}/{place}", records.seed, "bound") for vehicle, place in names]
        approaches = approaches.rows(np.sort(np.argsort(draws)[:sample]))
    emitted, least = {}, {}
    for account, rates in maps.items():
        whole = trace.cumulated(rates, account.unit_per_rate_s)
        emitted[account.column] = whole[approaches.last] - whole[approaches.first]
        least[account.column] = least_of(trace, approaches, rates, quanta_mps[account])
    return ArmBound(
        arm=arm,
        trace=trace,
        approaches=approaches,
        emitted=emitted,
        least=least,
        kinds=kinds_of(trace, approaches),
        n_all=n_all,
    )


def least_of(
    trace: Trace, approaches: Approaches, rates: EmissionMap, quantum_mps: float
) -> FloatArray:
    """(n,) the bound of each approach; those that share a gate share a pass."""
    found = np.full(approaches.steps.shape, np.nan)
    grid = BoundGrid(step_s=trace.step_s, quantum_mps=quantum_mps)
    shared: dict[tuple[Gate, Motion], list[int]] = {}
    for row in range(found.size):
        same = gate_of(trace, approaches, row), _motion(approaches, row, quantum_mps)
        shared.setdefault(same, []).append(row)
    for (gate, motion), rows in shared.items():
        at = approaches.first[rows]
        entries = Entries(
            steps=approaches.steps[rows],
            distance_m=np.maximum(approaches.line_m[rows] - trace.distance_m[at], 0.0),
            speed_mps=trace.speed_mps[at],
        )
        found[rows] = least_emissions(rates, gate, entries, motion=motion, grid=grid)
    return found


def gate_of(trace: Trace, approaches: Approaches, row: int) -> Gate:
    """Slot, exit and limits of one approach."""
    last, slot = int(approaches.last[row]), int(approaches.slot[row])
    ceiling_mps = float(approaches.ceiling_mps[row])
    red = None
    if np.isfinite(approaches.red_end_s[row]):
        red_steps = np.ceil((approaches.red_end_s[row] - 1e-9) / trace.step_s) - 1
        red = round(float(trace.time_s[last] / trace.step_s - red_steps))
        red = max(red, last - slot)
    return Gate(
        ceiling_mps=ceiling_mps,
        exit_m=float(trace.distance_m[last] - approaches.line_m[row]),
        exit_mps=min(float(trace.speed_mps[last]), ceiling_mps),
        slot_steps=last - slot,
        red_steps=red,
        stopping_mps2=STOPPING_MPS2,
        zones=tuple(
            zone for zone in approaches.zones(row) if zone.limit_mps < ceiling_mps - ZONE_MARGIN_MPS
        ),
    )


def _motion(approaches: Approaches, row: int, quantum_mps: float) -> Motion:
    accel = np.ceil(approaches.accel_mps2[row] / quantum_mps - 0.1) * quantum_mps
    return Motion(accel_mps2=max(float(accel), 1.0), braking_mps2=STOPPING_MPS2)


def kinds_of(trace: Trace, approaches: Approaches) -> IntArray:
    """(n,) what each approach met, as a place in `KINDS`."""
    kinds = np.zeros(approaches.steps.shape, dtype=np.int64)
    for row, (first, slot) in enumerate(zip(approaches.first, approaches.slot, strict=True)):
        speed_mps = trace.speed_mps[first : slot + 2]
        limit_mps = approaches.limits_mps[row].min()
        expected = np.minimum(np.maximum.accumulate(speed_mps), limit_mps)
        standing = np.append(0, (speed_mps < STOP_SPEED_MPS).astype(int))
        run = int(np.ceil(STOP_TIME_S / trace.step_s))
        ends = np.cumsum(standing)
        if (ends[run:] - ends[:-run] >= run).any():
            way_m = approaches.line_m[row] - trace.distance_m[first]
            time_s = max(slot - first, 1) * trace.step_s
            kinds[row] = 2 if way_m / time_s >= FLOOR_MPS else 3
        elif (speed_mps < expected - FALL_MPS).any():
            kinds[row] = 1
    return kinds


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The approaches that all arms have, with a bound; arrays have a row for each."""

    reference: ArmBound
    rows: IntArray
    """Of the reference's approaches."""
    emitted: Mapping[tuple[str, str], FloatArray]
    """(arm, column) → g or Wh over the reference's stretch."""
    time_s: Mapping[str, FloatArray]
    """Arm → time over the stretch."""
    n_left_out: int


def pair_arms(
    records: Records, reference: ArmBound, arms: Sequence[str], maps: Mapping[Account, EmissionMap]
) -> Pairs:
    """What each arm emitted over the stretches of the reference's approaches.

    The stretch is cut at its very ends, within steps, in the reference too.
    """
    base = reference.approaches
    keys = base.table.select("vehicle_id", "place").with_row_index("row")
    rows = np.flatnonzero(np.all([np.isfinite(x) for x in reference.least.values()], axis=0))
    spans: dict[str, tuple[Trace, IntArray, FloatArray]] = {}
    for arm in arms:
        trace = reference.trace if arm == reference.arm else read_trace_of(records, arm)
        number = pl.DataFrame({"vehicle_id": trace.vehicle_ids}).with_row_index("vehicle")
        lines = records.table("crossings", arm).select("vehicle_id", "place", line_m="distance_m")
        met = keys.join(lines, on=["vehicle_id", "place"], how="inner").join(
            number, on="vehicle_id", how="inner"
        )
        vehicle, line_m = np.full(keys.height, -1), np.full(keys.height, np.nan)
        vehicle[met["row"].to_numpy()] = met["vehicle"].to_numpy()
        line_m[met["row"].to_numpy()] = met["line_m"].to_numpy()
        rows = rows[vehicle[rows] >= 0]
        spans[arm] = trace, vehicle, line_m - base.line_m
    emitted, time_s = {}, {}
    for arm, (trace, vehicle, shift_m) in spans.items():
        who = vehicle[rows]
        ends = [trace.place_of(who, (m + shift_m)[rows]) for m in (base.entry_m, base.exit_m)]
        between = [trace.between(trace.time_s, *end) for end in ends]
        time_s[arm] = between[1] - between[0]
        for account, rates in maps.items():
            whole = trace.cumulated(rates, account.unit_per_rate_s)
            begun, done = (trace.between(whole, *end) for end in ends)
            emitted[arm, account.column] = done - begun
    return Pairs(
        reference=reference,
        rows=rows,
        emitted=emitted,
        time_s=time_s,
        n_left_out=keys.height - rows.size,
    )
