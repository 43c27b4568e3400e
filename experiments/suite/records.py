"""What is kept of a finished run: hashes, counts and means, small enough to be committed."""

import hashlib
import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from emissions import column_parts
from experiments.measures import RUN_COUNTERS
from experiments.order import versions
from experiments.results import rounded
from experiments.study import Run

COUNTED = ("stops", "harsh_brakings", "low_ttc_events", "high_drac_events", "advice_changes")
"""Columns of `vehicles.parquet` with whole numbers, whose sums are compared."""
AVERAGED = (
    *("trip_time_s", "depart_delay_s", "duration_s", "distance_m", "creep_time_s"),
    *("low_ttc_s", "high_drac_s", "over_ceiling_s", "advised_s", "stops"),
)
"""Columns whose means per vehicle are compared, beside all accounts."""
NAMES = ("arm", "seed")
"""Columns that say whose run it is, and nothing of what happened in it."""
NOT_HASHED = (
    *NAMES,
    *("delay_s", "persons", "person_time_s", "person_delay_s"),
    *("longest_wait_s", "longest_wait_signal"),
)
"""Also those that came after references were kept: they follow from the same drives as the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is kept of a finished run."""

    case: str
    arm: str
    seed: int
    vehicles_sha256: str
    """Of all values of its table of vehicles, to the last bit."""
    counts: dict[str, int]
    """Vehicles, arrivals, events, and vehicle-steps by reason of advice."""
    means: dict[str, float]
    """Means per vehicle, by column of the table."""

    @property
    def key(self) -> tuple[str, str, int]:
        """Which run it is."""
        return self.case, self.arm, self.seed


def record_of(case: str, run: Run) -> Record:
    """What is kept of a run.

    Args:
        case: Name of the case.
        run: Finished.

    Raises:
        ValueError: No vehicle drove in it.
    """
    table = run.vehicles
    if not table.height:
        raise ValueError(f"{case}: no vehicle departs in the time window")
    accounts = [name for name in table.columns if column_parts(name) is not None]
    reasons: Mapping[str, int] = run.counters.get("advice_reasons", {})
    counts = {
        "vehicles": table.height,
        "arrived": int(table["finished"].sum()),
        **{name: int(table[name].sum()) for name in COUNTED},
        **{name: int(run.counters.get(name, 0)) for name in RUN_COUNTERS},
        **{f"reason.{name}": int(steps) for name, steps in sorted(reasons.items())},
    }
    means = {
        name: float(table[name].sum()) / table.height
        for name in (*AVERAGED, *accounts)
        if table[name].null_count() < table.height
    }
    return Record(
        case=case, arm=run.arm, seed=run.seed, vehicles_sha256=table_sha256(table),
        counts=counts,
        # SUMO's own device does not tell for how long it advises: NaN.
        means=rounded({name: mean for name, mean in means.items() if math.isfinite(mean)}),
    )  # fmt: skip


def table_sha256(table: pl.DataFrame) -> str:
    """Hash of names, types and values of a table, whatever file it was read from."""
    digest = hashlib.sha256()
    for column in table.drop(NOT_HASHED, strict=False):
        digest.update(f"{column.name} {column.dtype} {len(column)}\n".encode())
        digest.update(column.is_null().to_numpy().tobytes())
        if column.dtype == pl.String:
            # A length before each text: no two columns share their bytes.
            for text in column.fill_null("").to_list():
                digest.update(f"{len(text)} {text}".encode())
        else:
            kind = np.dtype("<f8") if column.dtype.is_float() else np.dtype("<i8")
            values = column.cast(pl.Float64 if column.dtype.is_float() else pl.Int64)
            digest.update(values.fill_null(0).to_numpy().astype(kind).tobytes())
    return digest.hexdigest()


def arithmetic() -> dict[str, str]:
    """What floating point depends on: where all of it is equal, results are equal to the bit."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()),
        "vector_instructions": " ".join(found),
        **{name: versions()[name] for name in ("numpy", "polars")},
    }


def made_on() -> dict[str, dict[str, str]]:
    """Versions and machine that results were made with."""
    return {
        "versions": {"python": platform.python_version()} | versions(),
        "arithmetic": arithmetic(),
    }
