"""How the processes start in which runs are done.

A run has a process of its own. To start Python and import what a run needs takes longer than
many a run: so that is done once, in a process that runs nothing itself, and each run is a fork of
it. Where there is none, or it died, a run starts from nothing.
"""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TextIO

PID = struct.Struct("q")
"""What is told of a new process."""
END = struct.Struct("qd")
"""What is told of its end: exit code, or minus the signal; processor time in seconds."""
DIED_WITH_IT = -signal.SIGKILL
"""Exit code of a process of which nobody can tell how it ended."""


class Child(Protocol):
    """What is used of a process that does a run; a `subprocess.Popen` has it, too."""

    pid: int
    returncode: Any
    """None until it was waited for."""

    @property
    def stdin(self) -> Any: ...
    @property
    def stdout(self) -> Any: ...
    @property
    def stderr(self) -> Any: ...
    def wait(self) -> int:
        """Its exit code, or minus the signal that ended it."""


@dataclass(slots=True)
class Fork:
    """A process that was forked off the nursery."""

    pid: int
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    _end: socket.socket
    returncode: int | None = None
    cpu_s: float = 0.0
    """Processor time of it and its own children, when it has ended."""

    def wait(self) -> int:
        """Its exit code, or minus the signal that ended it."""
        if self.returncode is None:
            with self._end:
                told = received(self._end, END.size)
            self.returncode, self.cpu_s = END.unpack(told) if told else (DIED_WITH_IT, 0.0)
        return self.returncode


@dataclass(slots=True)
class Nursery:
    """A process that has imported all that runs need, and forks them off."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None

    def fork(self, network: Path | None) -> Fork | None:
        """A new process; None if the nursery cannot make one.

        Args:
            network: That the run will read: it is read once for all.
        """
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours, self._lock:
            pipes = [os.pipe() for _ in range(3)]
            own, child = (pipes[0][1], pipes[1][0], pipes[2][0]), (pipes[0][0], pipes[1][1], pipes[2][1])
            for place in own:
                ours.callback(os.close, place)
            for place in child:
                theirs.callback(os.close, place)
            end, their_end = socket.socketpair()
            ours.enter_context(end)
            theirs.enter_context(their_end)
            wish = {"folder": str(Path.cwd()), "environment": dict(os.environ)}
            if network is not None:
                wish["network"] = str(network)
            try:
                self._ask(wish, (*child, their_end.fileno()))
            except OSError:
                return None
            theirs.close()
            told = received(end, PID.size)
            if not told:
                return None
            ours.pop_all()
            modes = ("w", "r", "r")
            streams = (
                open(place, mode, encoding="utf-8", errors="replace")  # noqa: SIM115
                for place, mode in zip(own, modes, strict=True)
            )
            return Fork(PID.unpack(told)[0], *streams, end)

    def _ask(self, wish: Mapping[str, object], files: tuple[int, ...]) -> None:
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._server = subprocess.Popen(
                    [sys.executable, "-P", "-m", "experiments.nursery", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    # Why it cannot start, a run that starts from nothing will tell.
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    env=_environment(),
                    start_new_session=True,
                )
        text = json.dumps(wish).encode()
        # The length goes with the files, so that neither can be taken for another wish's.
        socket.send_fds(self._control, [PID.pack(len(text))], list(files))
        self._control.sendall(text)

    def close(self) -> None:
        """End it; its forks have ended before."""
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            self._server.wait()


@dataclass(slots=True)
class _Shared:
    """The nursery of this process, and how many use it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    nursery: Nursery | None = None
    n_users: int = 0


_SHARED = _Shared()


@contextmanager
def nursery() -> Iterator[None]:
    """Within it, runs are forked off a process that has imported what they need."""
    with _SHARED.lock:
        _SHARED.nursery = _SHARED.nursery or Nursery()
        _SHARED.n_users += 1
    try:
        yield
    finally:
        with _SHARED.lock:
            _SHARED.n_users -= 1
            last = _SHARED.nursery if _SHARED.n_users == 0 else None
            if last is not None:
                _SHARED.nursery = None
        if last is not None:
            last.close()


def start_child(network: Path | None = None) -> Child:
    """Start a process that waits for an order on its stdin; it leads a group of its own.

    Args:
        network: That the run will read.

    Raises:
        OSError: The machine cannot start one.
    """
    shared = _SHARED.nursery
    forked = None if shared is None else shared.fork(network)
    if forked is not None:
        return forked
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "experiments.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def received(connection: socket.socket, n_bytes: int) -> bytes:
    """So many bytes; none if the other side is gone before it sent them."""
    parts = b""
    while len(parts) < n_bytes:
        part = connection.recv(n_bytes - len(parts))
        if not part:
            return b""
        parts += part
    return parts
