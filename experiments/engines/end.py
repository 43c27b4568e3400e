"""How a run ended, and why: by its own fault, or by the machine's."""

import signal
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from experiments.shortages import shortage_in

CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL")
"""Signals by which a program dies of its own faults."""
OUTSIDE = {
    "SIGKILL": "from outside, or because the machine ran out of memory",
    "SIGTERM": "from outside",
    "SIGHUP": "from outside",
    "SIGINT": "from outside",
}
"""Signals that say nothing of the run."""
LAST_WORDS = 8
"""Lines of a dead child's stderr that are quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a run ended."""

    kind: Literal["done", "kept", "failed", "lost", "stopped"]
    """`failed` is of the run itself, and would be so again; `lost` is of the machine."""
    why: str = ""
    """Of `failed` and `lost`."""
    wall_s: float = 0.0

    @property
    def outcome(self) -> str | None:
        """None if the run's folder stands, else why it does not."""
        if self.kind in ("done", "kept"):
            return None
        return self.why or self.kind


@dataclass(slots=True)
class LastWords:
    """The end of what a child writes to stderr; its errors are not drowned by warnings."""

    _errors: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_WORDS))
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_WORDS))

    def hear(self, lines: Iterable[str]) -> None:
        """Take in lines until there are no more."""
        for line in filter(None, (line.rstrip() for line in lines)):
            self._lines.append(line)
            if not line.startswith("Warning:"):
                self._errors.append(line)

    @property
    def quoted(self) -> str:
        """The last errors, or the last lines where there is no error."""
        return "\n".join(self._errors or self._lines)


def end_of(returncode: int, farewell: Mapping[str, object], words: str, wall_s: float) -> End:
    """How a run ended whose folder does not stand.

    Args:
        returncode: Of the process; negative: the signal that ended it.
        farewell: What it said of its failure; empty if it said nothing.
        words: Last lines of its stderr.
        wall_s: Since the run started.
    """
    kind: Literal["failed", "lost"] = "failed"
    if "failure" in farewell:
        cause = str(farewell["failure"])
        if farewell.get("is_lost"):
            return End(kind="lost", why=cause, wall_s=wall_s)
        if not farewell["has_last_words"]:
            return End(kind="failed", why=cause, wall_s=wall_s)
    elif returncode < 0:
        name = signal.Signals(-returncode).name
        cause = f"the process was ended by {name}"
        if name in CRASHES:
            cause += ": SUMO crashed"
        elif name in OUTSIDE:
            kind = "lost"
            cause += f", {OUTSIDE[name]}"
    else:
        cause = f"the process ended with code {returncode}"
    if shortage := shortage_in(words):
        kind = "lost"
        cause = f"{shortage}; {cause}"
    quoted = "\n".join(f"    {line}" for line in words.splitlines())
    last = f"its last words:\n{quoted}" if quoted else "it left no last words"
    return End(kind=kind, why=f"{cause}; {last}", wall_s=wall_s)
