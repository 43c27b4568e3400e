"""A child process that does one run: order on stdin, progress on stdout, results in a folder.

It ends when its parent does: a second thread waits for the end of stdin.
"""

import json
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from corridor import EngineError
from experiments.code_hash import code_hash
from experiments.fleet_account import fleet_content
from experiments.order import Order, made_of
from experiments.policy_loading import PolicyError
from experiments.shortages import full_disk, shortage_of
from experiments.single_run import RunFailedError, perform
from sumo_nets import ScenarioError, SumoProgramError

MARK = "@ecocorridor "
"""Begins each line that is meant for the parent; SUMO may print others."""


def main() -> int:
    """Do the run that stdin asks for; 0 if its folder stands."""
    order = Order.from_json(sys.stdin.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()
    host = socket.gethostname()
    folder = order.out.with_name(f"{order.out.name}.part-{host}-{os.getpid()}")
    home = Path.cwd()
    try:
        folder.mkdir(parents=True)
        # SUMO takes a name with a colon for a host and port: it is given names without folders.
        os.chdir(folder)
        if order.code_sha256 != code_hash():
            raise RunFailedError("the program changed while it ran; give the command again")
        perform(order, Path(), _tell)
        check_as_ordered(order)
        os.chdir(home)
        _name(folder, order.out)
    except Exception as failure:
        told = _farewell(failure, folder)
        if told is None:
            raise
        _tell(told)
        return 1
    finally:
        os.chdir(home)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def check_as_ordered(order: Order) -> None:
    """Look whether what the run has read is what it was ordered with.

    Raises:
        RunFailedError: It is not.
    """
    if not order.made_of_sha256:
        return
    if made_of(order.scenario, fleet_content(order.experiment)) != order.made_of_sha256:
        raise RunFailedError(
            "files that the run reads changed while it ran, or it was done by other versions of "
            "SUMO or its libraries; give the command again"
        )


def _name(folder: Path, out: Path) -> None:
    """Give a whole folder its name; another process may have been faster."""
    try:
        folder.rename(out)
    except OSError:
        if not out.is_dir():
            raise


def _farewell(failure: Exception, folder: Path) -> dict[str, object] | None:
    """Why the run failed, for the parent; None: it is a fault of the program."""
    # On a full disk SUMO and the libraries fail in many ways: so it is looked at, too.
    if shortage := full_disk(folder) or shortage_of(failure):
        return {"failure": shortage, "has_last_words": False, "is_lost": True}
    if isinstance(failure, EngineError):
        # What SUMO says of itself is on stderr; its interface says little.
        return {"failure": f"SUMO failed: {failure}", "has_last_words": True}
    if isinstance(failure, RunFailedError | PolicyError | ScenarioError | SumoProgramError):
        return {"failure": str(failure), "has_last_words": False}
    return None


def _tell(message: Mapping[str, object]) -> None:
    print(f"{MARK}{json.dumps(message)}", flush=True)


def _die_with_parent() -> None:
    sys.stdin.read()
    if os.getpgrp() == os.getpid():
        # SUMO's programs that it waits for go with it.
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
