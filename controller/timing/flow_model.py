"""How traffic flows in the model of a plan's cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowModel:
    """How traffic flows, and how finely it is followed."""

    step_s: float = 2.0
    """Wanted length of a step; a period has a whole number of steps."""
    start_lag_s: float = 2.0
    """From the start of green until a queue leaves at its full rate."""
    end_gain_s: float = 2.0
    """A queue still leaves so long after the end of green."""
    spread: float = 0.1
    """How much longer than the least the mean way takes: alpha of TRANSYT. There it is 0.35; in
    SUMO wanted speeds differ by a tenth, and platoons keep closer together."""
    critical_gap_s: float = 5.5
    """Gap in the traffic to yield to that is wide enough for one vehicle."""
    follow_up_s: float = 3.0
    """Further gap for each one behind it."""
    full_stop_s: float = 5.0
    """A delay of this makes one full stop; a shorter one a part of it."""
    settle_s: float = 300.0
    """Least time after which the traffic is taken to repeat itself."""
    longest_period_s: float = 600.0
    """Signals of different cycles repeat later than that: so much is measured."""
    demand_s: float = 900.0
    """How long the demand lasts: queues that grow do so for this time."""

    def __post_init__(self) -> None:
        for name in ("step_s", "follow_up_s", "full_stop_s", "longest_period_s", "demand_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        for name in ("start_lag_s", "end_gain_s", "spread", "critical_gap_s", "settle_s"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
