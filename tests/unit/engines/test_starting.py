"""Children are forked off a process that has imported what they need, and are like any other."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.engines.starting import DIED_WITH_IT, Fork, nursery, start_child

SECONDS = 10.0


@pytest.fixture(scope="module")
def in_nursery():
    with nursery():
        yield


@pytest.fixture
def child(in_nursery):
    found = start_child()
    yield found
    if found.returncode is None:
        os.kill(found.pid, signal.SIGKILL)
        found.wait()
    found.close()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def ends_in_time(pid):
    give_up_s = time.monotonic() + SECONDS
    while time.monotonic() < give_up_s:
        if not is_alive(pid):
            return True
        time.sleep(0.01)
    return False


def test_a_child_leads_a_group_of_its_own(child):
    assert isinstance(child, Fork)
    child.stdin.close()
    child.stdout.read()
    assert child.pid not in (os.getpid(), 0)
    assert child.wait() == 1


def test_it_hears_its_order_and_its_last_words_are_told(child):
    child.stdin.write("{}\n")
    child.stdin.flush()
    assert "KeyError" in child.stderr.read()
    assert child.wait() == 1
    assert child.cpu_s > 0.0


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM])
def test_the_signal_that_ended_it_is_told(child, number):
    os.kill(child.pid, number)
    assert child.stdout.read() == ""
    assert child.wait() == -number


def test_its_group_dies_with_it(child):
    while os.getpgid(child.pid) != child.pid:
        time.sleep(0.01)
    os.killpg(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL


def test_children_do_not_wait_for_one_another(in_nursery):
    children = [start_child() for _ in range(3)]
    for number, child in enumerate(reversed(children)):
        assert is_alive(child.pid), number
        child.stdin.close()
        assert child.wait() == 1
        child.close()


PARENT = """
import sys, time
from experiments.engines.starting import nursery, start_child
with nursery():
    child = start_child()
    print(child.pid, flush=True)
    sys.stdin.read()
"""


def test_it_ends_when_its_parent_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-P", "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.communicate()
    assert ends_in_time(pid)


def test_when_the_nursery_dies_children_start_from_nothing(monkeypatch):
    with nursery():
        first = start_child()
        [server] = [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/stat")
            if path.read_text().rpartition(")")[2].split()[1] == str(os.getpid())
            and b"experiments.engines.nursery" in path.with_name("cmdline").read_bytes()
        ]
        os.kill(server, signal.SIGKILL)
        assert ends_in_time(server)
        first.stdin.close()
        assert first.wait() == DIED_WITH_IT
        first.close()
        second = start_child()
        assert isinstance(second, subprocess.Popen)
        second.communicate()
        assert second.returncode == 1


def test_without_a_nursery_children_start_from_nothing():
    child = start_child()
    assert isinstance(child, subprocess.Popen)
    child.communicate()
    assert child.returncode == 1
