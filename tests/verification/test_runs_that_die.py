"""Runs that are killed, stopped or refused: told as what they are, with nothing half-written."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.code_hash import code_hash
from experiments.config import Experiment
from experiments.order import Order

pytestmark = pytest.mark.sumo

WORDS = "run resco:cologne1 --begin 25200 --end 25500 --arms none,glosa --seeds 2 --jobs 1".split()
FILES = ("summary.json", "runs.csv", "vehicles.parquet")
PATIENCE_S = 180.0
SECONDS = 5.0
"""Within which children end when their parent is gone."""


@pytest.fixture(scope="module")
def undisturbed(door, load, tmp_path_factory):
    load("resco:cologne1")
    folder = tmp_path_factory.mktemp("undisturbed")
    done = door.call(*WORDS, "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return Undisturbed(folder=folder, contents=contents(folder / "out"))


@dataclass(frozen=True)
class Undisturbed:
    """Results of a call that nobody disturbed."""

    folder: Path
    contents: dict[str, bytes]


def contents(out):
    return {name: (out / name).read_bytes() for name in FILES}


def wait_for(what, parent):
    """The first answer that is not empty."""
    give_up_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_s:
        found = what()
        if found:
            return found
        assert parent.poll() is None, f"ended too early: {parent.communicate()}"
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def running_worker(store, n_finished=0):
    """Id of the child that SUMO simulates in, once so many runs are finished."""
    if len(finished(store)) < n_finished:
        return None
    for trace in store.glob("*.part-*/fcd.parquet"):
        return int(trace.parent.name.rpartition("-")[2])
    return None


def finished(store):
    return [path.parent for path in store.glob("*/run.json") if ".part-" not in path.parent.name]


def rests(store):
    return [path.name for path in store.iterdir() if re.search(r"\.part-|\.stderr$", path.name)]


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def goes(pid):
    """Whether a process ends within seconds."""
    until_s = time.monotonic() + SECONDS
    while is_alive(pid) and time.monotonic() < until_s:
        time.sleep(0.05)
    return not is_alive(pid)


def children(parent):
    """Ids of the processes that a process has started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(after_name[1]) == parent:
            found.append(int(entry.parent.name))
    return found


def assert_the_same_command_finishes(door, cwd, undisturbed):
    done = door.call(*WORDS, "--out", "out", cwd=cwd)
    assert done.returncode == 0, done.stderr
    assert contents(cwd / "out") == undisturbed.contents


def kill_the_first(door, words, cwd, number):
    """Call, and kill the first run while it is simulated; exit code, errors and store."""
    store = cwd / "out" / ".runs"
    parent = door.start(*words, "--out", "out", cwd=cwd)
    os.kill(wait_for(lambda: running_worker(store), parent), number)
    output, errors = parent.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in errors + output
    return parent.returncode, errors, store


def test_a_run_that_is_killed_is_told_and_done_again(door, undisturbed, tmp_path):
    code, errors, store = kill_the_first(door, WORDS, tmp_path, signal.SIGKILL)
    assert code == 0
    assert "retried: none, seed 1: the process was ended by SIGKILL, from outside" in errors
    assert len(finished(store)) == 4
    assert rests(store) == []
    assert contents(tmp_path / "out") == undisturbed.contents


def test_a_crash_inside_sumo_is_told_as_such(door, undisturbed, tmp_path):
    words = [*WORDS, "--seeds", "1"]
    code, errors, store = kill_the_first(door, words, tmp_path, signal.SIGSEGV)
    assert code == 1
    assert "ended by SIGSEGV: SUMO crashed" in errors
    assert "1 of 2 runs failed" in errors
    assert len(finished(store)) == 1
    assert rests(store) == []


def test_children_end_with_a_parent_that_is_killed(door, undisturbed, tmp_path):
    store = tmp_path / "out" / ".runs"
    parent = door.start(*WORDS, "--out", "out", cwd=tmp_path)
    child = wait_for(lambda: running_worker(store, n_finished=1), parent)
    parent.kill()
    parent.communicate()
    assert goes(child)
    assert 1 <= len(finished(store)) <= 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {".runs"}
    assert_the_same_command_finishes(door, tmp_path, undisturbed)
    assert rests(store) == []


def test_a_worker_takes_the_programs_it_waits_for_along(crossings, load, cache_dir, tmp_path):
    # Freezing these routes takes SUMO minutes of empty road, in steps of a millisecond.
    (tmp_path / "slow.rou.xml").write_text(
        '<routes><trip id="a" depart="9000" from="left0A0" to="B0right0"/></routes>'
    )
    slow = load(f"{crossings},{tmp_path / 'slow.rou.xml'}", step_length_s=0.001)
    order = Order(
        experiment=Experiment(scenario=slow.name),
        scenario=slow,
        arm="none",
        seed=1,
        cache_dir=cache_dir,
        out=tmp_path / "run",
        keeps_raw=False,
        records=False,
        api="libsumo",
        gui=False,
        code_sha256=code_hash(),
    )
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "experiments.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    worker.stdin.write(order.to_json() + "\n")
    worker.stdin.flush()
    (program,) = wait_for(lambda: children(worker.pid), worker)
    worker.stdin.close()
    worker.wait(timeout=SECONDS)
    assert goes(program)
    assert not (tmp_path / "run").exists()


def test_ctrl_c_ends_children_and_keeps_finished_runs(door, undisturbed, tmp_path):
    store = tmp_path / "out" / ".runs"
    parent = door.start(*WORDS, "--out", "out", cwd=tmp_path)
    child = wait_for(lambda: running_worker(store, n_finished=1), parent)
    parent.send_signal(signal.SIGINT)
    output, errors = parent.communicate(timeout=SECONDS)
    assert parent.returncode == 130, errors
    assert "runs that were finished are kept" in errors
    assert "Traceback" not in errors + output
    assert not is_alive(child)
    assert rests(store) == []
    kept = {path: path.stat().st_mtime_ns for path in finished(store)}
    assert 1 <= len(kept) <= 2
    assert_the_same_command_finishes(door, tmp_path, undisturbed)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_folder_is_written_by_one_at_a_time(door, undisturbed, tmp_path):
    parent = door.start(*WORDS, "--out", "out", cwd=tmp_path)
    wait_for(lambda: running_worker(tmp_path / "out" / ".runs"), parent)
    second = door.call(*WORDS, "--out", "out", cwd=tmp_path)
    assert second.returncode == 2
    assert "another process is writing" in second.stderr
    parent.communicate(timeout=PATIENCE_S)
    assert parent.returncode == 0
    assert contents(tmp_path / "out") == undisturbed.contents


def test_a_road_that_does_not_empty_is_a_failed_run_with_its_reason(door, undisturbed, tmp_path):
    (tmp_path / "short.yaml").write_text(
        "version: 1\nscenario: resco:cologne1\narms: [none, glosa]\nseeds: 1\n"
        "begin_s: 25200\nend_s: 25500\ndrain_s: 5\n"
    )
    done = door.call("run", "short.yaml", "--jobs", "1", "--out", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert "2 of 2 runs failed" in done.stderr
    assert "the road was not empty at" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "summary.json").exists()


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--require", "glosa.trip_time_pct.mean <= 1000"], 0, "met"),
        (["--require", "glosa.trip_time_pct.mean <= -1000"], 3, "not met"),
        (["--require", "glosa.trip_tme_pct.mean <= 1"], 2, "did you mean"),
        (["--arms", "none,gloas"], 2, "did you mean 'glosa'"),
        (["--seeds", "1,1"], 2, "seed"),
        (["--engine", "sumo"], 2, "libsumo"),
        (["--out", "taken"], 2, "no results"),
    ],
)
def test_the_exit_code_says_what_came_of_it(
    door, kept_results, more: list[str], code: int, words: str
):
    (kept_results / "taken").mkdir(exist_ok=True)
    (kept_results / "taken" / "mine.txt").write_text("mine")
    done = door.call(*WORDS, "--out", "out", *more, cwd=kept_results)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def kept_results(undisturbed):
    """A folder in which all runs are finished."""
    return undisturbed.folder
