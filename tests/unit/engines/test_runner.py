import errno
import json
import os
import signal
import socket
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from experiments.engines import unit
from experiments.engines.local import Runner
from experiments.engines.rests import remove_all_rests
from experiments.worker import MARK

CHILD = """
import json, os, signal, sys
order = json.loads(sys.stdin.readline())
arm, out = order["arm"], order["out"]
print("SUMO prints what it likes")
print({mark!r} + json.dumps({{"time_s": 7.0, "n_running": 3, "share_arrived": 0.5}}), flush=True)
os.makedirs(out + ".part-1")
if arm == "good":
    os.rename(out + ".part-1", out)
elif arm == "wordy":
    print({mark!r} + json.dumps({{"failure": "stuck", "has_last_words": False}}), flush=True)
    sys.exit(1)
elif arm == "crash":
    sys.stderr.write("Error: out of roads\\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGSEGV)
elif arm == "slow":
    signal.alarm(20)
    sys.stdin.read()
elif arm == "silent":
    os.close(1)
    signal.alarm(20)
    sys.stdin.read()
elif arm == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
elif arm == "killed-once":
    if os.path.exists(out + ".seen"):
        os.rename(out + ".part-1", out)
    else:
        open(out + ".seen", "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
elif arm == "lost":
    told = {{"failure": "the disk is full (quota)", "has_last_words": False, "is_lost": True}}
    print({mark!r} + json.dumps(told), flush=True)
    sys.exit(1)
"""


@pytest.fixture
def children(tmp_path, monkeypatch):
    """Children do what their arm is called, without SUMO."""
    script = tmp_path / "child"
    script.write_text(f"#!{sys.executable} -S\n{CHILD.format(mark=MARK)}")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))


@pytest.fixture
def order(tmp_path):
    def make(arm, seed=1):
        out = tmp_path / "runs" / f"{arm}-{seed}"
        text = json.dumps({"arm": arm, "out": str(out)})
        return SimpleNamespace(
            arm=arm,
            seed=seed,
            out=out,
            key=out.name,
            to_json=lambda: text,
            scenario=SimpleNamespace(net_file=tmp_path / "none.net.xml"),
        )

    return make


@pytest.fixture
def engine():
    """A runner that tells nobody and does not pause."""

    def make(**more):
        wishes = {"n_jobs": 1, "tell": lambda _event: None, "pause_s": 0.0}
        return Runner(**(wishes | more))

    return make


def test_a_failed_run_takes_no_other_along(children, order):
    events = []
    orders = [order("crash"), order("good"), order("wordy"), order("good", 2)]
    assert Runner(n_jobs=2, tell=events.append).do(orders) == [
        "the process was ended by SIGSEGV: SUMO crashed; its last words:\n    Error: out of roads",
        None,
        "stuck",
        None,
    ]
    # Whole folders and nothing else is left.
    left = {file.name for file in order("good").out.parent.iterdir()}
    assert left == {"good-1", "good-2"}


def test_events_tell_the_story_of_a_run(children, order):
    events = []
    Runner(n_jobs=1, tell=events.append).do([order("good"), order("wordy")])
    assert [(e.order.arm, e.kind) for e in events] == [
        ("good", "started"), ("good", "progress"), ("good", "done"),
        ("wordy", "started"), ("wordy", "progress"), ("wordy", "failed"),
    ]  # fmt: skip
    progress = events[1]
    assert (progress.time_s, progress.n_running, progress.share_arrived) == (7.0, 3, 0.5)
    assert events[-1].message == "stuck"


def test_a_finished_run_is_not_done_again(order):
    # No child would start here: there is no interpreter of that order.
    done = order("good")
    done.out.mkdir(parents=True)
    events = []
    assert Runner(n_jobs=1, tell=events.append).do([done]) == [None]
    assert [e.kind for e in events] == ["kept"]


def test_an_interrupt_ends_the_children_and_starts_no_others(children, order):
    kinds = []

    def tell(event):
        kinds.append((event.order.seed, event.kind))
        if event.kind == "progress":
            raise KeyboardInterrupt

    runner = Runner(n_jobs=1, tell=tell)
    with pytest.raises(KeyboardInterrupt):
        runner.do([order("good", 1), order("good", 2), order("good", 3)])
    assert (3, "started") not in kinds


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is not signal.default_int_handler,
    reason="this process was started deaf to Ctrl-C",
)
def test_children_are_killed_at_once_when_the_user_interrupts(children, order):
    main = threading.main_thread().ident
    kinds = []

    def tell(event):
        if event.kind == "progress":
            signal.pthread_kill(main, signal.SIGINT)
        kinds.append(event.kind)

    runner = Runner(n_jobs=1, tell=tell)
    with pytest.raises(KeyboardInterrupt):
        runner.do([order("slow")])
    assert "progress" in kinds
    # Whoever was stopped has not failed.
    assert "failed" not in kinds
    assert not runner._children._alive


def test_a_run_that_is_killed_from_outside_is_done_again(children, order, engine):
    events = []
    assert engine(tell=events.append).do([order("killed-once")]) == [None]
    assert [e.kind for e in events if e.kind != "progress"] == [
        "started", "retried", "started", "done",
    ]  # fmt: skip
    retried = next(e for e in events if e.kind == "retried")
    assert "ended by SIGKILL, from outside" in retried.message
    assert "(attempt 1 of 3)" in retried.message


def test_what_kills_it_each_time_is_told_in_the_end(children, order, engine):
    kinds = []
    runner = engine(tell=lambda event: kinds.append(event.kind), retries=1)
    [why, other] = runner.do([order("killed"), order("good")])
    assert why.startswith("the process was ended by SIGKILL, from outside, or because the machine")
    assert other is None
    assert kinds.count("retried") == kinds.count("failed") == 1


@pytest.mark.parametrize("arm", ["crash", "wordy"])
def test_a_fault_of_the_run_itself_is_not_tried_again(children, order, engine, arm: str):
    kinds = []
    engine(tell=lambda event: kinds.append(event.kind)).do([order(arm)])
    assert kinds == ["started", "progress", "failed"]


def test_what_a_child_says_of_the_machine_is_tried_again(children, order, engine):
    kinds = []
    runner = engine(tell=lambda event: kinds.append(event.kind))
    assert runner.do([order("lost")]) == ["the disk is full (quota)"]
    assert kinds.count("started") == 3
    assert list(order("lost").out.parent.iterdir()) == []


@pytest.mark.parametrize("arm", ["slow", "silent"])
def test_a_run_that_takes_too_long_is_killed_and_not_tried_again(children, order, engine, arm: str):
    begin_s = time.monotonic()
    [why] = engine(timeout_s=0.5).do([order(arm)])
    assert why == "did not end within 0.5 s; at simulated time 7 s, 3 vehicles under way"
    assert time.monotonic() - begin_s < 5.0
    assert list(order(arm).out.parent.iterdir()) == []


def test_a_run_that_ends_in_time_is_not_disturbed(children, order, engine):
    assert engine(timeout_s=60.0).do([order("good"), order("wordy")]) == [None, "stuck"]


def test_a_machine_that_cannot_start_processes_is_asked_again(order, engine, monkeypatch):
    def refuse(_network):
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    kinds = []
    monkeypatch.setattr(unit, "start_child", refuse)
    [why] = engine(tell=lambda event: kinds.append(event.kind)).do([order("good")])
    assert why == "the machine failed (Resource temporarily unavailable)"
    assert kinds.count("retried") == 2


def test_a_store_that_nobody_may_write_to_is_told(order, engine):
    good = order("good")
    good.out.parent.write_text("a file in the way")
    [why] = engine().do([good])
    assert why.startswith("cannot start: ")
    assert str(good.out.parent) in why


def test_what_dead_processes_left_is_swept_away(tmp_path):
    host = socket.gethostname()
    alive, dead = f"half.part-{host}-{os.getpid()}", f"half.part-{host}-{2**22 + 1}"
    elsewhere, long_ago = "half.part-elsewhere-17", "half.part-elsewhere-18"
    for name in ("whole", alive, dead, elsewhere, long_ago):
        (tmp_path / name).mkdir()
    (tmp_path / dead / "fcd.parquet").write_text("")
    os.utime(tmp_path / long_ago, (0, 0))
    (tmp_path / "lock").write_text("")
    remove_all_rests(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"whole", alive, elsewhere, "lock"}
