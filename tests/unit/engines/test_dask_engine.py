"""Real schedulers and workers on this machine, with children that only pretend to simulate."""

import os
import signal
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from experiments.code_hash import code_hash
from experiments.config import Experiment
from experiments.engines.dask import ClusterError, DaskEngine
from experiments.engines.local import Runner
from experiments.order import Order
from experiments.worker import MARK
from sumo_nets import Scenario

pytestmark = [
    pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra 'cluster'"),
]
ROOT = Path(__file__).parents[3]
PATIENCE_S = 120.0
CHILD = f"""#!{sys.executable} -S
import json, os, signal, sys, time
order = json.loads(sys.stdin.readline())
out, seed = order["out"], order["seed"]
progress = {{"time_s": 7.0, "n_running": 3, "share_arrived": 0.5}}
print({MARK!r} + json.dumps(progress), flush=True)
part = out + ".part-elsewhere-" + str(os.getpid())
os.makedirs(part)
if seed == 13:
    os.kill(os.getpid(), signal.SIGSEGV)
if seed == 14:
    os.kill(os.getpid(), signal.SIGKILL)
if seed >= 100:
    signal.alarm(20)
    while not os.path.exists(out + ".go"):
        time.sleep(0.02)
with open(part + "/run.json", "w") as file:
    file.write(str(seed))
os.rename(part, out)
"""


class Site:
    """A scheduler and its workers, each a process."""

    def __init__(self, folder):
        self.folder = folder
        self.file = str(folder / "scheduler.json")
        self.processes = []
        (folder / "child").write_text(CHILD)
        (folder / "child").chmod(0o755)
        preload = f"import sys\nsys.executable = {str(folder / 'child')!r}\n"
        (folder / "pretend.py").write_text(preload)
        self.scheduler = self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"
        )

    def start(self, kind, *words):
        program = [sys.executable, "-P", "-m", f"distributed.cli.dask_{kind}"]
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [*program, "--scheduler-file", self.file, *words],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def worker(self, n_threads=1):
        wait_until(Path(self.file).exists)
        words = ["--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        preload = ["--preload", str(self.folder / "pretend.py")]
        return self.start("worker", *words, *preload, "--nthreads", str(n_threads))

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A scheduler with two workers."""
    site = Site(tmp_path_factory.mktemp("site"))
    site.worker()
    site.worker()
    yield site
    site.close()


@pytest.fixture
def lonely(tmp_path):
    """A scheduler without workers."""
    site = Site(tmp_path)
    yield site
    site.close()


@pytest.fixture
def order(tmp_path):
    net = tmp_path / "a.net.xml"
    net.write_text("<net/>")
    scenario = Scenario.model_construct(
        name="a", net_file=net, route_files=(), additional_files=(), begin_s=0.0, end_s=9.0
    )

    def make(seed):
        return Order(
            experiment=Experiment(scenario="arterial"),
            scenario=scenario,
            arm="none",
            seed=seed,
            cache_dir=tmp_path,
            out=tmp_path / "runs" / str(seed),
            keeps_raw=False,
            records=False,
            api="libsumo",
            gui=False,
            code_sha256=code_hash(),
        )

    return make


def engine(site, events=None, **more):
    told = [] if events is None else events
    return DaskEngine(scheduler=site.file, tell=told.append, pause_s=0.0, **more)


def wait_until(is_so):
    until_s = time.monotonic() + PATIENCE_S
    while not is_so() and time.monotonic() < until_s:
        time.sleep(0.02)


def left(order):
    return {path.name for path in order(1).out.parent.iterdir()}


def test_runs_are_done_where_the_workers_are(site, order):
    events = []
    orders = [order(seed) for seed in (1, 2, 13, 3)]
    ends = engine(site, events).do(orders)
    assert ends[:2] + ends[3:] == [None] * 3
    assert "SIGSEGV: SUMO crashed" in ends[2]
    assert left(order) == {"1", "2", "3"}
    story = [event.kind for event in events if event.order.seed == 1]
    assert story[-1] == "done"
    assert [e.kind for e in events if e.order.seed == 13 and e.kind == "retried"] == []
    # What is done is not done again, and nobody is asked.
    events.clear()
    assert (
        DaskEngine(scheduler="tcp://127.0.0.1:9", tell=events.append).do(orders[:2]) == [None] * 2
    )
    assert [event.kind for event in events] == ["kept", "kept"]


def test_starts_and_progress_come_through(site, order):
    events = []
    threading.Timer(1.0, lambda: Path(f"{order(100).out}.go").touch()).start()
    assert engine(site, events).do([order(100)]) == [None]
    assert [event.kind for event in events] == ["started", "progress", "done"]
    assert (events[1].time_s, events[1].n_running) == (7.0, 3)
    assert events[2].wall_s > 0.3


def test_what_kills_a_run_each_time_is_told_in_the_end(site, order):
    events = []
    [why] = engine(site, events, retries=1).do([order(14)])
    assert "ended by SIGKILL" in why
    assert [e.kind for e in events if e.kind in ("retried", "failed")] == ["retried", "failed"]


def test_a_run_that_takes_too_long_is_killed(site, order):
    [why] = engine(site, timeout_s=0.5).do([order(101)])
    assert why == "did not end within 0.5 s; at simulated time 7 s, 3 vehicles under way"
    assert left(order) == set()


def test_a_worker_that_is_killed_takes_no_run_along(lonely, order):
    doomed, _ = lonely.worker(), lonely.worker()
    orders = [order(seed) for seed in (1, 2, 100, 101)]
    events = []

    def kill():
        wait_until(lambda: any(e.kind == "progress" for e in events if e.order.seed >= 100))
        doomed.send_signal(signal.SIGKILL)
        for seed in (100, 101):
            Path(f"{order(seed).out}.go").touch()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    assert engine(lonely, events).do(orders) == [None] * 4
    killer.join()
    assert left(order) == {"1", "2", "100", "101", "100.go", "101.go"}


def test_workers_with_threads_are_refused(lonely, order):
    lonely.worker(n_threads=2)
    with pytest.raises(ValueError, match=r"worker tcp://127.* has 2 threads: start it with"):
        engine(lonely).do([order(1)])
    assert left(order) == set()


def test_workers_of_another_version_are_refused(site, order, monkeypatch):
    monkeypatch.setattr("experiments.engines.dask.made_by", lambda: (("libsumo", "0.1"),))
    with pytest.raises(ValueError, match=r"has .*libsumo 1.*, not 0\.1"):
        engine(site).do([order(1)])


def test_workers_that_do_not_see_the_store_are_refused(site, order, monkeypatch):
    monkeypatch.setattr("experiments.engines.dask.PATIENCE_S", 0.1)
    monkeypatch.setattr(Path, "write_text", lambda path, text, **_: path.touch())
    with pytest.raises(ValueError, match=r"does not see .* a folder that all machines share"):
        engine(site).do([order(1)])


def test_a_scheduler_that_dies_is_told_and_the_next_call_goes_on(lonely, order, monkeypatch):
    lonely.worker()
    events = []

    def kill():
        wait_until(lambda: any(e.kind == "progress" for e in events if e.order.seed == 100))
        lonely.scheduler.send_signal(signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()
    with pytest.raises(ClusterError, match="the scheduler is gone; runs that were finished are"):
        engine(lonely, events).do([order(1), order(100), order(2)])
    assert "1" in left(order)
    Path(f"{order(100).out}.go").touch()
    monkeypatch.setattr(sys, "executable", str(lonely.folder / "child"))
    here = Runner(n_jobs=1, tell=lambda _event: None)
    assert here.do([order(1), order(100), order(2)]) == [None] * 3


def test_no_scheduler_at_an_address_is_told(order, monkeypatch):
    monkeypatch.setattr("experiments.engines.dask.CONNECT_S", 0.5)
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\."):
        DaskEngine(scheduler="tcp://127.0.0.1:9", tell=print).do([order(1)])
    with pytest.raises(ValueError, match="neither an address, such as tcp://host:8786, nor"):
        DaskEngine(scheduler="no.json", tell=print).do([order(1)])
