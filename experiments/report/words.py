"""The answer in plain words: one sentence per arm, and what limits it."""

from dataclasses import dataclass
from typing import Any

from experiments.report.data import Results
from experiments.report.effects import (
    CO2_ACCOUNTS,
    SIDED,
    account_metrics,
    arm_effects,
    effect,
    signed,
    size_text,
)
from experiments.report.glossary import ACCOUNT_NAMES, metric_name
from experiments.report.safety import safety_words
from experiments.statistics import ONE_RUN, Effect, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said about one advised arm."""

    arm: str
    sentence: str
    """CO2 and trip time, with their intervals."""
    accounts: str
    """Whether the four accounts agree; empty where nothing was compared."""
    cautions: tuple[str, ...]
    """What else must be known before the sentence is repeated."""
    tone: str
    """"good", "bad" or "open": CO2 falls on every account without longer trips; something gets
    worse; neither."""


def answer(results: Results, arm: str) -> Answer:
    """What the comparison of one arm with the reference shows."""
    effects = arm_effects(results.summary, arm)
    co2, trip = effect(effects, "co2_own"), effect(effects, "trip_time")
    if co2 is None and trip is None:
        return Answer(
            arm=arm,
            sentence=f"{arm}: could not be compared with {results.reference}; see the warnings.",
            accounts="",
            cautions=(),
            tone="open",
        )
    accounts = {name: effect(effects, name) for name in CO2_ACCOUNTS}
    known = {name: found for name, found in accounts.items() if found is not None}
    return Answer(
        arm=arm,
        sentence=f"With advice by {arm}, {_co2_words(co2)}{_but_words(co2, known)}"
        f" {_trip_words(co2, trip)}.",
        accounts=account_words(known),
        cautions=(
            *safety_words(results, arm),
            *_pollutant_words(results, effects),
            *_group_words(effects),
        ),
        tone=_tone(trip, [*known.values(), *([co2] if co2 is not None else [])]),
    )


def account_words(accounts: dict[str, Effect]) -> str:
    """Whether the accounts tell the same story.

    Args:
        accounts: Effect on each account, by metric name.
    """
    by_verdict: dict[str, list[str]] = {}
    for name, found in accounts.items():
        by_verdict.setdefault(verdict(found), []).append(ACCOUNT_NAMES[name])
    if not by_verdict:
        return ""
    if len(by_verdict) == 1:
        same = next(iter(by_verdict))
        return {
            "less": "All accounts of the same journeys agree that it falls.",
            "more": "All accounts of the same journeys agree that it rises.",
            "no effect shown": "No account of the same journeys shows an effect.",
            ONE_RUN: "One run gives no interval, so this proves nothing yet.",
        }[same]
    told = {
        "less": "less on {}",
        "more": "more on {}",
        "no effect shown": "no effect shown on {}",
        ONE_RUN: "unclear on {}",
    }
    parts = [told[v].format(and_list(by_verdict[v])) for v in told if v in by_verdict]
    text = f"The accounts of the same journeys disagree: {'; '.join(parts)}."
    if "less" in by_verdict:
        text += " A saving that only some accounts see is not a proven saving."
    return text


def and_list(words: list[str]) -> str:
    """Words as in `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def reference_words(results: Results) -> str:
    """What the comparison is made with, in one sentence."""
    same = "the same trips on the same roads with the same random seeds"
    if results.reference == "unadvised":
        return f"Compared with unadvised: {same}, the same vehicles equipped, but no advice given."
    text = f"Compared with {results.reference}: {same}, nobody equipped."
    if results.summary.get("execution") == "automated":
        text += (
            " Equipped vehicles hold speed by machine here, so a part of the difference is their"
            " smoother driving and not the advice; add the arm unadvised to tell the two apart."
        )
    return text


def nothing_words(results: Results) -> str:
    """What is said where no advised arm can be compared."""
    if not results.is_compared:
        return (
            "No answer: no arm without advice was run, so there is nothing to compare with."
            " Add the arm unadvised."
        )
    return "No answer: only arms without advice were run. Add an advised arm, for example eco."


def road_words(results: Results, direction: int) -> str:
    """Name, length and signals of one direction of the main road; empty where not recorded."""
    for road in results.network.get("main_road") or []:
        if road["direction"] == direction:
            n_signals, length_km = len(road["stop_lines"]), road["length_m"] / 1000
            return f"{road['name'] or 'Main road'}, {length_km:.1f} km, {n_signals} signals."
    return ""


def smoothing_words(summary: dict[str, Any]) -> str:
    """What equipping alone changes, never added to the effect of advice; empty if not known."""
    smoothing = summary.get("smoothing")
    co2 = effect(smoothing, "co2_own") if isinstance(smoothing, dict) else None
    if co2 is None:
        return ""
    if co2.mean == 0 and co2.low == 0 and co2.high == 0:
        return (
            "Equipping the vehicles without advising them changes nothing at all (unadvised equals"
            " none), as it should when people drive."
        )
    said = {
        "less": f"gives {size_text(co2, 'less CO₂')}",
        "more": f"gives {size_text(co2, 'more CO₂')}",
        "no effect shown": f"shows no effect on CO₂ ({_range_words(co2)})",
        ONE_RUN: f"changes CO₂ by {signed(co2.mean)}\u202f% (one run in fact)",
    }[verdict(co2)]
    return (
        f"Smoothing: equipping the vehicles without advising them {said} against the traffic as it"
        " came (unadvised against none). This is not part of the effects above."
    )


def _co2_words(co2: Effect | None) -> str:
    if co2 is None:
        return "CO₂ could not be compared"
    return {
        "less": f"vehicles emit {size_text(co2, 'less CO₂')}",
        "more": f"vehicles emit {size_text(co2, 'more CO₂')}",
        "no effect shown": f"no effect on CO₂ is shown ({_range_words(co2)})",
        ONE_RUN: f"CO₂ changes by {signed(co2.mean)}\u202f% in what is one run in fact",
    }[verdict(co2)]


def _but_words(co2: Effect | None, accounts: dict[str, Effect]) -> str:
    """Takes a claim back at once where an account does not bear it out."""
    if co2 is None or verdict(co2) not in SIDED:
        return ","
    others = {verdict(found) for found in accounts.values()} - {verdict(co2)}
    return ", though not on every account," if others else ","


def _trip_words(co2: Effect | None, trip: Effect | None) -> str:
    if trip is None:
        return "and trip time could not be compared"
    opposed = co2 is not None and {verdict(co2), verdict(trip)} == {"less", "more"}
    link = "but" if opposed else "and"
    said = {
        "less": f"trips are {size_text(trip, 'shorter')}",
        "more": f"trips take {size_text(trip, 'longer')}",
        "no effect shown": f"no effect on trip time is shown ({_range_words(trip)})",
        ONE_RUN: f"trip time by {signed(trip.mean)}\u202f%",
    }[verdict(trip)]
    return f"{link} {said}"


def _range_words(found: Effect) -> str:
    low, high = found.low or 0.0, found.high or 0.0
    return f"95\u202f% interval {signed(low)} to {signed(high)}\u202f%"


def _pollutant_words(results: Results, effects: dict[str, Any]) -> tuple[str, ...]:
    """Says which pollutant rises."""
    found = {
        metric: effect(effects, metric) for metric in account_metrics(results.summary, "nox", "pmx")
    }
    return tuple(
        f"More of a pollutant ({metric_name(metric)}): {size_text(change, 'more')}."
        for metric, change in found.items()
        if change is not None and verdict(change) == "more"
    )


def _group_words(effects: dict[str, Any]) -> tuple[str, ...]:
    """Says which group pays where the whole does not."""
    groups = {
        "unequipped": "vehicles without equipment",
        "main": "vehicles on the main road",
        "side": "vehicles on side roads",
    }
    texts = []
    for group, words in groups.items():
        for metric, noun in (("trip_time", "longer trips"), ("co2_own", "more CO₂")):
            found, whole = effect(effects, metric, group), effect(effects, metric)
            if whole is not None and verdict(whole) == "more":
                continue
            if found is not None and verdict(found) == "more":
                texts.append(f"Paid by {words}: {size_text(found, noun)}.")
    return tuple(texts)


def _tone(trip: Effect | None, accounts: list[Effect]) -> str:
    verdicts = {verdict(found) for found in accounts}
    if "more" in verdicts or (trip is not None and verdict(trip) == "more"):
        return "bad"
    if verdicts == {"less"} and trip is not None and verdict(trip) != ONE_RUN:
        return "good"
    return "open"
