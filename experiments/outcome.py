"""What comes of an experiment."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an experiment."""

    summary: dict[str, Any]
    """Contents of `summary.json`; empty if no run could be compared."""
    failures: tuple[str, ...]
    """A sentence for each run that failed."""
