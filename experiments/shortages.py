"""What is no fault of a run: a full disk, too little memory, too many processes."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from sumo_nets import CutShortError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when no more can be written."""
OUT_OF_MEMORY = (os.strerror(errno.ENOMEM), "std::bad_alloc", "MemoryError")
OTHERS = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE, errno.ETIMEDOUT)
"""Of the system, too: too many processes or files, a disk or a file server that fails."""
PROBE_BYTES = 1 << 18
"""More than fits in the last block of a file."""


def shortage_of(failure: BaseException) -> str | None:
    """What a failure says that the machine lacks; None: it says nothing of the kind."""
    for each in _chain(failure):
        if isinstance(each, CutShortError):
            return f"the disk is full, or fails ({each})"
        if isinstance(each, OSError) and each.errno in FULL:
            return f"the disk is full ({each.strerror})"
        if isinstance(each, OSError) and each.errno in OTHERS:
            return f"the machine failed ({each.strerror})"
        if isinstance(each, MemoryError):
            return "the machine is out of memory"
    return shortage_in(str(failure))


def shortage_in(words: str) -> str | None:
    """The same, of what a program said."""
    for number in FULL:
        if os.strerror(number) in words:
            return f"the disk is full ({os.strerror(number)})"
    if any(sign in words for sign in OUT_OF_MEMORY):
        return "the machine is out of memory"
    return None


def full_disk(*folders: Path) -> str | None:
    """Whether nothing more can be written to one of some folders that exist."""
    for folder in folders:
        probe = folder / f".probe-{os.getpid()}"
        try:
            probe.write_bytes(bytes(PROBE_BYTES))
        except OSError as error:
            if error.errno in FULL:
                return f"the disk is full ({error.strerror})"
        finally:
            probe.unlink(missing_ok=True)
    return None


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """A failure, and what it came from."""
    each: BaseException | None = failure
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__
