"""The folder of results: taken over by one process at a time."""

import errno
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STORE = ".runs"
"""Folder of the finished runs in a folder of results."""
SWEEP = "sweep.json"
"""File of a sweep in its folder of results; a run has none."""


@contextmanager
def claimed(out: Path, *, of_sweep: bool = False, is_shared: bool = False) -> Iterator[Path]:
    """Make the folder for the results, or take over one that holds results.

    Args:
        out: The folder.
        of_sweep: Whether it is for a sweep, else for a run.
        is_shared: Whether others may work on it at the same time who share it, too.

    Yields:
        The store of finished runs in it.

    Raises:
        ValueError: It is a file, holds something else, or another process works on it.
    """
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out: {out} is a file; name a folder")
    is_ours = (out / STORE).is_dir() or (out / "manifest.json").is_file()
    if out.is_dir() and not is_ours and any(out.iterdir()):
        raise ValueError(f"--out: {out} holds files that are no results; name a new folder")
    if is_ours and (out / SWEEP).is_file() != of_sweep and (out / "manifest.json").is_file():
        other = "run" if of_sweep else "sweep"
        raise ValueError(f"--out: {out} holds the results of a {other}; name another folder")
    store = out / STORE
    try:
        store.mkdir(parents=True, exist_ok=True)
        lock = (store / "lock").open("a")
    except OSError as error:
        raise ValueError(f"--out: {out} cannot be made: {error.strerror}") from None
    # The lock goes with the process, however it ends.
    with lock:
        if not _has_locked(lock.fileno(), fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX):
            raise ValueError(f"--out: another process is writing to {out}; name another folder")
        try:
            yield store
        finally:
            if not is_shared:
                _remove_if_empty(out, store)


def _remove_if_empty(out: Path, store: Path) -> None:
    """Leave no folder behind in which no run was finished."""
    if [file.name for file in store.iterdir()] == ["lock"] and list(out.iterdir()) == [store]:
        (store / "lock").unlink()
        store.rmdir()
        out.rmdir()


def _has_locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError as error:
        # Some file systems of clusters know no locks; there, nothing is guarded.
        return error.errno in {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}
    return True
