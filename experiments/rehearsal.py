"""Rehearsal: a user's policy is made and asked once, as a run would, before anything is simulated.

That happens in two processes of its own, whose sets and dicts of text are in different orders: a
policy that says two things of the same observation would give results that nobody can repeat.
"""

import hashlib
import json
import os
import site
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.made_up import made_up_observation
from experiments.own_policy import OwnPolicy
from experiments.packages import PACKAGES
from experiments.policy_loading import PolicyError, load_policy

LAST_WORDS = 3
"""Lines of a dead process that are quoted."""
SYSTEM = ("/dev", "/etc", "/proc", "/sys")
"""Folders of the machine, whose files are no part of a policy."""


def rehearse(own: OwnPolicy) -> OwnPolicy:
    """Try a policy.

    Returns:
        The same, with the files that it is made of.

    Raises:
        PolicyError: It cannot be made, advises wrongly, or differently each time.
    """
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(_answer, (own, own), ("1", "2"))
    if first["advice_sha256"] != second["advice_sha256"]:
        raise PolicyError(
            f"{own.label}: advise(seen) says two things of the same observation, so that no run "
            "could be repeated; draw chance from np.random.default_rng(1), and sort sets"
        )
    sources = tuple((Path(file), digest) for file, digest in first["sources"])
    return replace(own, sources=sources)


def _answer(own: OwnPolicy, hash_seed: str) -> dict[str, Any]:
    """What one process found."""
    # A run has a folder of its own too: what reads files of the working directory fails here.
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "experiments.rehearsal", file.name],
            input=json.dumps(own.to_plain()),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            cwd=folder,
            check=False,
        )
        said = file.read()
    if done.returncode != 0 or not said:
        words = "; ".join(done.stderr.strip().splitlines()[-LAST_WORDS:]) or "no last words"
        raise PolicyError(f"{own.label}: its process ended with code {done.returncode}: {words}")
    answer: dict[str, Any] = json.loads(said)
    if "failure" in answer:
        raise PolicyError(answer["failure"])
    return answer


def main() -> None:
    """Rehearse the policy that stdin tells of, and write what came of it to the named file."""
    own = OwnPolicy.from_plain(json.load(sys.stdin))
    opened: set[str] = set()
    sys.addaudithook(lambda event, told: opened.update(_read_by(event, told)))
    answer: dict[str, object]
    try:
        said = load_policy(own).advise(made_up_observation())
        parts = (said.speed_mps, said.reason, said.memory, said.decel_mps2)
        text = b"".join(part.tobytes() for part in parts if part is not None)
        answer = {
            "advice_sha256": hashlib.sha256(text).hexdigest(),
            "sources": [[str(file), _digest(file)] for file in _files_of(own, opened)],
        }
    except PolicyError as error:
        answer = {"failure": str(error)}
    Path(sys.argv[1]).write_text(json.dumps(answer), encoding="utf-8")


def _read_by(event: str, told: tuple[Any, ...]) -> Iterator[str]:
    """The file that is opened for reading, if this is what Python tells of."""
    if event != "open" or not isinstance(told[0], str | os.PathLike):
        return
    mode = told[1]
    if mode is None or not set("wax").intersection(mode):
        yield str(Path(told[0]).absolute())


def _files_of(own: OwnPolicy, opened: Iterable[str]) -> list[Path]:
    """The policy's file, and all others that it imported or read and that are not installed.

    Args:
        own: The policy.
        opened: Files that were opened for reading, also those of Python itself.
    """
    theirs = [Path(folder).resolve() for folder in _installed()]
    others = set()
    for module in list(sys.modules.values()):
        name = getattr(module, "__file__", None)
        file = Path(name).resolve() if isinstance(name, str) else own.file
        others.add(file)
    read = (Path(name).resolve() for name in sorted(opened))
    others |= {file for file in read if file.suffix != ".pyc" and file.is_file()}
    others = {file for file in others if not any(file.is_relative_to(folder) for folder in theirs)}
    return [own.file, *sorted(others - {own.file})]


def _installed() -> Iterator[str]:
    for kind in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield sysconfig.get_path(kind)
    yield from (*site.getsitepackages(), site.getusersitepackages())
    for package in PACKAGES:
        yield str(Path(__file__).parent.parent / package)
    yield from SYSTEM


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
