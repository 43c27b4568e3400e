"""People on foot: how long each waits at crossings with signals, and for a ride.

SUMO records where each person is; a scenario without persons has none of this.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

PEOPLE_FILE = "people.parquet"
"""Where SUMO writes where persons are."""
STANDING_MPS = 0.2
"""Slower on foot is standing."""
WALKING_AREA = r"_w\d+$"
"""Ends the name of a walking area; before it stands that of its junction."""
COLUMNS = {
    "timestep_time": "time_s",
    "person_id": "person_id",
    "person_edge": "edge_id",
    "person_speed": "speed_mps",
}
WAIT_SCHEMA = {
    "person_id": pl.String,
    "signal_id": pl.String,
    "time_s": pl.Float64,
    "wait_s": pl.Float64,
}
TRIP_SCHEMA = {
    "person_id": pl.String,
    "depart_s": pl.Float64,
    "trip_time_s": pl.Float64,
    "walk_s": pl.Float64,
    "walk_lost_s": pl.Float64,
    "ride_wait_s": pl.Float64,
    "finished": pl.Boolean,
}


def person_rows(tripinfo: Path, people: Path, signals: Mapping[str, str]) -> pl.DataFrame:
    """One row per person of a run.

    Args:
        tripinfo: SUMO's, with persons.
        people: As of `PEOPLE_FILE`.
        signals: Crossing (its edge) → signal that controls it.

    Returns:
        person_id, depart_s, trip_time_s (null: not arrived), walk_s (until the end of the run at
        the most), walk_lost_s (as SUMO has it: against walking on), ride_wait_s, finished,
        crossings (with signals), longest_wait_s and longest_wait_signal (null: never waited).
    """
    waits = crossing_waits(people, signals)
    at = pl.col("wait_s").arg_max()
    longest = waits.group_by("person_id", maintain_order=True).agg(
        crossings=pl.len().cast(pl.Int64),
        longest_wait_s=pl.col("wait_s").max(),
        longest_wait_signal=pl.when(pl.col("wait_s").max() > 0.0).then(pl.col("signal_id").get(at)),
    )
    return (
        _trips(tripinfo)
        .join(longest, on="person_id", how="left", maintain_order="left")
        .with_columns(pl.col("crossings").fill_null(0), pl.col("longest_wait_s").fill_null(0.0))
        .sort("person_id")
    )


def crossing_waits(people: Path, signals: Mapping[str, str]) -> pl.DataFrame:
    """The wait of each person at each crossing with a signal.

    It lasts from the first step in which the person stands on the walking area before the crossing
    until the first step on it. Who stands there when the run ends has waited until then.

    Args:
        people: As of `PEOPLE_FILE`.
        signals: Crossing (its edge) → signal.

    Returns:
        person_id, signal_id, time_s (of the first step on the crossing, or of the end), wait_s.
    """
    if not people.is_file() or not pl.read_parquet_schema(people):
        return pl.DataFrame(schema=WAIT_SCHEMA)
    steps = (
        pl.read_parquet(people, columns=list(COLUMNS))
        .rename(COLUMNS)
        .filter(pl.col("person_id").is_not_null())
        .sort("person_id", maintain_order=True)
    )
    person, edge = pl.col("person_id"), pl.col("edge_id")
    is_new = (person != person.shift(1)) | edge.ne_missing(edge.shift(1))
    places = (
        steps.with_columns(place=is_new.fill_null(value=True).cum_sum())
        .group_by("place", maintain_order=True)
        .agg(
            pl.col("person_id", "edge_id", "time_s").first(),
            until_s=pl.col("time_s").last(),
            since_s=pl.col("time_s").filter(pl.col("speed_mps") < STANDING_MPS).first(),
        )
    )
    since = pl.col("since_s")
    crossed = _at_signals(places.with_columns(since.shift(1).over("person_id")), signals)
    # Whose last row is that of the last step of all has not arrived.
    last = places.filter(person != person.shift(-1).fill_null("")).filter(
        pl.col("until_s") == steps["time_s"].max()
    )
    areas = {crossing.rpartition("_c")[0]: signal for crossing, signal in signals.items()}
    waiting = last.filter(edge.str.contains(WALKING_AREA)).with_columns(
        edge.str.replace(WALKING_AREA, ""), time_s="until_s"
    )
    return pl.concat([crossed, _at_signals(waiting, areas)]).sort("person_id", "time_s")


def _at_signals(places: pl.DataFrame, signals: Mapping[str, str]) -> pl.DataFrame:
    known = pl.DataFrame(
        {"edge_id": list(signals), "signal_id": list(signals.values())},
        schema={"edge_id": pl.String, "signal_id": pl.String},
    )
    return places.join(known, on="edge_id", maintain_order="left").select(
        "person_id",
        "signal_id",
        "time_s",
        wait_s=(pl.col("time_s") - pl.col("since_s")).fill_null(0.0),
    )


def _trips(tripinfo: Path) -> pl.DataFrame:
    """What SUMO tells of each person; sums of the stages that have ended."""
    rows = []
    for _, element in ET.iterparse(tripinfo):
        if element.tag == "personinfo":
            rows.append(_trip(element))
        if element.tag in ("personinfo", "tripinfo"):
            element.clear()
    return pl.DataFrame(rows, schema=TRIP_SCHEMA, orient="row")


def _trip(person: ET.Element) -> tuple[str, float, float | None, float, float, float, bool]:
    def total(tag: str, name: str) -> float:
        told = (float(stage.get(name, "0")) for stage in person.iter(tag))
        return sum(max(value, 0.0) for value in told)

    duration_s = float(person.get("duration", "-1"))
    finished = duration_s >= 0.0
    return (
        person.get("id", ""),
        float(person.get("depart", "nan")),
        duration_s if finished else None,
        total("walk", "duration"),
        total("walk", "timeLoss"),
        total("ride", "waitingTime"),
        finished,
    )


def person_figures(persons: pl.DataFrame) -> dict[str, Any]:
    """What is told of all persons of a run; None where nobody arrived, or crossed a signal.

    Args:
        persons: As of `person_rows`.
    """
    arrived, walked = persons.filter("finished"), persons.filter(pl.col("crossings") > 0)
    waits_s = walked["longest_wait_s"].to_numpy()
    longest = walked.sort("longest_wait_s", "person_id", descending=[True, False])
    return {
        "persons": persons.height,
        "arrived": arrived.height,
        "trip_time_s": _mean(arrived["trip_time_s"]),
        "ride_wait_s": _mean(arrived["ride_wait_s"]),
        "crossings": int(walked["crossings"].sum()),
        "wait_p95_s": float(np.quantile(waits_s, 0.95)) if waits_s.size else None,
        "longest_wait_s": float(waits_s.max()) if waits_s.size else None,
        "longest_wait_person": longest["person_id"][0] if waits_s.size else None,
        "longest_wait_signal": longest["longest_wait_signal"][0] if waits_s.size else None,
    }


def _mean(values: pl.Series) -> float | None:
    return float(values.to_numpy().mean()) if values.len() else None
