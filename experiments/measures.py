"""Names of what is measured, as they stand in the results; all readers and writers share them."""

from collections.abc import Iterable, Sequence

from emissions import column_parts

TRIP_COLUMNS = {
    "trip_time": "trip_time_s",
    "stops": "stops",
    "creep_time": "creep_time_s",
}
"""Metric of an effect that is no account → its column of `vehicles.parquet`."""

PEOPLE_COLUMNS = {
    "delay": "delay_s",
    "person_trip_time": "person_time_s",
    "person_delay": "person_delay_s",
}
"""The same of what came later: results of earlier versions lack it.

The last two are of all persons in a vehicle together. All arms have the same vehicles with the
same persons, so the relative change of the mean per vehicle is that of the mean per person.
"""

FACTOR_METRICS = (
    *("co2_hbefa4", "co2_hbefa4_nojump", "co2_phemlight5", "energy_bev"),
    *("trip_time", "stops"),
)
"""Metrics of the table of signals and advice: the four accounts, trip time and stops."""

GROUPS = ("equipped", "unequipped", "main", "side")
"""Parts of the fleet whose effects are told apart."""

SEEDS_WITH_MORE = "seeds_with_more"
"""Key of the number of seeds in which an arm has more events of a sort than the reference."""

EFFECT_FIELDS = ("mean", "low", "high", "n", "bca_low", "bca_high")
"""Fields of one effect."""

RUN_COUNTERS = (
    "collisions",
    "teleports",
    "emergency_stops",
    "emergency_brakings",
    "junction_blockers",
)
"""Events that SUMO counts in a run; summed over seeds."""

SAFETY_COUNTERS = ("collisions", "emergency_stops", "emergency_brakings")
"""Events of which no run of an arm should have more than the reference's run of the seed."""

SAFETY_RATES = {
    "harsh_brakings_per_vehicle_km": "harsh_brakings",
    "low_ttc_s_per_vehicle_km": "low_ttc_s",
    "low_ttc_events_per_vehicle_km": "low_ttc_events",
    "high_drac_s_per_vehicle_km": "high_drac_s",
    "high_drac_events_per_vehicle_km": "high_drac_events",
}
"""Figure of an arm → column of `vehicles.parquet` whose sum per km of all vehicles it is.

They are compared by differences in their own unit: they may be next to 0 in the reference.
"""

ARM_MEANS = (
    "vehicles",
    "distance_km",
    "trip_time_s",
    "depart_delay_s",
    "stops_per_vehicle",
    "creep_time_s",
    *SAFETY_RATES,
    "over_ceiling_s",
    "advice_share",
    "advice_changes_per_km",
)
"""Figures of an arm that are means over seeds."""

PEOPLE_MEANS = ("delay_s", "person_trip_time_s", "person_delay_s", "wait_p95_s", "wait_p99_s")
"""The same of what results of earlier versions lack."""

LONGEST_WAITS = ("longest_wait_s", "longest_entry_wait_s")
"""Figures of an arm that are the greatest of all seeds."""

TOLD_DELAY_SHARE = 0.005
"""A difference in the wait to enter the road beyond this share of the trip time is warned of."""

ACCOUNT_VALUES = {
    "co2": ("co2_g_per_km", "g/km", 1),
    "co2e": ("co2e_g_per_km", "g/km", 1),
    "energy": ("energy_wh_per_km", "Wh/km", 1),
    "nox": ("nox_g_per_km", "g/km", 3),
    "pmx": ("pmx_g_per_km", "g/km", 5),
}
"""How the metrics of accounts begin that are told → key of the figures, unit and decimals."""

FEW_SEEDS = 8
"""With fewer pairs the Student t interval rests on the normal distribution of the differences."""


def effect_columns(columns: Iterable[str]) -> dict[str, str]:
    """Metric of each effect → column of `vehicles.parquet` whose mean per vehicle is compared.

    Args:
        columns: Of the table.
    """
    there = tuple(columns)
    people = {metric: column for metric, column in PEOPLE_COLUMNS.items() if column in there}
    accounts = {metric_of(name): name for name in there if column_parts(name) is not None}
    return TRIP_COLUMNS | people | accounts


def metric_of(column: str) -> str:
    """Metric of an account's column (`co2_hbefa4_g` → `co2_hbefa4`)."""
    return column.rpartition("_")[0]


def unit_of(column: str) -> str:
    """Unit of an account's column, as it is told (`energy_bev_wh` → `Wh`)."""
    return column.rpartition("_")[2].replace("wh", "Wh")


def per_km_place(column: str) -> tuple[str, str] | None:
    """Where the mean per km of an account stands in the figures of an arm; None: no account.

    Args:
        column: Of `vehicles.parquet`: `co2_hbefa4_g` stands under `co2_g_per_km`, `hbefa4`.
    """
    parts = column_parts(column)
    return None if parts is None else (f"{parts.start}_{parts.unit}_per_km", parts.name)


def effect_key(metric: str) -> str:
    """Key of a metric's effect in the results (`trip_time` → `trip_time_pct`)."""
    return f"{metric}_pct"


def points_key(metric: str) -> str:
    """Key of a difference between effects on a metric, in points of the reference's percent."""
    return f"{metric}_points"


def share_key(metric: str) -> str:
    """Key of the share of a saving of a metric that is kept."""
    return f"{metric}_share"


def difference_key(rate: str) -> str:
    """Key of the difference of a safety rate in the results."""
    return f"{rate}_diff"


def reference_arm(arms: Sequence[str]) -> str:
    """Arm that all others are compared with: `unadvised`, else `none`.

    Raises:
        ValueError: Neither is there.
    """
    for name in ("unadvised", "none"):
        if name in arms:
            return name
    raise ValueError("must contain 'unadvised' or 'none', to compare the others with")
