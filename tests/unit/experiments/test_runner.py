import json
import signal
import sys
import threading
from types import SimpleNamespace

import pytest

from experiments.runner import LAST_WORDS, Runner, _epitaph, sweep_all
from experiments.worker import MARK

SIGKILL, SIGSEGV = -signal.SIGKILL, -signal.SIGSEGV


def test_the_own_word_of_a_run_is_its_epitaph():
    farewell = {"failure": "the road was not empty", "has_last_words": False}
    assert _epitaph(1, farewell, "Warning: something else") == "the road was not empty"


def test_the_failure_of_sumo_comes_with_its_last_words():
    farewell = {"failure": "SUMO failed: no", "has_last_words": True}
    assert _epitaph(1, farewell, "Error: bad net\nQuitting\n") == (
        "SUMO failed: no; its last words:\n    Error: bad net\n    Quitting"
    )


def test_a_crash_is_called_so_and_a_kill_is_not():
    assert _epitaph(SIGSEGV, {}, "") == (
        "the process was ended by SIGSEGV: SUMO crashed; it left no last words"
    )
    assert _epitaph(SIGKILL, {}, "") == "the process was ended by SIGKILL; it left no last words"


def test_an_exit_code_is_told():
    assert _epitaph(3, {}, "") == "the process ended with code 3; it left no last words"
    # Success without a folder of results is no success.
    assert _epitaph(0, {}, "").startswith("the process ended with code 0")


def test_warnings_do_not_drown_the_error():
    words = "Error: it\n" + "Warning: teleport\n" * 50
    assert _epitaph(1, {}, words).endswith("its last words:\n    Error: it")
    assert _epitaph(1, {}, "Warning: only\n").endswith("    Warning: only")


def test_only_the_last_words_are_quoted():
    words = "\n".join(f"line {number}" for number in range(99))
    quoted = _epitaph(1, {}, words).splitlines()[1:]
    assert quoted == [f"    line {number}" for number in range(99 - LAST_WORDS, 99)]


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
        return SimpleNamespace(arm=arm, seed=seed, out=out, to_json=lambda: text)

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
    assert not runner._children


def test_what_a_killed_call_left_is_swept_away(tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "half.part-17").mkdir()
    (tmp_path / "half.part-17" / "fcd.parquet").write_text("")
    (tmp_path / "half.stderr").write_text("")
    (tmp_path / "lock").write_text("")
    sweep_all(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"whole", "lock"}
