"""Who waits, and how long: figures of runs and arms.

Results of earlier versions lack the columns that these come of, and have no such figures.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from experiments.measures import LONGEST_WAITS, PEOPLE_MEANS

LONGEST_AT = "longest_wait_at"
"""Key of who waited longest in an arm: seed, vehicle or person, and signal."""


def run_figures(vehicles: pl.DataFrame) -> dict[str, float]:
    """Delays and waits of a run; nothing where its table of vehicles tells none.

    Args:
        vehicles: Table of the run.
    """
    if "longest_wait_s" not in vehicles.columns or vehicles.is_empty():
        return {}
    total = {
        name: float(vehicles[name].sum())
        for name in ("delay_s", "persons", "person_time_s", "person_delay_s")
    }
    waits_s = vehicles["longest_wait_s"].to_numpy()
    return {
        "delay_s": total["delay_s"] / vehicles.height,
        "person_trip_time_s": total["person_time_s"] / total["persons"],
        "person_delay_s": total["person_delay_s"] / total["persons"],
        "wait_p95_s": float(np.quantile(waits_s, 0.95)),
        "wait_p99_s": float(np.quantile(waits_s, 0.99)),
        "longest_wait_s": float(waits_s.max()),
        "longest_entry_wait_s": float(vehicles["depart_delay_s"].to_numpy().max()),
    }


def arm_figures(
    figures: Sequence[Mapping[str, float]], vehicles: Mapping[int, pl.DataFrame]
) -> dict[str, Any]:
    """The same of an arm: means over seeds, greatest waits of all seeds, and who had the longest.

    Args:
        figures: Of each run.
        vehicles: Table of each run, by seed.
    """
    if not figures or not all("longest_wait_s" in each for each in figures):
        return {}
    return {
        **{name: float(np.mean([each[name] for each in figures])) for name in PEOPLE_MEANS},
        **{name: max(each[name] for each in figures) for name in LONGEST_WAITS},
        LONGEST_AT: _longest_at(vehicles),
    }


def _longest_at(vehicles: Mapping[int, pl.DataFrame]) -> dict[str, Any] | None:
    """Who waited longest at a signal; the first of several. None: nobody waited."""
    longest = [
        (
            seed,
            table.sort("longest_wait_s", "vehicle_id", descending=[True, False]).row(0, named=True),
        )
        for seed, table in vehicles.items()
    ]
    seed, row = max(longest, key=lambda each: (each[1]["longest_wait_s"], -each[0]))
    if not row["longest_wait_s"] > 0.0:
        return None
    return {
        "seed": seed,
        "vehicle_id": row["vehicle_id"],
        "signal_id": row["longest_wait_signal"],
    }
