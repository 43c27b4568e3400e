"""A child process that does one run: order on stdin, progress on stdout, results in a folder.

It ends when its parent does: a second thread waits for the end of stdin.
"""

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from corridor import EngineError
from experiments.code_hash import code_hash
from experiments.order import Order
from experiments.policy_loading import PolicyError
from experiments.single_run import RunFailedError, perform
from sumo_nets import ScenarioError, SumoProgramError

MARK = "@ecocorridor "
"""Begins each line that is meant for the parent; SUMO may print others."""


def main() -> int:
    """Do the run that stdin asks for; 0 if its folder stands."""
    order = Order.from_json(sys.stdin.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()
    folder = order.out.with_name(f"{order.out.name}.part-{os.uname().nodename}-{os.getpid()}")
    folder.mkdir(parents=True)
    home = Path.cwd()
    # SUMO takes a file name with a colon for a host and port: it is given names without folders.
    os.chdir(folder)
    try:
        if order.code_sha256 != code_hash():
            raise RunFailedError("the program changed while it ran; give the command again")
        perform(order, Path(), _tell)
        os.chdir(home)
        _keep(folder, order.out)
    except EngineError as failure:
        # What SUMO says of itself is on stderr; its interface says little.
        _tell({"failure": f"SUMO failed: {failure}", "has_last_words": True})
        return 1
    except (RunFailedError, PolicyError, ScenarioError, SumoProgramError) as failure:
        _tell({"failure": str(failure), "has_last_words": False})
        return 1
    finally:
        os.chdir(home)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _keep(folder: Path, out: Path) -> None:
    """Give a whole folder its name; who does the same run elsewhere may have been faster."""
    try:
        folder.rename(out)
    except OSError:
        if not out.is_dir():
            raise


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
