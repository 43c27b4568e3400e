"""What dead processes left half-written in a store of runs: folders `KEY.part-HOST-PID`."""

import os
import shutil
import socket
import time
from pathlib import Path

from experiments.order import Order

ABANDONED_S = 86400.0
"""What nobody wrote to for so long is left over, whoever wrote it."""


def remove_rests(order: Order) -> None:
    """Remove what dead children left half-written of an order that is done or given up."""
    for rest in order.out.parent.glob(f"{order.out.name}.part-*"):
        shutil.rmtree(rest, ignore_errors=True)


def remove_all_rests(folder: Path) -> None:
    """Remove what is left over in a store; what a process still writes to stays."""
    for rest in folder.glob("*.part-*"):
        if not is_written(rest):
            shutil.rmtree(rest, ignore_errors=True)


def is_written(part: Path) -> bool:
    """Whether a process may still write to a folder `KEY.part-HOST-PID`."""
    host, _, pid = part.name.partition(".part-")[2].rpartition("-")
    try:
        if host != socket.gethostname():
            return time.time() - part.stat().st_mtime < ABANDONED_S
        os.kill(int(pid), 0)
    except (OSError, ValueError):
        return False
    return True
