"""A small made-up study: one lane, three signals, stop and go, written as real runs are."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from experiments.results import write_results
from experiments.study import Study

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

STOP_LINES_M = np.array([300.0, 700.0, 1050.0])
OFFSETS_S = np.array([0.0, 38.0, 17.0])
CYCLE_S, GREEN_S, LENGTH_M, END_S = 90.0, 42.0, 1200.0, 1500
CARS = 200


def drive(arm: str, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Follow the leader through the signals, one step per second; (per vehicle, trajectories)."""
    rng = np.random.default_rng(seed)
    departs_s = np.sort(rng.uniform(0, 1000, CARS))
    ceiling_mps = rng.normal(13.6, 1.0, CARS).clip(10, 17)
    equipped = (rng.uniform(size=CARS) < 0.6) & (arm != "none")
    noise = np.random.default_rng([seed, len(arm)])
    position_m, speed_mps = np.full(CARS, np.inf), np.zeros(CARS)
    entered, samples = 0, []
    for time_s in range(END_S):
        if entered < CARS and departs_s[entered] <= time_s and position_m.min() > 12:
            position_m[entered], speed_mps[entered] = 0.0, 9.0
            entered += 1
        inside = np.flatnonzero(position_m <= LENGTH_M)
        x, v = position_m[inside], speed_mps[inside]
        can_be_advised = equipped[inside] & (arm == "glosa")
        wish, advised = _wish(x, ceiling_mps[inside], float(time_s), can_be_advised)
        v_next = np.minimum.reduce([wish, v + 2.0, _room(x, v, float(time_s))])
        v_next = np.clip(v_next - noise.uniform(0, 0.5, x.size), 0, None)
        position_m[inside], speed_mps[inside] = x + v_next, v_next
        samples.append((np.full(x.size, time_s), inside, x, v_next, v_next - v, advised))
    columns = [np.concatenate(parts) for parts in zip(*samples, strict=True)]
    names = "time_s index position_m speed_mps accel_mps2 advised".split()
    trace = pl.DataFrame(dict(zip(names, columns, strict=True))).with_columns(
        pl.col("time_s").cast(pl.Float64), equipped=pl.Series(equipped[columns[1]])
    )
    return _per_vehicle(trace, departs_s, equipped), trace


def _wish(
    x: FloatArray, ceiling_mps: FloatArray, time_s: float, can_be_advised: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """Speed that the drivers would like, and who of them is advised."""
    wait_s, line_m = _next_signal(x, time_s)
    slow = line_m / np.maximum(wait_s, 0.1)
    advised = can_be_advised & (wait_s > 0) & (slow > 5.0) & (slow < ceiling_mps)
    return np.where(advised, slow, ceiling_mps), advised


def _room(x: FloatArray, v: FloatArray, time_s: float) -> FloatArray:
    """Speed that leader and red light leave; rows in driving order, the first in front."""
    wait_s, line_m = _next_signal(x, time_s)
    leader_gap = np.append(np.inf, x[:-1] - x[1:] - 7.5)[: x.size]
    stop = (wait_s > 0) & (line_m > v * v / 9.0)
    red = np.where(stop, _safe_speed(line_m - 1, np.zeros(x.size)), np.inf)
    return np.minimum(red, _safe_speed(leader_gap, np.append(0.0, v[:-1])[: x.size]))


def _next_signal(x: FloatArray, time_s: float) -> tuple[FloatArray, FloatArray]:
    row = np.searchsorted(STOP_LINES_M, x, side="right")
    at = np.minimum(row, STOP_LINES_M.size - 1)
    phase = (time_s - OFFSETS_S[at]) % CYCLE_S
    wait_s = np.where((phase < GREEN_S) | (row == STOP_LINES_M.size), 0.0, CYCLE_S - phase)
    return wait_s, np.where(row == STOP_LINES_M.size, np.inf, STOP_LINES_M[at] - x)


def _safe_speed(gap_m: FloatArray, leader_mps: FloatArray) -> FloatArray:
    room = np.maximum(gap_m, 0.0)
    return np.maximum(-4.5 + np.sqrt(4.5**2 + leader_mps**2 + 9.0 * room), 0.0)


def _power() -> pl.Expr:
    v, a = pl.col("speed_mps"), pl.col("accel_mps2")
    return (0.3 * v + 0.0004 * v**3 + 1.1 * v * a).clip(0.0)


def rates_gps() -> dict[str, pl.Expr]:
    """Three made-up engines that charge standing and slowing down in different ways."""
    coasting = pl.col("accel_mps2") < -0.4
    return {
        "co2_hbefa4_g": pl.when(coasting).then(0.0).otherwise(1.5 + 0.09 * _power()),
        "co2_hbefa4_nojump_g": 1.5 + 0.09 * _power(),
        "co2_phemlight5_g": 0.75 + 0.15 * _power(),
    }


def _per_vehicle(trace: pl.DataFrame, departs_s: FloatArray, equipped: Any) -> pl.DataFrame:
    v, a = pl.col("speed_mps"), pl.col("accel_mps2")
    table = (
        trace.with_columns(
            stopped=(v < 1.39) & (v.shift(1).over("index") >= 1.39),
        )
        .group_by("index")
        .agg(
            duration_s=pl.len().cast(pl.Float64),
            entered_s=pl.col("time_s").min(),
            stops=pl.col("stopped").sum().cast(pl.Int64),
            creep_time_s=((v > 0.1) & (v < 3)).sum().cast(pl.Float64),
            harsh_brakings=(a < -3).sum().cast(pl.Int64),
            low_ttc_s=(a < -2.5).sum().cast(pl.Float64),
            low_ttc_events=(a < -2.5).sum().cast(pl.Int64),
            high_drac_s=(a < -3).sum().cast(pl.Float64),
            high_drac_events=(a < -3).sum().cast(pl.Int64),
            advice_changes=(pl.col("advised") != pl.col("advised").shift(1)).sum().cast(pl.Int64),
            advised_s=pl.col("advised").sum().cast(pl.Float64),
            energy_bev_wh=(0.4 + 0.04 * _power()).sum(),
            **{name: rate.sum() for name, rate in rates_gps().items()},
        )
        .sort("index")
    )
    index = table["index"].to_numpy()
    return table.with_columns(
        vehicle_id=pl.Series([f"main{i:03d}" for i in index]),
        equipped=pl.Series(equipped[index]),
        depart_s=pl.Series(departs_s[index]),
        road=pl.lit("main"),
    ).with_columns(depart_delay_s=pl.col("entered_s") - pl.col("depart_s"))


def _side_vehicles(arm: str, seed: int, n: int = 80) -> pl.DataFrame:
    rng = np.random.default_rng(1000 + seed)
    equipped = (rng.uniform(size=n) < 0.6) & (arm != "none")
    duration_s = rng.uniform(40, 120, n)
    extra = 1.5 if arm == "glosa" else 0.0
    duration_s += np.random.default_rng([seed, len(arm)]).normal(extra, 2.0, n)
    return pl.DataFrame(
        {
            "vehicle_id": [f"side{i:03d}" for i in range(n)],
            "equipped": equipped,
            "depart_s": rng.uniform(0, 1000, n),
            "depart_delay_s": np.zeros(n),
            "duration_s": duration_s,
            "stops": rng.integers(0, 3, n),
            "creep_time_s": rng.uniform(0, 12, n),
            "harsh_brakings": np.zeros(n, dtype=np.int64),
            "low_ttc_s": np.zeros(n),
            "low_ttc_events": np.zeros(n, dtype=np.int64),
            "high_drac_s": np.zeros(n),
            "high_drac_events": np.zeros(n, dtype=np.int64),
            "advice_changes": np.zeros(n, dtype=np.int64),
            "advised_s": np.zeros(n),
            "co2_hbefa4_g": 1.8 * duration_s,
            "co2_hbefa4_nojump_g": 1.9 * duration_s,
            "co2_phemlight5_g": 1.2 * duration_s,
            "energy_bev_wh": 0.9 * duration_s,
            "road": ["side"] * n,
        }
    )


def _vehicles(arm: str, seed: int, main: pl.DataFrame) -> pl.DataFrame:
    rows = (
        pl.concat([main, _side_vehicles(arm, seed)], how="diagonal")
        .with_columns(
            arm=pl.lit(arm),
            seed=pl.lit(seed, dtype=pl.Int64),
            vehicle_type=pl.lit("car"),
            vehicle_class=pl.lit("passenger"),
            trip_time_s=pl.col("duration_s") + pl.col("depart_delay_s"),
            distance_m=pl.when(pl.col("road") == "main").then(LENGTH_M).otherwise(600.0),
            over_ceiling_s=pl.lit(0.0),
            speed_factor=pl.lit(1.0),
            co2_own_g=pl.col("co2_hbefa4_g") * 1.06,
            nox_hbefa4_g=pl.col("co2_hbefa4_g") * 4e-4,
            pmx_hbefa4_g=pl.col("co2_hbefa4_g") * 1e-5,
            finished=pl.lit(True),
            persons=pl.lit(1.7),
            longest_wait_s=(pl.col("duration_s") - 40.0).clip(lower_bound=0.0),
            longest_wait_signal=pl.lit("J0"),
        )
        .with_columns(
            delay_s=0.5 * pl.col("trip_time_s"),
            person_time_s=1.7 * pl.col("trip_time_s"),
            person_delay_s=0.85 * pl.col("trip_time_s"),
        )
    )
    return rows.drop("index", "entered_s").sort("vehicle_id")


def _roads(arm: str, seed: int, trace: pl.DataFrame, vehicles: pl.DataFrame) -> pl.DataFrame:
    piece = (pl.col("position_m").clip(0, 1199) // 100).cast(pl.Int64)
    sums = {name: rate.sum() for name, rate in rates_gps().items()}
    pieces = trace.group_by(piece).agg(pl.len().cast(pl.Float64), **sums)
    main = [(f"E{p}", True, *values) for p, *values in pieces.iter_rows()]
    total = vehicles.filter(pl.col("road") == "side")["duration_s"].sum() / 6
    side = [(f"S{i}", False, total, 1.8 * total, 1.9 * total, 1.2 * total) for i in range(6)]
    names = "edge_id main vehicle_s co2_hbefa4_g co2_hbefa4_nojump_g co2_phemlight5_g".split()
    return (
        pl.DataFrame(main + side, schema=names, orient="row")
        .with_columns(arm=pl.lit(arm), seed=pl.lit(seed, dtype=pl.Int64), distance_m=pl.lit(0.0))
        .with_columns(energy_bev_wh=pl.lit(0.0))
        .sort("edge_id")
    )


def _signals(arm: str, seed: int) -> pl.DataFrame:
    rows = [
        (arm, seed, 0, f"J{j}", float(x), start + begin, start + end, state)
        for j, (x, offset) in enumerate(zip(STOP_LINES_M, OFFSETS_S, strict=True))
        for start in np.arange(offset - CYCLE_S, END_S, CYCLE_S)
        for begin, end, state in ((0.0, 39.0, "G"), (39.0, 42.0, "y"), (42.0, 90.0, "r"))
    ]
    names = "arm seed direction signal_id position_m start_s end_s state".split()
    return pl.DataFrame(rows, schema=names, orient="row")


def _network() -> dict[str, Any]:
    def edge(name: str, shape: list[list[float]], main: bool) -> dict[str, Any]:
        return {"id": name, "shape": shape, "lanes": 1, "main": main}

    def way(x: float) -> list[float]:
        return [x, 60.0 * float(np.sin(x / 400.0))]

    main = [
        edge(f"E{i}", [way(100.0 * i), way(100.0 * i + 50), way(100.0 * i + 100)], True)
        for i in range(12)
    ]
    side = [
        edge(f"S{2 * j + k}", [way(x), [x + 20 * k, way(x)[1] + (260 if k else -260)]], False)
        for j, x in enumerate(STOP_LINES_M)
        for k in range(2)
    ]
    places = [(f"J{j}", *way(float(x))) for j, x in enumerate(STOP_LINES_M)]
    lines = [{"signal_id": f"J{j}", "position_m": x} for j, x in enumerate(STOP_LINES_M.tolist())]
    return {
        "edges": main + side,
        "signals": [{"id": name, "x": x, "y": y} for name, x, y in places],
        "main_road": [
            {
                "direction": 0,
                "name": "High Street, eastbound",
                "edges": [e["id"] for e in main],
                "length_m": LENGTH_M,
                "stop_lines": lines,
            }
        ],
    }


def _write_run(folder: Path, arm: str, seed: int, is_first: bool) -> None:
    per_vehicle, trace = drive(arm, seed)
    vehicles = _vehicles(arm, seed, per_vehicle)
    reasons = {"advised": 520, "not_needed": 910, "out_of_range": 640, "too_slow": 220}
    counters = {
        "collisions": 2 if arm == "glosa" and is_first else 0,
        "emergency_stops": 1,
        "advice_reasons": reasons if arm == "glosa" else {},
        "warnings": [],
    }
    folder.mkdir(parents=True)
    vehicles.write_parquet(folder / "vehicles.parquet")
    _roads(arm, seed, trace, vehicles).write_parquet(folder / "roads.parquet")
    (folder / "run.json").write_text(json.dumps(counters))
    (folder / "timing.json").write_text(json.dumps({"wall_s": 1.0}))
    if is_first:
        path = trace.with_columns(
            arm=pl.lit(arm),
            seed=pl.lit(seed, dtype=pl.Int64),
            direction=pl.lit(0, dtype=pl.Int64),
            vehicle_id=pl.format("main{}", pl.col("index")),
        )
        path.drop("index", "accel_mps2").write_parquet(folder / "trajectories.parquet")
        _signals(arm, seed).write_parquet(folder / "signals.parquet")


def build_results(out: Path, arms: tuple[str, ...], seeds: tuple[int, ...]) -> Path:
    """A whole results folder with everything in it."""
    folders = {(arm, seed): out / ".runs" / f"{arm}-{seed}".replace("/", "_")
               for arm in arms for seed in seeds}  # fmt: skip
    for (arm, seed), folder in folders.items():
        _write_run(folder, arm, seed, seed == seeds[0])
    study = Study(
        scenario="high-street", arms=arms, seeds=seeds, execution="driver", penetration=0.6,
        step_length_s=1.0,
    )  # fmt: skip
    write_results(folders, study=study, out=out)
    manifest = {
        "command": "ecocorridor run high-street.yaml --arms none,unadvised,glosa",
        "experiment": {"version": 1, "arms": list(arms), "rsu": {"range_m": 300.0, "outages": []}},
        "scenario": {"name": "high-street", "origin": "made up", "left_out": ["Its own outputs."]},
        "versions": {"ecocorridor": "0.1.0", "sumo": "1.28.0"},
        "inputs": [{"name": "high-street.net.xml", "sha256": "0" * 64}],
        "git_commit": None,
        "seeds": list(seeds),
    }
    (out / "manifest.json").write_text(json.dumps(manifest))
    (out / "network.json").write_text(json.dumps(_network()))
    return out


@pytest.fixture
def made() -> Callable[[Path, tuple[str, ...], tuple[int, ...]], Path]:
    """Builds a results folder of other arms and seeds."""
    return build_results


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three arms, three seeds; not to be changed by a test."""
    place = tmp_path_factory.mktemp("study") / "results"
    return build_results(place, ("none", "unadvised", "glosa"), (1, 2, 3))


@pytest.fixture
def study(built: Path, tmp_path: Path) -> Path:
    """A copy of the three arms that a test may damage."""
    return Path(shutil.copytree(built, tmp_path / "results"))


@pytest.fixture
def edit_summary(study: Path) -> Callable[[Callable[[dict[str, Any]], None]], None]:
    """Change the summary of `study` in place."""

    def edit(change: Callable[[dict[str, Any]], None]) -> None:
        path = study / "summary.json"
        summary = json.loads(path.read_text())
        change(summary)
        path.write_text(json.dumps(summary))

    return edit
