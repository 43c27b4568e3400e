"""A user's policy in the process that asks it: made from its file, and watched while it advises."""

import difflib
import hashlib
import inspect
import pickle
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from controller import Advice, Observation, Policy, Reason, note_names
from experiments.own_policy import OwnPolicy

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MODULE = "own_policy"
"""Name under which the user's file is imported."""


class PolicyError(ValueError):
    """A user's policy cannot be used; says why, and where in its file."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A user's policy; what it does wrong is told by a `PolicyError`."""

    own: OwnPolicy
    policy: Policy
    NOTES: tuple[str, ...] = ()
    """What the policy calls its notes, if it does."""

    def advise(self, seen: Observation) -> Advice:
        """What the policy says; it is asked only where somebody is seen."""
        if seen.distance_m.size == 0:
            return Advice(speed_mps=np.zeros(0), reason=np.zeros(0, dtype=np.int64))
        with _foreign(self.own, "advise(seen) failed"):
            said = self.policy.advise(seen)
        try:
            return checked_advice(said, seen)
        except ValueError as error:
            raise PolicyError(f"{self.own.label}: {error}") from None


def load_policy(own: OwnPolicy) -> Watched:
    """Make the policy anew.

    Raises:
        PolicyError: Its files changed since they were rehearsed, or it cannot be made.
    """
    try:
        read = {file: file.read_bytes() for file in (own.file, *dict(own.sources))}
    except OSError as error:
        raise PolicyError(f"{own.label}: {error.filename}: {error.strerror}") from None
    for file, digest in own.sources:
        if hashlib.sha256(read[file]).hexdigest() != digest:
            raise PolicyError(
                f"{own.label}: {file.name} changed while it ran; give the command again"
            )
    # Nothing is written beside the files of the user.
    sys.dont_write_bytecode = True
    sys.path.extend(folder for folder in own.search_path if folder not in sys.path)
    if own.pickled is None:
        made = _from_file(own, read[own.file])
    else:
        made = _from_pickle(own, own.pickled)
    if not callable(getattr(made, "advise", None)):
        raise PolicyError(f"{own.label}: {own.class_name} has no method advise(seen)")
    try:
        return Watched(own, made, note_names(made))
    except ValueError as error:
        raise PolicyError(f"{own.label}: {error}") from None


def _from_file(own: OwnPolicy, source: bytes) -> Policy:
    module = ModuleType(MODULE)
    module.__file__ = str(own.file)
    sys.modules[MODULE] = module
    with _foreign(own, "the file cannot be imported"):
        # Not by importing: what is run is what was hashed, never a compiled file from before.
        exec(compile(source, str(own.file), "exec", dont_inherit=True), module.__dict__)
    found: object = module
    for name in own.class_name.split("."):
        found = getattr(found, name, None)
    if not isinstance(found, type):
        names = [name for name, value in vars(module).items() if _is_class_of(value, module)]
        close = difflib.get_close_matches(own.class_name, names, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"it has: {', '.join(names) or 'none'}"
        raise PolicyError(f"{own.label}: the file has no class '{own.class_name}'; {hint}")
    with _foreign(own, f"{own.class_name}() failed"):
        made: Policy = found()
    return made


def _is_class_of(value: object, module: ModuleType) -> bool:
    return isinstance(value, type) and value.__module__ == module.__name__


def _from_pickle(own: OwnPolicy, pickled: bytes) -> Policy:
    with _foreign(own, "it cannot be made again in another process"):
        made: Policy = pickle.loads(pickled)
    if isinstance(made, type):
        with _foreign(own, f"{own.class_name}() failed"):
            made = made()
    file = Path(inspect.getfile(type(made))).resolve()
    if file != own.file:
        raise PolicyError(
            f"{own.label}: in another process its class comes from {file}; rename {own.file.name}"
        )
    return made


@contextmanager
def _foreign(own: OwnPolicy, what: str) -> Iterator[None]:
    """Run code of the user's; stdout is ours alone, and what goes wrong there is told in a line."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (Exception, SystemExit) as error:
        words = " ".join(f"{type(error).__name__}: {error}".split())
        raise PolicyError(f"{own.label}: {what}: {words}{_place(error, own.file)}") from error


def _place(error: BaseException, file: Path) -> str:
    """The last line of the user's file that led to an error."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(file)]
    return f" ({file.name}:{frames[-1].lineno}: {frames[-1].line})" if frames else ""


def checked_advice(said: object, seen: Observation) -> Advice:
    """Advice in which all is as it should be.

    Args:
        said: What a policy gave.
        seen: What it was given.

    Raises:
        ValueError: It is no advice, or not on these vehicles.
    """
    if not isinstance(said, Advice):
        raise ValueError(f"advise(seen) must return a controller.Advice, got {type(said).__name__}")
    shape = seen.distance_m.shape
    speed_mps = _floats("speed_mps", said.speed_mps, shape)
    if np.any(np.isinf(speed_mps) | (speed_mps < 0.0)):
        raise ValueError("speed_mps must not be negative or infinite; NaN where nothing is said")
    reason = _reasons(said.reason, shape)
    if np.any(np.isfinite(speed_mps) & (reason != Reason.ADVISED)):
        raise ValueError("reason must be Reason.ADVISED where speed_mps is a number")
    memory = said.memory
    if memory is not None:
        memory = _floats("memory", memory, seen.memory.shape)
    decel_mps2 = said.decel_mps2
    if decel_mps2 is not None:
        decel_mps2 = _floats("decel_mps2", decel_mps2, shape)
        if np.any(np.isinf(decel_mps2) | (decel_mps2 < 0.0)):
            raise ValueError(
                "decel_mps2 must not be negative or infinite; NaN where it is as usual"
            )
    return Advice(speed_mps=speed_mps, reason=reason, memory=memory, decel_mps2=decel_mps2)


def _floats(name: str, values: object, shape: tuple[int, ...]) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, got {values!r:.60}") from None
    _check_shape(name, array.shape, shape)
    return array


def _reasons(values: object, shape: tuple[int, ...]) -> IntArray:
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        raise ValueError(f"reason must be an array of controller.Reason, got {array.dtype}")
    _check_shape("reason", array.shape, shape)
    if np.any((array < 0) | (array > max(Reason))):
        raise ValueError(f"reason must be 0 to {max(Reason):d}, see controller.Reason")
    return array.astype(np.int64)


def _check_shape(name: str, got: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if got != wanted:
        raise ValueError(
            f"{name} must have shape {wanted}, a row for each row of what is seen, got {got}"
        )
