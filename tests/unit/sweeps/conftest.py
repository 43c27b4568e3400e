"""A sweep without SUMO: a scenario of empty files, and an engine whose runs are made up."""

import json
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pytest

import experiments.report.sweep_page
import experiments.sweeps.job
import experiments.sweeps.plan
from experiments.run_accounts import account_columns
from experiments.sweeps import SweepWishes, load_sweep, run_sweep
from sumo_nets import Scenario

GRID = """\
scenario: town
arms: none, unadvised, glosa
seeds: 2
grid:
  penetration: [0.5, 1]
"""
N = 8


def vehicles(order):
    """Vehicles whose figures tell what the run was of."""
    rng = np.random.default_rng(order.seed)
    is_equipped = np.arange(N) < order.experiment.penetration * N
    is_equipped &= order.arm != "none"
    scale = np.where(is_equipped & (order.arm == "glosa"), 0.9, 1.0)
    time_s = rng.uniform(50.0, 150.0, N) * scale
    zeros, counts = np.zeros(N), np.zeros(N, dtype=np.int64)
    columns = {
        "arm": [order.arm] * N,
        "seed": [order.seed] * N,
        "vehicle_id": [f"v{i}" for i in range(N)],
        "equipped": is_equipped,
        "road": ["main"] * N,
        "depart_delay_s": zeros,
        "duration_s": time_s,
        "trip_time_s": time_s,
        "distance_m": np.full(N, 500.0),
        **dict.fromkeys(("stops", "harsh_brakings", "advice_changes"), counts),
        **dict.fromkeys(("low_ttc_events", "high_drac_events"), counts),
        **dict.fromkeys(("creep_time_s", "low_ttc_s", "high_drac_s"), zeros),
        **dict.fromkeys(("over_ceiling_s", "advised_s"), zeros),
    }
    accounts = {name: rng.uniform(80.0, 120.0, N) * scale for name in account_columns(())}
    return pl.DataFrame(columns | accounts)


def write_made_up_run(order):
    """The folder of a finished run."""
    part = order.out.with_name(f"{order.out.name}.part-here-1")
    part.mkdir(parents=True)
    vehicles(order).write_parquet(part / "vehicles.parquet")
    (part / "run.json").write_text(json.dumps({"advice_reasons": {}}))
    timing = {"prepare_s": 1.0, "simulate_s": 5.0, "account_s": 2.0}
    (part / "timing.json").write_text(json.dumps(timing))
    part.rename(order.out)


def write_quick_page(out):
    """Instead of the report, which takes seconds to draw."""
    (out / "report.html").write_text((out / "summary.json").read_text())


REAL_PAGE = experiments.report.sweep_page.write_sweep_report


@dataclass
class MadeUp:
    """An engine that does no run twice, fails some, and may be killed."""

    asked: list = field(default_factory=list)
    """Labels of the runs that were done or failed, in order."""
    fails: tuple = ()
    dies_after: int | None = None

    def __call__(self, tell):
        self.tell = tell
        return self

    def do(self, orders):
        return [self._do(order) for order in orders]

    def _do(self, order):
        if self.dies_after is not None and len(self.asked) >= self.dies_after:
            raise KeyboardInterrupt
        self.asked.append(order.label)
        why = None
        if order.label in self.fails:
            why = "SUMO failed: no; its last words:\n    Error: in /tmp/x17"
        else:
            write_made_up_run(order)
        kind = "failed" if why else "done"
        self.tell(experiments.sweeps.job.Event(kind=kind, order=order, message=why or ""))
        return why


@pytest.fixture
def town(tmp_path, monkeypatch):
    """The road and traffic of every scenario that is asked for; how often each was loaded."""
    (tmp_path / "town.net.xml").write_text("<net/>")
    (tmp_path / "town.rou.xml").write_text("<routes/>")
    loaded = []

    def load(experiment):
        loaded.append(experiment.scenario)
        return Scenario(
            name=experiment.scenario,
            net_file=tmp_path / "town.net.xml",
            route_files=(tmp_path / "town.rou.xml",),
            begin_s=experiment.begin_s or 0.0,
            end_s=experiment.end_s,
            step_length_s=experiment.step_length_s or 1.0,
        )

    def prepare(orders, store, *, n_jobs, say):
        for order in orders:
            name = experiments.sweeps.plan.demand_name(
                order.scenario, order.seed, order.experiment.demand_scale
            )
            store.note_demand(name, [f"vehicles of seed {order.seed} are tired"])
        return {}

    monkeypatch.setattr(experiments.sweeps.plan, "load_checked", load)
    monkeypatch.setattr(experiments.sweeps.job, "prepare", prepare)
    monkeypatch.setattr(experiments.report.sweep_page, "write_sweep_report", write_quick_page)
    return loaded


@pytest.fixture
def written(tmp_path):
    """Write the file of a sweep."""

    def write(text=GRID, name="sweep.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def swept(town, written, tmp_path):
    """Do a sweep with made-up runs."""

    def do(out="out", text=GRID, engine=None, **wishes):
        engine = engine or MadeUp()
        asked = SweepWishes(out=tmp_path / out, n_jobs=1, engine=engine, **wishes)
        return run_sweep(load_sweep(written(text)), asked)

    return do


@pytest.fixture
def real_pages(town, monkeypatch):
    """The report itself is written, without pictures."""

    class Anything(dict):
        def __missing__(self, name):
            return {"svg": "", "caption": ""}

        def __contains__(self, name):
            return False

    monkeypatch.setattr(experiments.report.sweep_page, "write_sweep_report", REAL_PAGE)
    monkeypatch.setattr(experiments.report.sweep_page, "_draw_all", lambda found: Anything())


@pytest.fixture
def made_up():
    """Makes engines without SUMO."""
    return MadeUp
