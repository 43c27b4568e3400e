"""What the devices at the road cost: electricity, and how many vehicles must pay for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Devices of one kind."""

    name: str
    count: int
    power_w: float
    """Mean power of one."""
    power_high_w: float
    """Upper bound of it; the same where it is stated."""
    source: str
    """Where the power is from."""

    def energy_kwh(self, hours: float) -> float:
        """Electricity of all of them in so many hours."""
        return self.count * self.power_w * hours / 1000.0

    def energy_high_kwh(self, hours: float) -> float:
        """The same by the upper bound of the power."""
        return self.count * self.power_high_w * hours / 1000.0


def break_even_per_day(
    platform_kg_per_year: float, saving_g_per_vehicle: float, days_per_year: float
) -> float | None:
    """Vehicles per day of operation that must save in order to make up for the platform.

    Args:
        platform_kg_per_year: CO2 of the platform in a year.
        saving_g_per_vehicle: What a vehicle saves.
        days_per_year: Days on which vehicles save, > 0.

    Returns:
        None: nobody saves, so no number of vehicles is enough.
    """
    if saving_g_per_vehicle <= 0:
        return None
    return platform_kg_per_year * 1000.0 / (saving_g_per_vehicle * days_per_year)
