"""Made-up folders of sweeps, written as real ones are."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ARMS = ("none", "unadvised", "glosa", "eco")
ACCOUNTS = {
    "co2_own_g": 1.06,
    "co2_hbefa4_g": 1.0,
    "co2_hbefa4_nojump_g": 0.98,
    "co2_phemlight5_g": 0.7,
    "energy_bev_wh": 0.6,
}
Effects = Callable[[Mapping[str, Any], str], Mapping[str, float]]
"""Values of a point and arm → true change in percent by metric."""


def default_effects(values: Mapping[str, Any], arm: str) -> dict[str, float]:
    """CO2 falls with penetration under `eco`, more so on the first network; trips take longer."""
    share = float(values.get("penetration", 0.5))
    size = {"eco": -5.0, "glosa": -1.5}.get(arm, 0.0)
    size *= 1.0 if values.get("scenario", "arterial") == "arterial" else 0.5
    return {"co2": size * share, "trip_time": -0.1 * size * share, "stops": 2 * size * share}


def _write_sweep(
    folder: Path,
    points: Sequence[Mapping[str, Any]],
    *,
    effects: Effects = default_effects,
    seeds: Sequence[int] = tuple(range(1, 9)),
    arms: Sequence[str] = ARMS,
    noise: float = 0.3,
    missing: Sequence[tuple[int, str, int]] = (),
    kind: str = "grid",
    sample: Mapping[str, Any] | None = None,
) -> Path:
    """Write `runs.csv`, `summary.json` and `manifest.json` of a sweep that never was.

    Args:
        folder: Is made.
        points: Values of the swept keys.
        effects: Of each arm at each point.
        seeds: Of all runs.
        arms: In order, with `unadvised`.
        noise: Standard deviation of the change per seed, in percent.
        missing: Point, arm and seed of runs that failed.
        kind: Of the sweep.
        sample: Block of that name in the sweep's file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    swept = list(dict.fromkeys(key for values in points for key in values))
    rows, told = [], []
    for number, values in enumerate(points):
        for arm in arms:
            for seed in seeds:
                if (number, arm, seed) not in missing:
                    figures = _figures(number, values, arm, seed, effects, noise)
                    keys = {key: _cell(values.get(key)) for key in swept}
                    rows.append({"point": number, **keys, "arm": arm, "seed": seed} | figures)
        lost = {seed for point, _, seed in missing if point == number}
        summary = {
            "reference": "unadvised",
            "seeds": [seed for seed in seeds if seed not in lost],
            "effects": {arm: {} for arm in arms if arm != "unadvised"},
        }
        told.append({"point": number, "values": dict(values), "summary": summary})
    with (folder / "runs.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    summary = {
        "schema_version": 1,
        "name": "made-up",
        "swept": swept,
        "kind": kind,
        "points": told,
        "failed": [
            {"point": point, "arm": arm, "seed": seed, "why": "SUMO ended with code 245"}
            for point, arm, seed in missing
        ],
        "warnings": ["these results are made up"],
    }
    manifest = {
        "name": "made-up",
        "kind": kind,
        "swept": swept,
        "experiment": {"arms": list(arms), "seeds": list(seeds)},
        "versions": {"sumo": "1.28.0"},
        "code_sha256": "c" * 64,
        "git_commit": "0123456789abcdef",
        "made_of": [
            {
                "scenario": {"name": "arterial"},
                "inputs": [{"name": "made-up.net.xml", "sha256": "0" * 64}],
            }
        ],
    } | ({"sample": sample} if sample else {})
    (folder / "summary.json").write_text(json.dumps(summary, sort_keys=True))
    (folder / "manifest.json").write_text(json.dumps(manifest, sort_keys=True))
    return folder


def _figures(
    number: int, values: Mapping[str, Any], arm: str, seed: int, effects: Effects, noise: float
) -> dict[str, float]:
    world = np.random.default_rng([number, seed])
    vehicles, km_each = int(world.integers(400, 600)), 1.5
    base_g, trip_s, stops = (x * world.normal(1, 0.05) for x in (200.0, 150.0, 2.0))
    own = np.random.default_rng([number, seed, ARMS.index(arm) if arm in ARMS else 9])
    true = effects(values, arm)
    is_changed = arm not in {"none", "unadvised"}

    def changed(metric: str) -> float:
        own_noise = own.normal(0, noise) if is_changed else 0.0
        return 1.0 + (true.get(metric, 0.0) + own_noise) / 100.0

    co2 = changed("co2")
    return {
        "vehicles": vehicles,
        "distance_km": vehicles * km_each,
        "trip_time_s": trip_s * changed("trip_time"),
        "stops_per_vehicle": stops * changed("stops"),
        "creep_time_s": 10.0,
        **{
            f"{column}_per_km": factor * base_g * co2 / km_each
            for column, factor in ACCOUNTS.items()
        },
        "collisions": 0,
    }


def _cell(value: object) -> object:
    return value if isinstance(value, int | float | str) else json.dumps(value)


def _grid(**keys: Sequence[Any]) -> list[dict[str, Any]]:
    """All combinations of the values of some keys (`__` stands for a dot)."""
    points: list[dict[str, Any]] = [{}]
    for key, values in keys.items():
        points = [p | {key.replace("__", "."): value} for p in points for value in values]
    return points


@pytest.fixture(scope="session")
def write_sweep() -> Callable[..., Path]:
    """Writes made-up sweeps."""
    return _write_sweep


@pytest.fixture(scope="session")
def grid_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two networks × four penetrations × two ranges; only to be read."""
    points = _grid(
        scenario=["arterial", "grid"],
        penetration=[0.1, 0.4, 0.7, 1.0],
        rsu__range_m=[200.0, 500.0],
    )
    return _write_sweep(tmp_path_factory.mktemp("sweep") / "grid", points)


@pytest.fixture(scope="session")
def grid_points() -> Callable[..., list[dict[str, Any]]]:
    """Makes the points of a grid."""
    return _grid
