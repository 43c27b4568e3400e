"""What advice does to safety: a table of all arms, and what must be said beside the answer."""

from typing import Any

from experiments.measures import SAFETY_COUNTERS, SAFETY_RATES, SEEDS_WITH_MORE, difference_key
from experiments.report.data import Results
from experiments.report.effects import SIDED, arm_effects, compared_words, effect_at, signed
from experiments.report.glossary import COUNTER_NAMES, COUNTER_WORDS, RATE_NAMES, RATE_WORDS
from experiments.report.language import say
from experiments.report.tables import Cell, Row, number_text, table_arms
from experiments.statistics import Effect, verdict

DIGITS = 3
"""Decimals of rates per vehicle-km; some are a few hundredths."""


def safety_table(results: Results) -> list[Row]:
    """Conflicts and events, one column per arm, the reference first."""
    arms = table_arms(results)
    rows = []
    for rate in SAFETY_RATES:
        name, unit = (say(words) for words in RATE_NAMES[rate])
        cells = tuple(_rate_cell(results, arm, rate) for arm in arms)
        rows.append(Row(name=name, unit=unit, cells=cells))
    for counter in SAFETY_COUNTERS:
        name, unit = (say(words) for words in COUNTER_NAMES[counter])
        cells = tuple(_counter_cell(results, arm, counter) for arm in arms)
        rows.append(Row(name=name, unit=unit, cells=cells))
    return rows


def safety_words(results: Results, arm: str) -> tuple[str, ...]:
    """A sentence for each way in which the arm is less safe than the reference."""
    effects = arm_effects(results.summary, arm)
    here, there = (results.summary["arms"].get(name, {}) for name in (arm, results.reference))
    compared = compared_words(arm)
    texts = []
    if (here.get("teleports") or 0) > (there.get("teleports") or 0):
        texts.append(
            say(
                "More vehicles taken out of a jam by the simulator (teleports) than {compared}: "
                "{here:g} against {there:g} in all seeds.",
                compared=compared,
                here=here["teleports"],
                there=there["teleports"],
            )
        )
    texts += [
        say(
            "More {events} than {compared} in {n} of {n_seeds} seeds: {here:g} against "
            "{there:g} in all.",
            compared=compared,
            events=say(COUNTER_WORDS[counter]),
            n=n_more,
            n_seeds=results.n_seeds,
            here=here[counter],
            there=there[counter],
        )
        for counter in SAFETY_COUNTERS
        if (n_more := effects.get(SEEDS_WITH_MORE, {}).get(counter))
    ]
    for rate, words in RATE_WORDS.items():
        found = effect_at(effects, difference_key(rate))
        if found is not None and verdict(found) == "more":
            texts.append(
                say(
                    "{worse} than {compared}: {change} {unit} (95 % interval {interval}).",
                    compared=compared,
                    worse=say(words),
                    change=signed(found.mean, digits=DIGITS),
                    unit=say(RATE_NAMES[rate][1]),
                    interval=_interval_text(found),
                )
            )
    return tuple(texts)


def _rate_cell(results: Results, arm: str, rate: str) -> Cell:
    value = number_text(_figure(results, arm, rate), DIGITS)
    if arm == results.reference:
        return Cell(value=value)
    found = effect_at(arm_effects(results.summary, arm), difference_key(rate))
    if found is None:
        return Cell(value=value, verdict=say(verdict(found)))
    said = verdict(found)
    return Cell(
        value=value,
        change=signed(found.mean, digits=DIGITS),
        interval=_interval_text(found),
        verdict="" if found.low is None else say(said),
        tone=said if said in SIDED else "open",
    )


def _counter_cell(results: Results, arm: str, counter: str) -> Cell:
    value = number_text(_figure(results, arm, counter), 0)
    if arm == results.reference:
        return Cell(value=value)
    n_more = arm_effects(results.summary, arm).get(SEEDS_WITH_MORE, {}).get(counter)
    if n_more is None:
        return Cell(value=value, verdict=say(verdict(None)))
    if n_more == 0:
        return Cell(value=value, verdict=say("more in no seed"))
    change = say("more in {n} of {n_seeds} seeds", n=n_more, n_seeds=results.n_seeds)
    return Cell(value=value, change=change, tone="more")


def _figure(results: Results, arm: str, key: str) -> float | None:
    figures: dict[str, Any] = results.summary["arms"].get(arm, {})
    return figures.get(key)


def _interval_text(found: Effect) -> str:
    if found.low is None or found.high is None:
        return say("no interval (one run)")
    low, high = (signed(end, digits=DIGITS) for end in (found.low, found.high))
    return say("{low} to {high}", low=low, high=high)
