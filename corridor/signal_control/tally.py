"""What happened to signals under control."""

from collections import Counter
from dataclasses import dataclass, field

from corridor.signal_control.promises import PromiseRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class FallBack:
    """Signals went back to their own plan."""

    time_s: float
    signal: str
    """Empty: all of them."""
    reason: str


@dataclass(slots=True, kw_only=True)
class SteeringTally:
    """What happened to signals under control."""

    n_controlled: int = 0
    """Signals that a controller plans."""
    n_signals: int = 0
    """Signals that vehicles pass, whoever controls them."""
    promises: PromiseRecord = field(default_factory=PromiseRecord)
    fallbacks: list[FallBack] = field(default_factory=list)
    n_invalid: int = 0
    """Plans that were not used, since they were none."""
    invalid: Counter[str] = field(default_factory=Counter)
    """Why, and how often."""
    n_owed: int = 0
    """Greens that were given since somebody had waited too long."""
