"""Single vehicles out of a folder of results: what was recorded with and without advice."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from experiments.arms import gives_advice
from experiments.report.data import focus_arm, read_summary

EXAMPLES = 3
"""Vehicles that are named where one is not known."""
TABLES = ("journeys", "crossings", "lights", "vehicles")
"""What an explanation needs."""


@dataclass(frozen=True, kw_only=True)
class Journey:
    """One vehicle in one arm; tables are in the order of time."""

    trip: Mapping[str, Any]
    """Its row of `vehicles.parquet`."""
    steps: pl.DataFrame
    """time_s, distance_m (from its insertion), speed_mps, and the accounts of each step."""
    crossings: pl.DataFrame
    """place, signal_id, link_index, edge_id, street, main, time_s, distance_m of each stop line."""
    lights: pl.DataFrame
    """signal_id, link_index, start_s, end_s, state of the links that it crossed by."""
    advice: pl.DataFrame
    """What it knew, was told and did near signals; no rows where nobody tells."""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A vehicle with advice, and beside it the same vehicle without."""

    vehicle_id: str
    scenario: str
    seed: int
    arm: str
    reference: str | None
    execution: str
    step_length_s: float
    journey: Journey
    without: Journey | None
    """None where no reference was run."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """The recorded seed of a folder of results."""

    directory: Path
    summary: Mapping[str, Any]
    seed: int
    recorded: tuple[str, ...]
    """Arms of which single vehicles were recorded."""

    @cached_property
    def advised(self) -> tuple[str, ...]:
        """Arms that give advice."""
        return tuple(filter(gives_advice, self.recorded))

    @cached_property
    def reference(self) -> str | None:
        """The arm without advice that others are compared with, if it was recorded."""
        reference: str | None = self.summary["reference"]
        return reference if reference in self.recorded else None

    def arm(self, wanted: str | None) -> str:
        """The arm that is asked for, or the one in focus.

        Raises:
            ValueError: It is not there, or gives no advice.
        """
        found = focus_arm(self.advised) if wanted is None else wanted
        if found is None:
            raise ValueError(
                f"'{self.directory}': no recorded arm gives advice, nothing to explain"
            )
        if found not in self.advised:
            why = "was not recorded" if gives_advice(found) else "gives no advice"
            known = ", ".join(self.advised) or "none"
            raise ValueError(f"'{self.directory}': arm '{found}' {why}; arms to explain: {known}")
        return found

    def table(self, name: str, arm: str, vehicle_id: str | None = None) -> pl.DataFrame:
        """Rows of an arm, and of a vehicle, in a table of the recorded seed."""
        path = self.directory / f"{name}.parquet"
        try:
            rows = pl.scan_parquet(path).filter(pl.col("arm") == arm, pl.col("seed") == self.seed)
            if vehicle_id is not None:
                rows = rows.filter(pl.col("vehicle_id") == vehicle_id)
            return rows.drop("arm", "seed").collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _damaged(path, error) from error

    def explained(self, vehicle_id: str, arm: str) -> Explained:
        """A vehicle with and without advice.

        Raises:
            ValueError: There is no such vehicle.
        """
        journey = self._journey(vehicle_id, arm)
        without = None
        if self.reference is not None:
            without = self._journey(vehicle_id, self.reference)
        return Explained(
            vehicle_id=vehicle_id,
            scenario=self.summary["scenario"],
            seed=self.seed,
            arm=arm,
            reference=self.reference,
            execution=self.summary.get("execution", ""),
            step_length_s=float(self.summary.get("step_length_s", 1.0)),
            journey=journey,
            without=without,
        )

    def _journey(self, vehicle_id: str, arm: str) -> Journey:
        trips = self.table("vehicles", arm, vehicle_id)
        if trips.is_empty():
            raise ValueError(self._unknown(vehicle_id, arm))
        crossings = self.table("crossings", arm, vehicle_id).sort("place")
        links = crossings.select("signal_id", "link_index").unique()
        lights = self.table("lights", arm)
        return Journey(
            trip=trips.row(0, named=True),
            steps=self.table("journeys", arm, vehicle_id).sort("time_s"),
            crossings=crossings,
            lights=lights.join(links, on=["signal_id", "link_index"], how="semi").sort("start_s"),
            advice=self.advice(arm, vehicle_id),
        )

    def advice(self, arm: str, vehicle_id: str | None = None) -> pl.DataFrame:
        """What vehicles of an arm were told; no rows where the arm does not tell."""
        if not (self.directory / "advice.parquet").is_file():
            return pl.DataFrame(schema={"vehicle_id": pl.String, "time_s": pl.Float64})
        rows = self.table("advice", arm, vehicle_id).sort("vehicle_id", "time_s")
        is_empty = [name for name in rows.columns if rows[name].null_count() == rows.height]
        others = [name for name in is_empty if name.startswith("note_")]
        return rows.drop(others)

    def _unknown(self, vehicle_id: str, arm: str) -> str:
        ids = self.table("vehicles", arm)["vehicle_id"].to_list()
        close = difflib.get_close_matches(vehicle_id, ids, n=EXAMPLES)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(ids[:EXAMPLES])}, …"
        return (
            f"'{self.directory}' has no vehicle '{vehicle_id}'; {hint} "
            "Without --vehicle those that are worth a look are listed"
        )


def read_records(directory: Path, seed: int | None = None) -> Records:
    """What was recorded of single vehicles.

    Args:
        directory: Folder that a run has written.
        seed: The one wanted; else the one that was recorded.

    Raises:
        ValueError: The folder holds no such records.
    """
    summary = read_summary(directory)
    for name in TABLES:
        if not (directory / f"{name}.parquet").is_file():
            raise ValueError(
                f"'{directory}' holds no {name}.parquet: single vehicles were not recorded; "
                "run the experiment again"
            )
    path = directory / "journeys.parquet"
    try:
        found = pl.scan_parquet(path).select("arm", "seed").unique(maintain_order=True).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(path, error) from error
    seeds = found["seed"].unique().to_list()
    chosen = seeds[0] if seed is None and seeds else seed
    if chosen is None or chosen not in seeds:
        told = ", ".join(map(str, seeds)) or "none"
        raise ValueError(
            f"'{directory}': single vehicles are recorded for the first seed of an experiment; "
            f"recorded: {told}, asked for: {chosen}"
        )
    recorded = found.filter(seed=chosen)["arm"].to_list()
    return Records(directory=directory, summary=summary, seed=chosen, recorded=tuple(recorded))


def _damaged(path: Path, error: Exception) -> ValueError:
    return ValueError(
        f"'{path}' cannot be read as results ({str(error).splitlines()[0]}); "
        "run the experiment again"
    )
