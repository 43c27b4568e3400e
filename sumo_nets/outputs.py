"""Whether SUMO wrote its outputs to their ends: on a full disk it goes on and says nothing."""

import os
from pathlib import Path


class CutShortError(OSError):
    """SUMO did not write an output to its end, and did not say so."""


def check_whole(path: Path, ending: bytes) -> None:
    """Look whether a file that SUMO wrote ends as it should.

    Args:
        path: Of the file.
        ending: Its last bytes, but for white space.

    Raises:
        CutShortError: It does not.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - 2 * len(ending)))
        is_whole = stream.read().rstrip().endswith(ending)
    if not is_whole:
        raise CutShortError(f"SUMO wrote only a part of {path.name}")
