"""What a folder of results holds, read and checked for the report."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from experiments.arms import gives_advice, split_arm
from experiments.report.heeding import Heeding, heeding
from experiments.summary import SCHEMA_VERSION

UNADVISED_ARMS = ("none", "unadvised")
"""Arms in which nobody is advised, and the scenario's own programs run the signals."""

_VEHICLE_COLUMNS = (
    "arm seed vehicle_id equipped road depart_delay_s trip_time_s co2_own_g stops "
    "creep_time_s".split()
)
_WAIT_COLUMNS = "arm seed road longest_wait_s".split()
_ROAD_COLUMNS = "arm seed edge_id co2_hbefa4_g co2_phemlight5_g".split()
_TRAJECTORY_COLUMNS = (
    "arm seed direction vehicle_id equipped advised time_s position_m speed_mps".split()
)
_SIGNAL_COLUMNS = "arm seed direction signal_id position_m start_s end_s state".split()
_ADVICE_COLUMNS = (
    "arm seed vehicle_id time_s signal_id reason speed_mps advised_mps shown_mps "
    "link_index likely_start_1_s likely_end_1_s".split()
)
_LIGHT_COLUMNS = "arm seed signal_id link_index start_s end_s state".split()
_PROMISE_COLUMNS = "arm seed signal_id announced_s promised_s happened_s is_kept".split()
_CROSSING_COLUMNS = "arm seed vehicle_id place signal_id edge_id street main time_s".split()
_LEADING = {"committed": 0, "optimized": 1}
"""Ways to control signals that pictures are about before all others."""
_SUMMARY_KEYS = "scenario reference seeds arms effects".split()


@dataclass(frozen=True, kw_only=True)
class Results:
    """The contents of a results folder; what is optional there may be empty here."""

    summary: dict[str, Any]
    manifest: dict[str, Any]
    """Empty where the folder has none."""
    network: dict[str, Any]
    """Edges, signals and main road; empty where the folder has none."""
    arms: tuple[str, ...]
    """In the order of the experiment."""
    vehicles: pl.DataFrame
    """Reference and focus only, seeds that count; so with the roads."""
    waits: pl.DataFrame
    """Longest wait of each vehicle at one signal: all arms, seeds that count; empty where it is not
    told."""
    roads: pl.DataFrame
    """No rows where the folder has none; so with the next ones."""
    trajectories: pl.DataFrame
    """The arms of `along` only, first seed, while on the main road."""
    signals: pl.DataFrame
    """Of the same; what stop lines of the main road showed."""
    lights: pl.DataFrame
    """What each link of each signal showed: all arms, first seed."""
    crossings: pl.DataFrame
    """When vehicles crossed stop lines: reference and focus only, first seed."""
    promises: pl.DataFrame
    """Switches that controlled signals announced, and what came: all arms, first seed."""
    advice: pl.DataFrame
    """What equipped vehicles near signals were told: all arms that tell, first seed."""
    asked_for: str | None = None
    """The arm that the reader asked to be told of; None: the one of `focus_arm`."""

    @cached_property
    def unfinished(self) -> list[str]:
        """Arms that were asked for, and of which no run was finished."""
        return [arm for arm in self.summary["failed_runs"] if arm not in self.arms]

    @cached_property
    def is_compared(self) -> bool:
        """Whether an arm without advice was run, to compare with."""
        return self.summary["reference"] is not None

    @cached_property
    def reference(self) -> str:
        """The arm that all others are compared with; the first where nothing is compared."""
        return str(self.summary["reference"]) if self.is_compared else self.arms[0]

    @cached_property
    def advised(self) -> tuple[str, ...]:
        """All arms that give advice, in order."""
        return tuple(filter(gives_advice, self.arms))

    @cached_property
    def treated(self) -> tuple[str, ...]:
        """All arms in which something is done: advice is given, or signals are run otherwise."""
        return treated_arms(self.arms)

    @cached_property
    def focus(self) -> str | None:
        """The treated arm that the pictures are about; None where nothing is compared."""
        return self.asked_for or focus_arm(self.treated) if self.is_compared else None

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The arms that stand side by side in pictures: the reference, and the one in focus."""
        return (self.reference,) if self.focus is None else (self.reference, self.focus)

    @cached_property
    def along(self) -> tuple[str, ...]:
        """The arms whose ways along the main road are told, as of `along_arms`."""
        focus = self.asked_for or focus_arm(self.treated)
        return along_arms(self.arms, self.reference, focus)

    @cached_property
    def other_plan(self) -> str | None:
        """The arm whose signals are drawn below the own plan's; None: all run the own plan."""
        return next((arm for arm in self.along if split_arm(arm)[0]), None)

    @cached_property
    def execution(self) -> str:
        """Who drives: "driver" or "automated"."""
        return str(self.summary.get("execution", "driver"))

    @cached_property
    def heeding(self) -> Heeding | None:
        """What became of advice in the recorded seed; None where no arm tells."""
        return None if self.advice.is_empty() else heeding(self.advice, self.execution)

    @cached_property
    def n_seeds(self) -> int:
        """How many seeds were run."""
        return len(self.summary["seeds"])


def treated_arms(arms: Iterable[str]) -> tuple[str, ...]:
    """Those of some arms in which advice is given, or signals are run otherwise."""
    return tuple(arm for arm in arms if arm not in UNADVISED_ARMS)


def focus_arm(arms: tuple[str, ...]) -> str | None:
    """The planner where it was run, else our GLOSA, else the first that advises, else the first.

    None without any.
    """
    advised = tuple(filter(gives_advice, arms))
    return next((arm for arm in ("eco", "glosa", *advised, *arms) if arm in arms), None)


def along_arms(arms: tuple[str, ...], reference: str, focus: str | None) -> tuple[str, ...]:
    """Reference and focus, and the leading control of signals without and with advice.

    Of several ways to control signals the one in focus leads, then our own: `committed`, then
    `optimized`.
    """
    treated = treated_arms(arms)
    levels = list(dict.fromkeys(filter(None, (split_arm(arm)[0] for arm in treated))))
    own = "" if focus is None else split_arm(focus)[0]
    levels.sort(
        key=lambda level: (level != own, _LEADING.get(level.partition(":")[0], len(_LEADING)))
    )
    found = [reference, focus]
    for level in levels[:1]:
        found += [arm for arm in treated if arm == level]
        found.append(focus_arm(tuple(a for a in treated if a.startswith(f"{level}+"))))
    return tuple(dict.fromkeys(arm for arm in found if arm is not None))


def read_results(directory: Path, asked_for: str | None = None) -> Results:
    """Read the folder that a run has written.

    Args:
        directory: The folder.
        asked_for: The arm that the reader asks to be told of; None: the one of `focus_arm`.

    Raises:
        ValueError: The folder is missing, is no folder of results, or a file in it is damaged; or
            it has no such arm to tell of.
    """
    summary = read_summary(directory)
    arms = _arms_in_order(directory / "runs.csv", summary)
    treated = treated_arms(arms) if summary["reference"] is not None else ()
    if asked_for is not None and asked_for not in treated:
        known = ", ".join(treated) or "none, as nothing is compared"
        raise ValueError(f"'{directory}': no arm '{asked_for}' to tell of; there are: {known}")
    focus = asked_for or focus_arm(treated_arms(arms))
    reference = summary["reference"] or arms[0]
    shown = (reference,) if focus is None else (reference, focus)
    along = along_arms(arms, reference, focus)
    return Results(
        asked_for=asked_for,
        summary=summary,
        manifest=read_json(directory / "manifest.json", optional=True),
        network=read_json(directory / "network.json", optional=True),
        arms=arms,
        vehicles=_of_seeds(
            _read_table(directory / "vehicles.parquet", _VEHICLE_COLUMNS, shown), summary
        ),
        waits=_of_seeds(_read_waits(directory / "vehicles.parquet", arms), summary),
        roads=_of_seeds(_read_table(directory / "roads.parquet", _ROAD_COLUMNS, shown), summary),
        trajectories=_read_table(directory / "trajectories.parquet", _TRAJECTORY_COLUMNS, along),
        signals=_read_table(directory / "signals.parquet", _SIGNAL_COLUMNS, along),
        lights=_read_table(directory / "lights.parquet", _LIGHT_COLUMNS, arms),
        crossings=_read_table(directory / "crossings.parquet", _CROSSING_COLUMNS, shown),
        promises=_read_table(directory / "promises.parquet", _PROMISE_COLUMNS, arms),
        advice=_read_table(directory / "advice.parquet", _ADVICE_COLUMNS, arms),
    )


def read_summary(directory: Path) -> dict[str, Any]:
    """The summary in a folder that a run has written.

    Raises:
        ValueError: The folder is missing or is no folder of results, or the summary is damaged.
    """
    if not directory.is_dir():
        raise ValueError(
            f"there is no folder '{directory}'; give the folder that a run has written (--out)"
        )
    if (directory / "sweep.json").is_file():
        raise ValueError(
            f"'{directory}' holds a sweep, whose runs record no single vehicles; "
            "give the folder of a run ('ecocorridor run ... --out')"
        )
    for name in ("summary.json", "runs.csv", "vehicles.parquet"):
        if not (directory / name).is_file():
            raise ValueError(
                f"'{directory}' is not a folder of finished results: it holds no {name}; "
                "give the folder that a run has written (--out)"
            )
    summary = read_json(directory / "summary.json")
    _check_summary(summary, directory / "summary.json")
    return summary


def read_manifest(directory: Path) -> dict[str, Any]:
    """What was asked and run, as written beside the results; empty where it is missing."""
    return read_json(directory / "manifest.json", optional=True)


def read_json(path: Path, *, optional: bool = False) -> dict[str, Any]:
    """A JSON object in a folder of results; empty where an optional file is not there.

    Raises:
        ValueError: The file is damaged, or holds something else.
    """
    if optional and not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"'{path}' is damaged: {error}; run the experiment again") from error
    if not isinstance(content, dict):
        raise ValueError(f"'{path}' must hold a JSON object, got {type(content).__name__}")
    return content


def _check_summary(summary: dict[str, Any], path: Path) -> None:
    missing = [key for key in _SUMMARY_KEYS if key not in summary]
    if missing:
        raise ValueError(
            f"'{path}' was not written by a run of this program: it lacks {', '.join(missing)}"
        )
    version = summary.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise ValueError(
            f"'{path}' has schema_version {version}, this program reads {SCHEMA_VERSION}; "
            "run the experiment again"
        )
    if not summary["arms"]:
        raise ValueError(f"'{path}' holds no arm at all; run the experiment again")
    if summary["reference"] not in (None, *summary["arms"]):
        raise ValueError(
            f"'{path}' names '{summary['reference']}' as reference, but its arms are "
            f"{', '.join(summary['arms'])}"
        )


def _arms_in_order(path: Path, summary: dict[str, Any]) -> tuple[str, ...]:
    """Arms in the order of the runs; a JSON object with sorted keys has lost it."""
    try:
        runs = pl.read_csv(path, columns=["arm"], schema_overrides={"arm": pl.String})
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(f"'{path}' is damaged: {error}; run the experiment again") from error
    listed = [arm for arm in runs["arm"].unique(maintain_order=True) if arm in summary["arms"]]
    return tuple(listed + [arm for arm in summary["arms"] if arm not in listed])


def _read_table(path: Path, columns: list[str], arms: tuple[str, ...]) -> pl.DataFrame:
    """The named columns of the rows of the named arms; empty where there is no such file."""
    if not path.is_file():
        return pl.DataFrame(schema=columns)
    try:
        table = pl.scan_parquet(path).select(columns)
        return table.filter(pl.col("arm").is_in(list(arms))).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(
            f"'{path}' cannot be read as results ({str(error).splitlines()[0]}); "
            "run the experiment again"
        ) from error


def _read_waits(path: Path, arms: tuple[str, ...]) -> pl.DataFrame:
    """Waits of vehicles; empty where results of an earlier version have none."""
    there = pl.read_parquet_schema(path)
    if not set(_WAIT_COLUMNS) <= set(there):
        return pl.DataFrame(schema=_WAIT_COLUMNS)
    return _read_table(path, _WAIT_COLUMNS, arms)


def _of_seeds(table: pl.DataFrame, summary: dict[str, Any]) -> pl.DataFrame:
    """Without the seeds that are not finished in all arms, as in the summary."""
    return table if table.is_empty() else table.filter(pl.col("seed").is_in(summary["seeds"]))
