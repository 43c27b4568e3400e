"""Made-up results in which what an arm saves is known."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from experiments.factor_files import load_factors
from experiments.mrv.case import Case
from experiments.mrv.page import build_case
from experiments.mrv.settings import MrvSettings
from experiments.results import write_results
from experiments.study import Study

ACCOUNTS = {
    "co2_own_g": 250.0,
    "co2_hbefa4_g": 240.0,
    "co2_hbefa4_nojump_g": 245.0,
    "co2_phemlight5_g": 235.0,
    "energy_bev_wh": 150.0,
}
"""Mean per vehicle in the baseline."""
SPREAD = (-1.0, 0.0, 1.0, 0.5, -0.5, 0.75, -0.75, 0.0)
"""What each seed saves more or less than the mean; its mean is 0."""
PETROL = frozenset({"co2_hbefa4_g", "co2_hbefa4_nojump_g", "co2_phemlight5_g"})
IDLE = {"co2_hbefa4_g": 1.5, "co2_hbefa4_nojump_g": 1.5, "co2_phemlight5_g": 0.75}


def _vehicles(
    seed: int, saved: Mapping[str, float], *, later_s: float, paid_g: float, extra: bool
) -> pl.DataFrame:
    """40 vehicles, half of them equipped; the equipped save and the others may pay."""
    n = 40
    equipped = np.arange(n) % 2 == 0
    base = 1.0 + 0.1 * np.sin(np.arange(n) + seed)
    accounts = {
        name: mean * base / base.mean()
        - np.where(equipped, 2.0 * saved.get(name, 0.0) + paid_g, -paid_g)
        for name, mean in ACCOUNTS.items()
    }
    if extra:
        accounts["nox_hbefa4_g"] = 0.1 * base - 0.001 * saved.get("nox_hbefa4_g", 0.0)
    counts = ("stops", "harsh_brakings", "low_ttc_events", "high_drac_events", "advice_changes")
    times = ("creep_time_s", "low_ttc_s", "high_drac_s", "over_ceiling_s", "advised_s")
    return pl.DataFrame(
        {
            "vehicle_id": [f"v{i:02d}" for i in range(n)],
            "vehicle_type": ["car"] * n,
            "vehicle_class": ["passenger"] * n,
            "equipped": equipped,
            "road": ["main" if i < 30 else "side" for i in range(n)],
            "depart_s": np.linspace(28_800.0, 32_399.0, n),
            "depart_delay_s": np.full(n, 2.0 + later_s),
            "duration_s": np.full(n, 100.0),
            "trip_time_s": np.full(n, 102.0 + later_s),
            "distance_m": np.full(n, 1_000.0),
            **{name: np.zeros(n, dtype=np.int64) for name in counts},
            **{name: np.zeros(n) for name in times},
            "speed_factor": np.ones(n),
            **accounts,
            "finished": [True] * n,
        }
    )


def build(
    out: Path,
    saved: Mapping[str, float],
    *,
    spread: Sequence[float] = SPREAD,
    arms: tuple[str, str] = ("unadvised", "eco"),
    later_s: float = 0.0,
    paid_g: float = 0.0,
    extra: bool = False,
    collisions: int = 0,
) -> Path:
    """A folder of results with two arms; the second saves so much per vehicle of each account.

    Args:
        out: Made by this.
        saved: Account → mean saving.
        spread: One number per seed, added to all savings.
        arms: Reference and project.
        later_s: How much longer vehicles wait to enter in the project.
        paid_g: What each unequipped vehicle pays, to the gain of an equipped one.
        extra: Whether there is an account of NOx.
        collisions: Of the project, in the first seed.
    """
    folders = {}
    for seed, more in enumerate(spread, start=1):
        paid_here_g = paid_g * (1.0 + 0.1 * more)
        for arm in arms:
            is_project = arm == arms[1]
            here = {name: mean + more for name, mean in saved.items()} if is_project else {}
            table = _vehicles(
                seed,
                here,
                later_s=later_s if is_project else 0.0,
                paid_g=paid_here_g if is_project else 0.0,
                extra=extra,
            )
            folder = folders[arm, seed] = out / ".runs" / f"{arm}-{seed}"
            folder.mkdir(parents=True)
            table.write_parquet(folder / "vehicles.parquet")
            (pl.DataFrame({"edge_id": ["E"]})).write_parquet(folder / "roads.parquet")
            events = {"collisions": collisions if is_project and seed == 1 else 0}
            (folder / "run.json").write_text(json.dumps(events | {"warnings": []}))
            (folder / "timing.json").write_text("{}")
    study = Study(
        scenario="high-street", arms=arms, seeds=tuple(range(1, len(spread) + 1)),
        execution="driver", penetration=0.5, step_length_s=1.0,
    )  # fmt: skip
    write_results(folders, study=study, out=out)
    window = {"begin_s": 28_800.0, "end_s": 32_400.0, "name": "high-street", "origin": "made up"}
    driver = {"compliant_drivers": 1.0, "compliant_time": 1.0, "lag_s": 1.0}
    manifest = {
        "scenario": window,
        "seeds": list(study.seeds),
        "experiment": {"driver": driver, "rsu": {"range_m": 300.0}},
    }
    (out / "manifest.json").write_text(json.dumps(manifest))
    signals = [{"id": f"J{i}", "x": 0.0, "y": 0.0} for i in range(3)]
    (out / "network.json").write_text(json.dumps({"edges": [], "signals": signals}))
    return out


def case_of(folder: Path, settings: MrvSettings | None = None) -> Case:
    """The case of a folder, with the shipped factors."""
    return build_case(
        folder,
        settings or MrvSettings(),
        load_factors(None),
        petrol_accounts=PETROL,
        idle_per_s=IDLE,
    )


@pytest.fixture(scope="session")
def saving_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All accounts save: 10 g, least under PHEMlight5; not to be changed by a test."""
    saved = dict.fromkeys(ACCOUNTS, 10.0) | {"co2_phemlight5_g": 6.0}
    return build(tmp_path_factory.mktemp("mrv") / "saving", saved, paid_g=3.0)


@pytest.fixture(scope="session")
def doubtful_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One account of four shows no effect."""
    saved = dict.fromkeys(ACCOUNTS, 10.0) | {"co2_hbefa4_nojump_g": 0.3}
    return build(tmp_path_factory.mktemp("mrv") / "doubtful", saved)


@pytest.fixture(scope="session")
def made_up() -> Callable[..., Path]:
    """`build`, for tests that need other results."""
    return build


@pytest.fixture(scope="session")
def make_case() -> Callable[..., Case]:
    """`case_of`."""
    return case_of
