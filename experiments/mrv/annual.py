"""From the simulated window to a year, by a stated profile and no further."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.mrv.settings import Operation, Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Vehicles of a year, by whether their flow was simulated."""

    stretches: tuple[Stretch, ...]
    flow_per_h: float
    """Vehicles per hour of the simulated window."""
    days_per_year: float

    def per_day(self, *, simulated_only: bool = False) -> float:
        """Vehicles of a day, in all hours or in those at the simulated flow."""
        chosen = [each for each in self.stretches if each.is_simulated or not simulated_only]
        return sum(self.flow_per_h * each.flow * each.hours for each in chosen)

    def per_year(self, *, simulated_only: bool = False) -> float:
        """Vehicles of a year."""
        return self.per_day(simulated_only=simulated_only) * self.days_per_year


def traffic_of_a_year(operation: Operation, *, n_vehicles: float, window_h: float) -> Traffic:
    """Vehicles that a year of such days brings.

    Args:
        operation: The stated profile; without hours in it the simulated window counts once a day.
        n_vehicles: Vehicles in the simulated window.
        window_h: Its length, > 0.
    """
    stretches: Sequence[Stretch] = operation.profile or (Stretch(hours=min(window_h, 24.0)),)
    return Traffic(
        stretches=tuple(stretches),
        flow_per_h=n_vehicles / window_h,
        days_per_year=operation.days_per_year,
    )
