"""How many persons are in a vehicle: what makes the wait of a bus weigh more than that of a car."""

from collections.abc import Mapping

import polars as pl

from experiments.choices import VehicleClass

CAR_PERSONS, BUS_PERSONS, ALONE = 1.7, 11.0, 1.0
PERSONS: dict[str, float] = {
    **dict.fromkeys(("passenger", "private", "evehicle", "hov", "vip", "taxi"), CAR_PERSONS),
    **dict.fromkeys(("bus", "coach"), BUS_PERSONS),
}
"""SUMO vehicle class → persons, driver included; all other classes: the driver alone.

Means of the United States: cars 1.7, trucks 1.0, buses about 11. They are assumptions anywhere
else, and at rush hours; `occupancy` of an experiment puts others in their place.

References: FHWA (2018), Average Vehicle Occupancy Factors for Computing Travel Time Reliability
    Measures and Total Peak Hour Excessive Delay Metrics, Washington; cars by the National Household
    Travel Survey 2017 (McGuckin and Fucci 2018, Summary of Travel Trends, FHWA-PL-18-019).
"""


def persons_in(vehicle_classes: pl.Series, occupancy: Mapping[VehicleClass, float]) -> pl.Series:
    """Persons in each vehicle.

    Args:
        vehicle_classes: (n,) SUMO's.
        occupancy: By class, put over the defaults.
    """
    known = PERSONS | {str(name): persons for name, persons in occupancy.items()}
    persons = [known.get(each, ALONE) for each in vehicle_classes]
    return pl.Series("persons", persons, dtype=pl.Float64)
