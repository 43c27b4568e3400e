"""What of the eco planner may be configured."""

from dataclasses import dataclass, field
from typing import Literal

from controller.wave import Wave

NOT_NEGATIVE = (
    *("min_wait_s", "hope_s", "moved_s", "time_price", "later_s", "reaction_s", "min_speed_mps"),
    *("min_distance_m", "hold_up_m", "hold_up_s", "spillback", "certain_s", "silent_s"),
    *("early_s", "beyond_s", "beyond_mps", "weak_mps2"),
)
"""Parameters of which less than 0 means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcoParameters:
    """What of the eco planner may be configured."""

    kind: Literal["eco"] = "eco"
    wave: Wave = field(default_factory=Wave)
    """How queues leave."""
    interval_s: float = 1.0
    """Plans are made and checked at multiples of this; in between they are carried out."""
    min_wait_s: float = 1.5
    """Whoever would wait at the queue's end for less than this is not advised."""
    hope_s: float = 0.5
    """Whoever misses a green by less than this may still make it, and is not slowed down."""
    moved_s: float = 2.0
    """A plan is kept until the time that it rests on has moved by more than this."""
    time_price: float = 1.5
    """Cost of a second of trip time, in seconds of cruising at 50 km/h."""
    rise_share: float = 0.6
    """Whoever held a speed may regain this share of his free speed before his place moves."""
    weak_mps2: float = 0.9
    """By cruise control, who accelerates by less than this may creep (2.25 m/s or more) up to where
    he speeds up for his green, rather than start from standing with all behind him; 0: nobody.
    By hand: see `Driver.weak_mps2`."""
    later_s: float = 3.0
    """An approach may cross the stop line later by this than without advice."""
    reaction_s: float = 0.7
    """A moving vehicle that joins the queue's start keeps this time and ..."""
    braking_mps2: float = 4.5
    """... the way to stop at this rate to its place."""
    min_speed_mps: float = 2.0
    """Slower vehicles are in the queue already; they are not advised."""
    min_distance_m: float = 5.0
    """Nor are vehicles nearer to the stop line."""
    hold_up_m: float = 80.0
    """Who is behind by less than this, bound for another lane, must not be held up; nor who stands
    in a side road without a signal by who is nearer to its mouth than this."""
    hold_up_s: float = 2.0
    """He is held up if he would cross earlier by more than this."""
    spillback: float = 0.9
    """No advice when the queue is longer than this share of the way from the last signal."""
    certain_s: float = 20.0
    """Where the start of green is known less well than this (from the 10th to the 90th percentile),
    advice is to coast towards a stop, and no more."""
    early_s: float = 4.0
    """Whoever stops for a green whose start is not certain is at his place so much before that
    moves: control by traffic ends a green for which it sees nobody come."""
    silent_s: float = 60.0
    """Where it is known less well than this there is no advice."""
    beyond_s: float = 0.0
    """Whoever slows down for the signal behind the next one may pass the next later by this;
    0: nobody looks at that signal."""
    beyond_mps: float = 9.0
    """Whoever slows down for the signal behind the next one passes the next at this speed or
    faster."""
    leaders_only: bool = False
    """Advise only the first vehicle of each queue."""

    def __post_init__(self) -> None:
        for name in ("interval_s", "braking_mps2"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not 0.0 <= self.rise_share <= 1.0:
            raise ValueError(f"rise_share must be between 0 and 1, got {self.rise_share}")
        for name in NOT_NEGATIVE:
            if not getattr(self, name) >= 0.0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")

    @property
    def looks_beyond(self) -> bool:
        """Whether plans may be for the signal behind the next one."""
        return self.beyond_s > 0.0
