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
from typing import IO, Protocol

PID = struct.Struct("q")
"""What is told of a new process."""
END = struct.Struct("qd")
"""What is told of its end: exit code, or minus the signal; processor time in seconds."""
DIED_WITH_IT = -signal.SIGKILL
"""Exit code of a process of which nobody can tell how it ended."""


class Child(Protocol):
    """What is used of a process that does a run; a `subprocess.Popen` has it, too."""

    pid: int

    @property
    def returncode(self) -> int | None:
        """As from `wait`; None until then."""

    @property
    def stdin(self) -> IO[str] | None:
        """To be written to."""

    @property
    def stdout(self) -> IO[str] | None:
        """To be read from."""

    @property
    def stderr(self) -> IO[str] | None:
        """To be read from."""

    def wait(self) -> int:
        """Its exit code, or minus the signal that ended it; when it has ended."""


@dataclass(slots=True, eq=False, kw_only=True)
class Fork:
    """A process that was forked off the nursery."""

    pid: int
    stdin: IO[str]
    stdout: IO[str]
    stderr: IO[str]
    end: socket.socket
    """Where the nursery tells of its end."""
    returncode: int | None = None
    cpu_s: float = 0.0
    """Processor time of it and of its own children, when it has ended."""

    def close(self) -> None:
        """Let go of it."""
        for stream in (self.stdin, self.stdout, self.stderr, self.end):
            stream.close()

    def wait(self) -> int:
        """Its exit code, or minus the signal that ended it; when it has ended."""
        if self.returncode is None:
            with self.end:
                told = received(self.end, END.size)
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
        wish: dict[str, object] = {"folder": str(Path.cwd()), "environment": dict(os.environ)}
        if network is not None:
            wish["network"] = str(network)
        pipes = [os.pipe() for _ in range(3)]
        (read_in, write_in), (read_out, write_out), (read_error, write_error) = pipes
        end, their_end = socket.socketpair()
        pid = b""
        with self._lock, their_end, contextlib.suppress(OSError):
            self._ask(wish, (read_in, write_out, write_error, their_end.fileno()))
            their_end.close()
            pid = received(end, PID.size)
        for file in (read_in, write_out, write_error):
            os.close(file)
        child = Fork(
            pid=PID.unpack(pid)[0] if pid else 0,
            stdin=os.fdopen(write_in, "w", encoding="utf-8"),
            stdout=os.fdopen(read_out, encoding="utf-8", errors="replace"),
            stderr=os.fdopen(read_error, encoding="utf-8", errors="replace"),
            end=end,
        )
        if pid:
            return child
        child.close()
        return None

    def _ask(self, wish: Mapping[str, object], files: tuple[int, ...]) -> None:
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._server = subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "experiments.engines.nursery",
                        str(theirs.fileno()),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    # Why it cannot start, a run that starts from nothing will tell.
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    # Threads are not forked: polars' allocator can do without its own.
                    env=_environment() | {"_RJEM_MALLOC_CONF": "background_thread:false"},
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
