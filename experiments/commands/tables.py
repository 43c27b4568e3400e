"""Tables and sentences that the command line prints."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from experiments.commands.effect_cells import change_cell, effect_cell, star
from experiments.measures import (
    ACCOUNT_VALUES,
    GROUPS,
    SAFETY_COUNTERS,
    SEEDS_WITH_MORE,
    difference_key,
    effect_key,
)
from experiments.sequential import sequential_of
from experiments.statistics import Effect
from sumo_nets import CatalogueEntry, ScenarioDescription

ROWS = (
    ("trip_time", "trip time"),
    ("stops", "stops"),
    ("creep_time", "creeping"),
)
"""Metric and how it is called."""

PEOPLE_ROWS = (
    ("person_trip_time", "trip time per person"),
    ("delay", "delay"),
    ("person_delay", "delay per person"),
)
"""The same, where results tell it."""

WAIT_ROWS = (
    ("trip time per person, s", "person_trip_time_s", 1),
    ("delay, s", "delay_s", 1),
    ("delay per person, s", "person_delay_s", 1),
    ("wait at one signal, 95 % of vehicles, s", "wait_p95_s", 1),
    ("longest wait at one signal, s", "longest_wait_s", 0),
    ("longest wait to enter the road, s", "longest_entry_wait_s", 0),
)
"""How a figure of an arm is called, its key and decimals."""

PERSON_ROWS = (
    ("persons who walk or ride", "persons", 0),
    ("their trip time, s", "trip_time_s", 1),
    ("longest wait at a crossing, s", "longest_wait_s", 0),
)
"""The same of persons who walk or ride."""

QUANTITY_WORDS = {"co2": "CO2", "co2e": "CO2e", "energy": "energy", "nox": "NOx", "pmx": "PMx"}
"""How metrics of accounts begin, and what is said instead."""

SAFETY_ROWS = (
    ("harsh brakings per vehicle km", "harsh_brakings_per_vehicle_km"),
    ("TTC < 1.5 s, s per vehicle km", "low_ttc_s_per_vehicle_km"),
    ("DRAC > 3 m/s2, s per vehicle km", "high_drac_s_per_vehicle_km"),
)
"""How a rate of safety is called, and its key."""


def effects_table(summary: Mapping[str, Any]) -> Table:
    """Change of each metric against the reference, one column per arm."""
    arms = summary["effects"]
    looked = sequential_of(summary)
    n_seeds = len(summary["seeds"])
    table = Table(
        title=f"{summary['scenario']}: change against {summary['reference']}, in %, "
        f"95 % interval over {n_seeds} seed{'s' if n_seeds != 1 else ''}",
        title_justify="left",
        caption="* interval contains 0: no effect shown"
        + ("" if looked is None else f"\n{looked.words}"),
        caption_justify="left",
    )
    table.add_column("")
    for arm in arms:
        table.add_column(arm, justify="right")
    told = [row for row in PEOPLE_ROWS if any(effect_key(row[0]) in each for each in arms.values())]
    for metric, name in (ROWS[0], *told, *ROWS[1:], *_account_rows(summary)):
        table.add_row(name, *(change_cell(each.get(effect_key(metric))) for each in arms.values()))
    for group in GROUPS:
        for metric, name in (("trip_time", "trip time"), ("co2_own", "CO2 own")):
            found = [effects[group][effect_key(metric)] for effects in arms.values()]
            if any(found):
                table.add_row(f"{name}, {group}", *map(change_cell, found))
    return table


def metric_words(metric: str) -> str:
    """What a metric is called in a table."""
    named = dict((*ROWS, *PEOPLE_ROWS))
    start, _, account = metric.partition("_")
    return named.get(metric) or f"{QUANTITY_WORDS[start]} {account}"


def arms_table(summary: Mapping[str, Any]) -> Table:
    """Figures of each arm, and what became of safety."""
    caption = "in brackets the difference to the reference; * its interval contains 0"
    table = Table(
        title="Arms",
        title_justify="left",
        caption=caption if summary["effects"] else None,
        caption_justify="left",
    )
    arms: Mapping[str, Any] = summary["arms"]
    table.add_column("")
    for arm in arms:
        table.add_column(arm, justify="right")
    rows = (
        ("vehicles", "vehicles", 0),
        ("trip time, s", "trip_time_s", 1),
        ("stops per vehicle", "stops_per_vehicle", 2),
        ("share of time with advice", "advice_share", 2),
        ("changes of advice per km", "advice_changes_per_km", 2),
        ("teleports", "teleports", 0),
    )
    for name, key, digits in rows:
        table.add_row(name, *(_number(figures[key], digits) for figures in arms.values()))
    for name, key, digits in WAIT_ROWS:
        if any(key in figures for figures in arms.values()):
            table.add_row(name, *(_number(each.get(key), digits) for each in arms.values()))
    persons: Mapping[str, Any] = summary.get("persons", {})
    for name, key, digits in PERSON_ROWS if persons else ():
        table.add_row(name, *(_number(persons[arm][key], digits) for arm in arms))
    for name, rate in SAFETY_ROWS:
        table.add_row(name, *(_rate(summary, arm, rate) for arm in arms))
    for counter in SAFETY_COUNTERS:
        table.add_row(counter.replace("_", " "), *(_counter(summary, arm, counter) for arm in arms))
    for start, (key, unit, digits) in ACCOUNT_VALUES.items():
        for name in _accounts_of(summary, key):
            found = (figures[key][name] for figures in arms.values())
            word = QUANTITY_WORDS[start]
            table.add_row(f"{word} {name}, {unit}", *(_number(value, digits) for value in found))
    return table


def _account_rows(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Metric of each account, and how it is called."""
    for start, (key, *_) in ACCOUNT_VALUES.items():
        metrics = [f"{start}_{name}" for name in _accounts_of(summary, key)]
        yield from ((metric, metric_words(metric)) for metric in metrics)


def _accounts_of(summary: Mapping[str, Any], key: str) -> list[str]:
    """Accounts of a quantity in which anything was used or emitted."""
    figures: Mapping[str, Any] = next(iter(summary["arms"].values()), {})
    return [name for name, value in figures.get(key, {}).items() if value]


def _rate(summary: Mapping[str, Any], arm: str, rate: str) -> str:
    value = _number(summary["arms"][arm][rate], 3)
    entry = summary["effects"].get(arm, {}).get(difference_key(rate))
    if entry is None:
        return value
    effect = Effect(**entry)
    return f"{value} ({effect_cell(effect, '+.3f', star(effect))})"


def _counter(summary: Mapping[str, Any], arm: str, counter: str) -> str:
    value = _number(summary["arms"][arm][counter], 0)
    n_more = summary["effects"].get(arm, {}).get(SEEDS_WITH_MORE, {}).get(counter, 0)
    return f"{value} (more in {n_more} of {len(summary['seeds'])} seeds)" if n_more else value


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def catalogue_table(entries: tuple[CatalogueEntry, ...]) -> Table:
    """Names that can be run."""
    table = Table("name", "what", "available")
    for entry in entries:
        table.add_row(entry.name, entry.description, "yes" if entry.available else entry.hint)
    return table


def signals_table(description: ScenarioDescription) -> Table:
    """Signals of a scenario."""
    table = Table("signal", "control", "cycle, s", "links", "crossings", "programs")
    for signal in description.signals:
        programs = ", ".join(signal.program_ids) + (" (switched)" if signal.is_switched else "")
        table.add_row(
            signal.id,
            signal.control,
            f"{signal.cycle_s:g}",
            str(signal.n_vehicle_links),
            str(signal.n_crossing_links),
            programs,
        )
    return table


def road_sentences(description: ScenarioDescription) -> list[str]:
    """Roads, demand and what is left out."""
    limits = ", ".join(f"{3.6 * speed_mps:.0f}" for speed_mps in description.speed_limits_mps)
    end = "no end" if description.end_s is None else f"{description.end_s:g} s"
    demand = ", ".join(f"{count} {tag}" for tag, count in description.demand.items())
    sentences = [
        f"{description.name}: {description.origin}",
        f"window {description.begin_s:g} s to {end}, steps of {description.step_length_s:g} s",
        f"{description.n_edges} roads with {description.n_lanes} lanes, "
        f"{description.length_km:.1f} km, limits {limits} km/h",
        f"demand in the window: {demand or 'none'}",
    ]
    for count, when in ((description.n_before, "before"), (description.n_after, "after")):
        if count:
            sentences.append(f"left out: {count} elements that depart {when} the window")
    return sentences + [f"left out: {sentence}" for sentence in description.left_out]
