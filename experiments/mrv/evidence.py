"""What a folder of results holds as evidence: means per run of both arms, and what is complete."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from emissions import column_parts
from experiments.arms import gives_advice
from experiments.mrv.conditions import advised_arms, claim_obstacles
from experiments.mrv.fleet_shares import FleetShare, fleet_shares
from experiments.mrv.uncertainty import Saving, saving
from experiments.report.data import focus_arm, read_json, read_summary
from experiments.sequential import sequential_of
from experiments.statistics import CONFIDENCE, Effect, FloatArray, paired_difference

BASELINE = "unadvised"
"""The arm that a claim is made against: the same vehicles without advice."""

GROUPS: Mapping[str, pl.Expr] = {
    "all": pl.lit(value=True),
    "equipped": pl.col("equipped"),
    "unequipped": ~pl.col("equipped"),
    "main": pl.col("road") == "main",
    "side": pl.col("road") == "side",
}
"""Parts of the traffic that are told apart."""

_QUANTITIES = ("co2", "co2e", "energy", "nox", "pmx")
"""How the columns of the accounts begin that are told."""
_FURTHER = ("depart_delay_s", "trip_time_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that was simulated."""

    begin_s: float
    end_s: float
    is_stated: bool
    """Whether the run stated both ends; else the departures tell."""

    @property
    def hours(self) -> float:
        """Its length."""
        return (self.end_s - self.begin_s) / 3600.0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Both arms of a folder of results."""

    summary: Mapping[str, Any]
    manifest: Mapping[str, Any]
    arm: str
    """The project; the baseline is always `unadvised`."""
    means: pl.DataFrame
    """Per arm, group and seed: mean per vehicle of each account, and number of vehicles `n`."""
    completeness: Mapping[str, tuple[int, int]]
    """Account → rows that have a figure, all rows."""
    n_unfinished: Mapping[str, int]
    """Arm → vehicles that did not arrive, all seeds together."""
    window: Window
    n_signals: int
    fleet: tuple[FleetShare, ...]
    """Shares of carriers, of a run with a fleet."""

    @cached_property
    def obstacles(self) -> tuple[str, ...]:
        """Why nothing can be claimed from these runs, whatever they show."""
        return claim_obstacles(self.summary, self.manifest, (BASELINE, self.arm))

    @cached_property
    def n_advised(self) -> int:
        """Kinds of advice that were run, the project among them."""
        return len(advised_arms(self.summary, self.manifest))

    @cached_property
    def tailpipe(self) -> tuple[str, ...]:
        """Columns of tailpipe CO2 accounts, as they stand in the results."""
        return self._of("co2")

    @cached_property
    def electricity(self) -> tuple[str, ...]:
        """Columns of the accounts in Wh."""
        return self._of("energy")

    @cached_property
    def well_to_wheel(self) -> tuple[str, ...]:
        """Columns in CO2 equivalents from well to wheel, of fuel and electricity together."""
        return self._of("co2e")

    @cached_property
    def pollutants(self) -> tuple[str, ...]:
        """Columns of NOx and particles; often none."""
        return self._of("nox") + self._of("pmx")

    @cached_property
    def n_vehicles(self) -> float:
        """Vehicles per run."""
        return float(self.pairs("n")[0].mean())

    @cached_property
    def n_seeds(self) -> int:
        """Pairs of runs that count."""
        return len(self.summary["seeds"])

    @cached_property
    def confidence(self) -> float:
        """Probability that intervals are made for: it allows for how seeds were added."""
        looked = sequential_of(self.summary)
        return CONFIDENCE if looked is None else looked.confidence

    def pairs(self, column: str, group: str = "all") -> tuple[FloatArray, FloatArray]:
        """(seeds,) mean of a column per run: of the baseline, and of the project."""
        rows = self.means.filter(pl.col("group") == group)
        before, after = (
            rows.filter(pl.col("arm") == arm).sort("seed")[column].cast(pl.Float64).to_numpy()
            for arm in (BASELINE, self.arm)
        )
        return before, after

    def saving(
        self, account: str, group: str = "all", *, waiting_per_s: float = 0.0
    ) -> Saving | None:
        """What the project saves per vehicle of a group; None where it cannot be told.

        Args:
            account: Column of the results.
            group: Of `GROUPS`.
            waiting_per_s: What a second of waiting to enter the road is charged with.
        """
        runs = zip(self.pairs(account, group), self.pairs("depart_delay_s", group), strict=True)
        before, after = (emitted + waiting_per_s * delay_s for emitted, delay_s in runs)
        found = saving(account, before, after, confidence=self.confidence)
        if found is None:
            return None
        return replace(found, n_arms=self.n_advised, is_claimable=not self.obstacles)

    def increase(self, column: str) -> Effect | None:
        """What the project adds to a column's mean."""
        return paired_difference(*self.pairs(column), confidence=self.confidence)

    def _of(self, quantity: str) -> tuple[str, ...]:
        return tuple(name for name in self.completeness if name.startswith(f"{quantity}_"))


def read_evidence(directory: Path, arm: str | None = None) -> Evidence:
    """Read what a claim rests on out of a folder of finished results.

    Args:
        directory: As a run has written it.
        arm: The project; not given: `eco` where it was run, as in the report.

    Raises:
        ValueError: The folder is missing or damaged, holds no baseline `unadvised`, or the arm is
            not there or was not compared.
    """
    summary = read_summary(directory)
    project = _project(summary, arm)
    manifest = read_json(directory / "manifest.json", optional=True)
    network = read_json(directory / "network.json", optional=True)
    vehicles = _vehicles(directory / "vehicles.parquet", summary, (BASELINE, project))
    # What nobody used, such as electricity of a fleet without batteries, is no account of the run.
    accounts = [name for name in _accounts(vehicles) if (vehicles[name] != 0.0).any()]
    return Evidence(
        summary=summary,
        manifest=manifest,
        arm=project,
        means=_means(vehicles, [*accounts, *_FURTHER]),
        completeness={
            name: (int(vehicles[name].is_finite().sum()), vehicles.height) for name in accounts
        },
        n_unfinished={
            each: vehicles.filter(pl.col("arm") == each, ~pl.col("finished")).height
            for each in (BASELINE, project)
        },
        window=_window(manifest, vehicles),
        n_signals=len(network.get("signals") or []),
        fleet=fleet_shares(vehicles, manifest),
    )


def _project(summary: Mapping[str, Any], arm: str | None) -> str:
    if summary["reference"] != BASELINE:
        raise ValueError(
            f"an MRV report needs the arm '{BASELINE}' as baseline (the same vehicles without "
            f"advice), the results have {', '.join(summary['arms'])}; run again with "
            f"--arms {BASELINE},eco"
        )
    advised = tuple(filter(gives_advice, summary["arms"]))
    chosen = arm or focus_arm(advised)
    if chosen is None or chosen not in advised:
        got = f"'{chosen}' is not among them" if chosen else "none was run"
        raise ValueError(f"--arm: should be an advised arm ({', '.join(advised)}): {got}")
    if chosen not in summary["effects"]:
        why = [text for text in summary.get("warnings") or [] if text.startswith(f"{chosen},")]
        raise ValueError(f"'{chosen}' was not compared with the baseline: {'; '.join(why)}")
    return chosen


def _vehicles(path: Path, summary: Mapping[str, Any], arms: tuple[str, str]) -> pl.DataFrame:
    try:
        table = (
            pl.scan_parquet(path)
            .filter(pl.col("arm").is_in(arms), pl.col("seed").is_in(summary["seeds"]))
            .collect()
        )
        # A figure that is missing must not pass for a mean of the others.
        accounts = _accounts(table)
        table = table.with_columns(pl.col(accounts).cast(pl.Float64).fill_null(float("nan")))
        return table.with_columns(pl.col("equipped", "finished"), pl.col("road", *_FURTHER))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(
            f"'{path}' cannot be read as results ({str(error).splitlines()[0]}); "
            "run the experiment again"
        ) from error


def _means(vehicles: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    parts = [
        vehicles.filter(members)
        .group_by("arm", "seed")
        .agg(pl.len().alias("n"), pl.col(columns).mean())
        .with_columns(group=pl.lit(group))
        for group, members in GROUPS.items()
    ]
    return pl.concat(parts)


def _window(manifest: Mapping[str, Any], vehicles: pl.DataFrame) -> Window:
    """The window that the run stated; where it is open, the departures end it."""
    stated = manifest.get("scenario") or {}
    begin_s, end_s = stated.get("begin_s"), stated.get("end_s")
    is_stated = begin_s is not None and end_s is not None
    departs_s = vehicles["depart_s"].to_numpy()
    begin_s = float(departs_s.min() if begin_s is None else begin_s)
    end_s = float(departs_s.max() if end_s is None else end_s)
    if not end_s > begin_s:
        raise ValueError(f"the results cover no time: from {begin_s:g} s to {end_s:g} s")
    return Window(begin_s=begin_s, end_s=end_s, is_stated=is_stated)


def _accounts(vehicles: pl.DataFrame) -> list[str]:
    """Columns of accounts."""
    parts = ((name, column_parts(name)) for name in vehicles.columns)
    return [name for name, part in parts if part is not None and part.start in _QUANTITIES]
