"""Files that another process may read at any time: whole or absent."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any


def write_whole(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file; its folder is made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=f"{path.suffix}.part")
    try:
        with os.fdopen(handle, "wb") as part:
            write(part)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
