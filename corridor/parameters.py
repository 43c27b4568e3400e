"""Parameters of the road's equipment: roadside units and the vehicles that hear them."""

from dataclasses import dataclass

ADVISABLE_CLASSES = (
    "passenger",
    "private",
    "taxi",
    "hov",
    "evehicle",
    "delivery",
    "truck",
    "trailer",
    "coach",
    "motorcycle",
    "moped",
    "custom1",
    "custom2",
)
"""SUMO vehicle classes that are equipped unless told otherwise: no buses, no emergency vehicles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which a roadside unit sends nothing."""

    signal: str
    """Id of the signal; `*` means all."""
    begin_s: float
    """Simulated time at which it falls silent."""
    end_s: float
    """Simulated time at which it sends again."""

    def __post_init__(self) -> None:
        if not self.begin_s < self.end_s:
            raise ValueError(
                f"an outage must end after it begins, got {self.begin_s}..{self.end_s}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RsuParameters:
    """How roadside units send signal-timing state; one unit per signal."""

    range_m: float = 600.0
    """Reach, measured along the route to the stop line (as SUMO's own device measures it)."""
    rate_hz: float = 10.0
    """Messages per second."""
    latency_s: float = 0.1
    """Time from the making of a message to its reception."""
    loss: float = 0.0
    """Share of messages that a vehicle does not receive, independently (0 to 1)."""
    stale_s: float = 3.0
    """A message older than this is not used."""
    outages: tuple[Outage, ...] = ()
    """Times in which units are silent."""

    def __post_init__(self) -> None:
        if not self.range_m > 0:
            raise ValueError(f"range_m must be positive, got {self.range_m}")
        if not self.rate_hz > 0:
            raise ValueError(f"rate_hz must be positive, got {self.rate_hz}")
        if self.latency_s < 0:
            raise ValueError(f"latency_s must not be negative, got {self.latency_s}")
        if not 0.0 <= self.loss <= 1.0:
            raise ValueError(f"loss must be between 0 and 1, got {self.loss}")
        if not self.stale_s > self.latency_s:
            raise ValueError(f"stale_s must exceed latency_s, got {self.stale_s}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentParameters:
    """Which vehicles hear roadside units and are advised."""

    penetration: float = 1.0
    """Equipped share of the vehicles of the classes below (0 to 1)."""
    classes: tuple[str, ...] = ADVISABLE_CLASSES
    """SUMO vehicle classes that may be equipped."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.penetration <= 1.0:
            raise ValueError(f"penetration must be between 0 and 1, got {self.penetration}")
