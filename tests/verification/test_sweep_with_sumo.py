"""Sweeps that are killed, shared and called again: the same table; and runs that points share."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.claim import STORE
from experiments.code_hash import ROOT, RUN, sources_of
from experiments.config import Experiment
from experiments.engines.local import Runner
from experiments.ordering import Manner, load_checked, orders_of
from experiments.packages import PACKAGES
from experiments.sweeps.tables import TABLES

pytestmark = pytest.mark.sumo

SWEEP = """\
scenario: arterial
begin_s: 0
end_s: 20
arms: none, glosa
seeds: 2
grid:
  penetration: [0.4, 1]
"""
N_RUNS = 6
"""Those of `none` are the same at both points."""
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def undisturbed(door, tmp_path_factory):
    """The folder of a sweep that nobody disturbed, beside its file."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "sweep.yaml").write_text(SWEEP)
    done = door.call("sweep", "sweep.yaml", "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    return tmp_path


def tables(out):
    return {name: (out / name).read_bytes() for name in TABLES}


def finished(out):
    runs = (out / STORE).glob("*/run.json")
    return sorted(path.parent for path in runs if ".part-" not in path.parent.name)


def status(door, out):
    return json.loads(door.call("sweep", "status", str(out), "--json", cwd=out).stdout)


def test_a_second_call_starts_nothing(door, undisturbed):
    before = tables(undisturbed)
    assert len(finished(undisturbed)) == N_RUNS
    done = door.call("sweep", "sweep.yaml", "--out", "out", cwd=undisturbed.parent)
    assert done.returncode == 0
    assert f"{N_RUNS} done before; nothing to do" in done.stderr
    assert "freezing" not in done.stderr
    assert tables(undisturbed) == before


def test_a_sweep_whose_driver_is_killed_goes_on_to_the_same_table(door, undisturbed, folder):
    driver = door.start("sweep", "sweep.yaml", "--out", "out", "-j", "2", cwd=folder)
    give_up_s = time.monotonic() + PATIENCE_S
    while len(finished(folder / "out")) < 2:
        assert driver.poll() is None, driver.communicate()
        assert time.monotonic() < give_up_s
        time.sleep(0.02)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    assert not (folder / "out" / "runs.csv").exists()
    told = status(door, folder / "out")
    assert (told["done"] >= 2, told["failed"], told["missing"] >= 1) == (True, 0, True)
    done = door.call("sweep", "sweep.yaml", "--out", "out", cwd=folder)
    assert f"{told['done']} done before; {told['missing']} to do" in done.stderr
    assert tables(folder / "out") == tables(undisturbed)
    assert not list((folder / "out" / STORE).glob("*.part-*"))


def test_two_shards_at_the_same_time_give_the_same_table(door, undisturbed, folder):
    shutil.copytree(undisturbed, folder / "out")
    for run in finished(folder / "out")[2:4]:
        shutil.rmtree(run)
    shards = [
        door.start("sweep", "sweep.yaml", "--out", "out", "--shard", shard, "-j", "1", cwd=folder)
        for shard in ("1/2", "2/2")
    ]
    for shard in shards:
        _, errors = shard.communicate()
        assert shard.returncode == 0, errors
    assert len(finished(folder / "out")) == N_RUNS
    for name in TABLES:
        (folder / "out" / name).unlink()
    assert door.call("sweep", "collect", "out", cwd=folder).returncode == 0
    assert tables(folder / "out") == tables(undisturbed)


OTHERWISE = {
    "rsu": {"range_m": 150.0, "latency_s": 1.0, "loss": 0.4},
    "sensing": "connected",
    "driver": {"lag_s": 3.0, "hold_s": 9.0},
}
HARDLY = OTHERWISE | {"driver": {"compliant_drivers": 0.3, "compliant_time": 0.5, "lag_s": 3.0}}


@pytest.mark.parametrize(
    ("arm", "base", "change"),
    [
        (
            "none",
            {},
            HARDLY
            | {"execution": "automated", "penetration": 0.2, "spat": "oracle"}
            | {"equipment": {"classes": ["bus"]}},
        ),
        ("unadvised", {"penetration": 0.5}, HARDLY | {"spat": "oracle"}),
        ("glosa-sumo", {"driver": {"compliant_drivers": 0.7}}, OTHERWISE),
        ("glosa", {"execution": "automated"}, {"driver": HARDLY["driver"]}),
    ],
)
def test_what_does_not_count_in_the_key_of_a_run_changes_nothing_in_it(
    cache_dir, tmp_path, arm, base, change
):
    arms = dict.fromkeys(["none", arm])
    road = {"scenario": "arterial", "begin_s": 0, "end_s": 15, "arms": [*arms], "seeds": [3]}
    if arm == "glosa-sumo":
        change = change | {"driver": change["driver"] | base["driver"]}
    folders = []
    for name, values in (("base", base), ("changed", base | change)):
        experiment = Experiment.model_validate(road | values)
        orders = orders_of(
            experiment,
            load_checked(experiment),
            {},
            store=tmp_path / name,
            cache_dir=cache_dir,
            manner=Manner(records=False),
        )
        (order,) = [order for order in orders if order.arm == arm]
        assert Runner(n_jobs=1, tell=lambda _event: None).do([order]) == [None]
        folders.append(order.out)
    before, after = folders
    assert before.name == after.name
    names = {path.name for path in before.iterdir()} - {"timing.json"}
    assert {"vehicles.parquet", "approaches.parquet", "run.json"} <= names
    for file in (path for path in before.iterdir() if path.name != "timing.json"):
        assert file.read_bytes() == (after / file.name).read_bytes(), file.name


def test_all_of_ours_that_a_run_opens_is_in_the_hash_of_its_code(cache_dir, tmp_path):
    experiment = Experiment.model_validate(
        {
            "scenario": "arterial",
            "begin_s": 0,
            "end_s": 15,
            "seeds": [1],
            "arms": ["none", "eco"],
            "spat": "oracle",
            "fleet_mix": "CN-2024",
            "grid": "CN/2023",
            "accounts": ["HBEFA3/PC_G_EU4"],
        }
    )
    orders = orders_of(
        experiment,
        load_checked(experiment),
        {},
        store=tmp_path,
        cache_dir=cache_dir,
        manner=Manner(),
    )
    (order,) = [order for order in orders if order.arm == "eco"]
    code = (
        "import sys\nfrom experiments import worker\n"
        "ended = worker.main()\nprint('OPENED', ended, *sys.modules, flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    ) as worker:
        worker.stdin.write(order.to_json() + "\n")
        worker.stdin.flush()
        told = next(line for line in worker.stdout if line.startswith("OPENED"))
    _, ended, *opened = told.split()
    assert ended == "0", told[:200]
    ours = {name for name in opened if name.partition(".")[0] in PACKAGES}
    assert {"controller.eco", "experiments.accounting", "corridor.session"} <= ours
    assert ours - set(sources_of(RUN, Path(ROOT))) == set()
