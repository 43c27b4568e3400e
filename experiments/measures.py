"""Names of what is measured, as they stand in the results; all readers and writers share them."""

from collections.abc import Sequence

EFFECT_COLUMNS = {
    "trip_time": "trip_time_s",
    "stops": "stops",
    "creep_time": "creep_time_s",
    "co2_own": "co2_own_g",
    "co2_hbefa4": "co2_hbefa4_g",
    "co2_hbefa4_nojump": "co2_hbefa4_nojump_g",
    "co2_phemlight5": "co2_phemlight5_g",
    "energy_bev": "energy_bev_wh",
}
"""Metric of an effect → column of `vehicles.parquet` whose mean per vehicle is compared."""

GROUPS = ("equipped", "unequipped", "main", "side")
"""Parts of the fleet whose effects are told apart."""

SEEDS_WITH_MORE = "seeds_with_more"
"""Key of the number of seeds in which an arm has more events of a sort than the reference."""

EFFECT_FIELDS = ("mean", "low", "high", "n", "bca_low", "bca_high")
"""Fields of one effect."""

CO2_ACCOUNTS = ("own", "hbefa4", "hbefa4_nojump", "phemlight5")
"""Accounts of tailpipe CO2, each from a column `co2_<account>_g`."""

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

TOLD_DELAY_SHARE = 0.005
"""A difference in the wait to enter the road beyond this share of the trip time is warned of."""

FEW_SEEDS = 8
"""With fewer pairs the Student t interval rests on the normal distribution of the differences."""


def effect_key(metric: str) -> str:
    """Key of a metric's effect in the results (`trip_time` → `trip_time_pct`)."""
    return f"{metric}_pct"


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
