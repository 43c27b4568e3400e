"""The same runs by every engine, and what becomes of them where SUMO crashes or a disk is full."""

import hashlib
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from experiments.code_hash import code_hash
from experiments.config import Experiment
from experiments.engines.dask import DaskEngine
from experiments.engines.local import Runner
from experiments.order import Order

pytestmark = pytest.mark.sumo

ROOT = Path(__file__).parents[2]
ARMS = ("none", "eco")
LIMIT_BYTES = 20_000
"""Less than SUMO writes of a run, and more than anything that is written before."""


@pytest.fixture(scope="module")
def order(load, cache_dir):
    scenario = load("arterial", end_s=60.0)
    experiment = Experiment(scenario="arterial", arms=(*ARMS, "glosa-sumo"), seeds=(1,))

    def make(arm, store, **options):
        changed = {"options": (*scenario.options, *options.items())}
        return Order(
            experiment=experiment,
            scenario=scenario.model_copy(update=changed),
            arm=arm,
            seed=1,
            cache_dir=cache_dir,
            out=store / f"{arm}-{len(options)}",
            keeps_raw=False,
            records=True,
            api="libsumo",
            gui=False,
            code_sha256=code_hash(),
        )

    return make


@pytest.fixture(scope="module")
def undisturbed(order, tmp_path_factory):
    store = tmp_path_factory.mktemp("here")
    orders = [order(arm, store) for arm in ARMS]
    assert Runner(n_jobs=2, tell=lambda _event: None).do(orders) == [None] * len(ARMS)
    return contents(store)


def contents(store):
    """Hash of each file of each run, but those of times that the wall clock gave."""
    return {
        str(file.relative_to(store)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(store.rglob("*"))
        if file.is_file() and file.name != "timing.json"
    }


def crashing(order, store):
    """SUMO reads behind a table where its device reckons with queues."""
    return order("glosa-sumo", store, **{"device.glosa.use-queue": "true"})


def test_a_run_that_crashes_sumo_takes_no_other_along(order, undisturbed, tmp_path):
    kinds = []
    runner = Runner(n_jobs=2, tell=lambda event: kinds.append(event.kind))
    why, other = runner.do([crashing(order, tmp_path), order("none", tmp_path)])
    assert other is None
    assert why.startswith("the process was ended by SIGSEGV: SUMO crashed")
    assert "retried" not in kinds
    assert 0 < len(contents(tmp_path)) < len(undisturbed)
    assert contents(tmp_path).items() <= undisturbed.items()


@contextmanager
def little_room():
    """As with a quota: no file may grow beyond some size, here and in children."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_a_full_disk_cut_short_is_no_run(order, undisturbed, tmp_path):
    runner = Runner(n_jobs=1, tell=lambda _event: None, retries=0)
    orders = [order("none", tmp_path)]
    with little_room():
        [why] = runner.do(orders)
    assert why.startswith("the disk is full")
    assert list(tmp_path.iterdir()) == []
    # With room again, the same order gives what it would have given.
    assert runner.do(orders) == [None]
    assert contents(tmp_path).items() <= undisturbed.items()


@pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra 'cluster'")
def test_a_scheduler_with_two_workers_gives_the_same_files(order, undisturbed, tmp_path):
    file = tmp_path / "scheduler.json"
    program = [sys.executable, "-P", "-m"]
    common = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard"]
    words = {"scheduler": ["--port", "0"], "worker": ["--nworkers", "2", "--nthreads", "1"]}
    processes = [
        subprocess.Popen(
            [*program, f"distributed.cli.dask_{kind}", *common, *more],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for kind, more in words.items()
    ]
    try:
        while not file.exists():
            assert processes[0].poll() is None
        store = tmp_path / "store"
        orders = [*(order(arm, store) for arm in ARMS), crashing(order, store)]
        engine = DaskEngine(scheduler=str(file), tell=lambda _event: None)
        *ends, why = engine.do(orders)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()
    assert ends == [None] * len(ARMS)
    assert why.startswith("the process was ended by SIGSEGV: SUMO crashed")
    assert contents(store) == undisturbed
