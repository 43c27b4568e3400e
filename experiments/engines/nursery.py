"""A process that has imported what runs need, and forks one off for each that is wanted.

It simulates nothing and computes nothing, for threads at work are not forked with a process:
libsumo is loaded but not started, polars imported but not used. It ends when the process that
started it does.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from corridor import EngineError, SumoEngine
from experiments.code_hash import code_hash
from experiments.engines.starting import END, PID, received
from experiments.preparation import read_network
from experiments.worker import main as work
from sumo_nets import sumo_home

N_FILES = 4
"""That come with a wish: stdin, stdout and stderr of the new process, and where its end is told."""


def main() -> int:
    """Fork off a process for each wish that comes; 0 when nobody can have more."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # What is imported now is what runs: so is its hash.
    code_hash()
    with contextlib.suppress(EngineError):
        SumoEngine(sumo_home())
    gc.collect()
    gc.freeze()
    signals, to_wake = os.pipe()
    os.set_blocking(to_wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(to_wake)
    ends: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as waiting:
        waiting.register(control, selectors.EVENT_READ)
        waiting.register(signals, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is not control:
                    os.read(signals, 4096)
                    _tell_ends(ends)
                elif not _fork_one(control, ends):
                    return 0


def _fork_one(control: socket.socket, ends: dict[int, socket.socket]) -> bool:
    """Do the next wish; whether there was one."""
    told, files, _, _ = socket.recv_fds(control, PID.size, N_FILES)
    text = received(control, PID.unpack(told)[0]) if len(told) == PID.size else b""
    if not text or len(files) != N_FILES:
        return False
    wish = json.loads(text)
    _read_network(wish)
    end = socket.socket(fileno=files.pop())
    # Where no process can be made, the end comes before any number of one.
    with contextlib.suppress(OSError):
        pid = os.fork()
        if pid == 0:
            for other in (control, end, *ends.values()):
                other.close()
            _become_worker(wish, files)
        ends[pid] = end
        end.sendall(PID.pack(pid))
    if end not in ends.values():
        end.close()
    for file in files:
        os.close(file)
    return True


def _read_network(wish: dict[str, Any]) -> None:
    """Read the network before the fork, so that the runs on it need not."""
    if "network" in wish:
        # What is wrong with it, the run will tell.
        with contextlib.suppress(Exception):
            read_network(Path(wish["network"]))


def _become_worker(wish: dict[str, Any], files: list[int]) -> NoReturn:
    """Be the process that does a run, as if started from nothing."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for place, file in enumerate(files):
            os.dup2(file, place)
            os.close(file)
        os.environ.clear()
        os.environ.update(wish["environment"])
        os.chdir(wish["folder"])
        code = work()
    except BaseException:  # noqa: BLE001 - a process ends here, however it does
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        # Without the rites of an interpreter's end: they are the nursery's.
        os._exit(code)


def _tell_ends(ends: dict[int, socket.socket]) -> None:
    """Tell of each process that has ended how it did."""
    while ends:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        with ends.pop(pid) as end, contextlib.suppress(OSError):
            code = os.waitstatus_to_exitcode(status)
            end.sendall(END.pack(code, used.ru_utime + used.ru_stime))


if __name__ == "__main__":
    sys.exit(main())
