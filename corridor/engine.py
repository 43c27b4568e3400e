"""What we need of a traffic simulator, and how its failures reach us."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from corridor.columns import FloatArray
from corridor.programs import Program


class EngineError(RuntimeError):
    """The simulator failed; the text holds its own words."""


class VehicleFacts(NamedTuple):
    """What does not change while a vehicle drives."""

    route: tuple[str, ...]
    vehicle_class: str
    speed_factor: float
    max_speed_mps: float
    accel_mps2: float
    decel_mps2: float
    length_m: float
    min_gap_m: float


class SignalState(NamedTuple):
    """What a signal's controller tells of itself."""

    program_id: str
    phase: int
    spent_s: float
    """Since the present phase began."""
    next_switch_s: float
    """Time of its next switch (fixed programs) or decision (others)."""


class Engine(Protocol):
    """A running simulation."""

    def start(self, arguments: Sequence[str]) -> None:
        """Load what the arguments name; raises EngineError."""

    def step(self) -> None:
        """Simulate one step."""

    def close(self) -> None:
        """End the simulation and write its outputs."""

    def time_s(self) -> float:
        """Simulated time."""

    def n_expected(self) -> int:
        """Vehicles and persons under way or still to come."""

    def departed(self) -> Sequence[str]:
        """Vehicles that entered the road in the last step."""

    def arrived(self) -> Sequence[str]:
        """Vehicles that left it in the last step."""

    def running(self) -> Sequence[str]:
        """Vehicles on the road."""

    def facts(self, vehicle_id: str) -> VehicleFacts:
        """What does not change of a vehicle."""

    def lanes(self, vehicle_ids: Sequence[str]) -> list[str]:
        """Id of the lane that each vehicle is on."""

    def positions_m(self, vehicle_ids: Sequence[str]) -> FloatArray:
        """How far each vehicle is from the start of its lane."""

    def speeds_mps(self, vehicle_ids: Sequence[str]) -> FloatArray:
        """How fast each vehicle is."""

    def is_stopped(self, vehicle_id: str) -> bool:
        """Whether a vehicle serves a scheduled stop."""

    def set_speeds(self, vehicle_ids: Sequence[str], speeds_mps: Sequence[float]) -> None:
        """Make vehicles drive at speeds, safety permitting; -1 gives one back to its driver."""

    def set_speed_factors(self, vehicle_ids: Sequence[str], factors: Sequence[float]) -> None:
        """Change what share of the speed limit drivers wish to drive."""

    def signal(self, signal_id: str) -> SignalState:
        """State of a signal's controller."""

    def signal_letters(self, signal_ids: Sequence[str]) -> list[str]:
        """What each signal shows: one letter per link."""

    def set_signal_letters(self, signal_id: str, letters: str) -> None:
        """Make a signal show one letter per link, from the next step on."""

    def programs(self, signal_id: str) -> dict[str, Program]:
        """All programs of a signal, by id."""
