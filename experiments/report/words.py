"""The answer in plain words: one sentence per arm, and what limits it."""

from dataclasses import dataclass
from typing import Any

from experiments.arms import gives_advice, split_arm
from experiments.report.data import Results
from experiments.report.effects import (
    CO2_ACCOUNTS,
    SIDED,
    account_metrics,
    arm_effects,
    effect,
    signed,
    size_parts,
)
from experiments.report.glossary import ACCOUNT_NAMES, metric_name
from experiments.report.language import say
from experiments.report.safety import safety_words
from experiments.statistics import ONE_RUN, Effect, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said about one advised arm."""

    arm: str
    sentence: str
    """CO2 and trip time, with their intervals."""
    is_disputed: bool
    """Whether some accounts say otherwise than others."""
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
            sentence=say(
                "{arm}: could not be compared with {reference}; see the warnings.",
                arm=arm,
                reference=results.reference,
            ),
            is_disputed=False,
            accounts="",
            cautions=(),
            tone="open",
        )
    accounts = {name: effect(effects, name) for name in CO2_ACCOUNTS}
    known = {name: found for name, found in accounts.items() if found is not None}
    return Answer(
        arm=arm,
        sentence=say(
            "{treatment}, {co2}{but} {trip}.",
            treatment=treatment_words(arm),
            co2=_co2_words(co2),
            but=_but_words(co2, known),
            trip=_trip_words(co2, trip),
        ),
        is_disputed=len({verdict(found) for found in known.values()}) > 1,
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
        by_verdict.setdefault(verdict(found), []).append(say(ACCOUNT_NAMES[name]))
    if not by_verdict:
        return ""
    if len(by_verdict) == 1:
        same = next(iter(by_verdict))
        return {
            "less": say("All accounts of the same journeys agree that it falls."),
            "more": say("All accounts of the same journeys agree that it rises."),
            "no effect shown": say("No account of the same journeys shows an effect."),
            ONE_RUN: say("One run gives no interval, so this proves nothing yet."),
        }[same]
    named = {said: and_list(names) for said, names in by_verdict.items()}
    told = {
        "less": say("less on {accounts}", accounts=named.get("less")),
        "more": say("more on {accounts}", accounts=named.get("more")),
        "no effect shown": say(
            "no effect shown on {accounts}", accounts=named.get("no effect shown")
        ),
        ONE_RUN: say("unclear on {accounts}", accounts=named.get(ONE_RUN)),
    }
    parts = say("; ").join(told[v] for v in told if v in named)
    text = say("The accounts of the same journeys disagree: {parts}.", parts=parts)
    if "less" in by_verdict:
        text += say(" A saving that only some accounts see is not a proven saving.")
    return text


def and_list(words: list[str]) -> str:
    """Words as in `a, b and c`."""
    if len(words) == 1:
        return words[0]
    return say("{some} and {last}", some=say(", ").join(words[:-1]), last=words[-1])


def co2_sentences(size: dict[str, str], *, range_words: str, change: str) -> dict[str, str]:
    """By verdict, what is said of CO2 in the account that comes first.

    Args:
        size: As of `size_parts`.
        range_words: The interval.
        change: The mean, with its sign.
    """
    return {
        "less": say(
            "vehicles emit {size} less CO₂ by their own emission classes{interval}", **size
        ),
        "more": say(
            "vehicles emit {size} more CO₂ by their own emission classes{interval}", **size
        ),
        "no effect shown": say(
            "no effect on CO₂ by their own emission classes is shown ({range})", range=range_words
        ),
        ONE_RUN: say("CO₂ by own emission classes changes by {change} % in one run", change=change),
    }


def trip_sentences(size: dict[str, str], *, range_words: str, change: str) -> dict[str, str]:
    """By verdict, what is said of trip time behind the sentence on CO2; arguments as there."""
    return {
        "less": say("trips are {size} shorter{interval}", **size),
        "more": say("trips take {size} longer{interval}", **size),
        "no effect shown": say("no effect on trip time is shown ({range})", range=range_words),
        ONE_RUN: say("trip time by {change} %", change=change),
    }


def treatment_words(arm: str) -> str:
    """What an arm does to signals and drivers, to begin a sentence with."""
    signals, advice = split_arm(arm)
    if not signals:
        return say("With advice by {arm}", arm=arm)
    if not gives_advice(arm):
        return say("With signals controlled by {signals} and no advice", signals=signals)
    return say(
        "With signals controlled by {signals} and advice by {arm}", signals=signals, arm=advice
    )


def arm_words(arm: str) -> str:
    """Whether an arm gives advice, and what it is called."""
    if gives_advice(arm):
        return say("With advice ({arm})", arm=arm)
    return say("Without advice ({arm})", arm=arm)


def reference_words(results: Results) -> str:
    """What the comparison is made with, in one sentence."""
    if results.reference == "unadvised":
        text = say(
            "Compared with unadvised: the same trips on the same roads with the same random seeds, "
            "the same vehicles equipped, but no advice given."
        )
        if any(split_arm(arm)[0] for arm in results.arms):
            text += say(" Its signals run by the scenario's own programs.")
        return text
    text = say(
        "Compared with {reference}: the same trips on the same roads with the same random seeds, "
        "nobody equipped.",
        reference=results.reference,
    )
    if results.summary.get("execution") == "automated":
        text += say(
            " Equipped vehicles hold speed by machine here, so a part of the difference is their "
            "smoother driving and not the advice; add the arm unadvised to tell the two apart."
        )
    return text


def nothing_words(results: Results) -> str:
    """What is said where no advised arm can be compared."""
    if results.unfinished:
        return say(
            "No answer: no run of {arms} was finished, so there is nothing to compare.",
            arms=and_list(results.unfinished),
        )
    if not results.is_compared:
        return say(
            "No answer: no arm without advice was run, so there is nothing to compare with. "
            "Add the arm unadvised."
        )
    return say("No answer: only arms without advice were run. Add an advised arm, for example eco.")


def road_words(results: Results, direction: int) -> str:
    """Name, length and signals of one direction of the main road; empty where not recorded."""
    for road in results.network.get("main_road") or []:
        if road["direction"] == direction:
            n_signals, length_km = len(road["stop_lines"]), road["length_m"] / 1000
            return say(
                "{name}, {length_km:.1f} km, {n} signals.",
                name=road["name"] or say("Main road"),
                length_km=length_km,
                n=n_signals,
            )
    return ""


def smoothing_words(summary: dict[str, Any]) -> str:
    """What equipping alone changes, never added to the effect of advice; empty if not known."""
    smoothing = summary.get("smoothing")
    co2 = effect(smoothing, "co2_own") if isinstance(smoothing, dict) else None
    if co2 is None:
        return ""
    if co2.mean == 0 and co2.low == 0 and co2.high == 0:
        return say(
            "Equipping the vehicles without advising them changes nothing at all (unadvised equals "
            "none), as it should when people drive."
        )
    told = {
        "less": say("gives {size} less CO₂{interval}", **size_parts(co2)),
        "more": say("gives {size} more CO₂{interval}", **size_parts(co2)),
        "no effect shown": say("shows no effect on CO₂ ({range})", range=_range_words(co2)),
        ONE_RUN: say("changes CO₂ by {change} % (one run)", change=signed(co2.mean)),
    }[verdict(co2)]
    return say(
        "Smoothing: equipping the vehicles without advising them {does} against the traffic as it "
        "came (unadvised against none). This is not part of the effects above.",
        does=told,
    )


def _co2_words(co2: Effect | None) -> str:
    if co2 is None:
        return say("CO₂ could not be compared")
    told = co2_sentences(size_parts(co2), range_words=_range_words(co2), change=signed(co2.mean))
    return told[verdict(co2)]


def _but_words(co2: Effect | None, accounts: dict[str, Effect]) -> str:
    """Takes a claim back at once where an account does not bear it out."""
    if co2 is None or verdict(co2) not in SIDED:
        return say(",")
    others = {verdict(found) for found in accounts.values()} - {verdict(co2)}
    return say(", though not on every account,") if others else say(",")


def _trip_words(co2: Effect | None, trip: Effect | None) -> str:
    if trip is None:
        return say("and trip time could not be compared")
    opposed = co2 is not None and {verdict(co2), verdict(trip)} == {"less", "more"}
    told = trip_sentences(
        size_parts(trip), range_words=_range_words(trip), change=signed(trip.mean)
    )[verdict(trip)]
    return say("but {told}", told=told) if opposed else say("and {told}", told=told)


def _range_words(found: Effect) -> str:
    low, high = found.low or 0.0, found.high or 0.0
    return say("95 % interval {low} to {high} %", low=signed(low), high=signed(high))


def _pollutant_words(results: Results, effects: dict[str, Any]) -> tuple[str, ...]:
    """Says which pollutant rises."""
    found = {
        metric: effect(effects, metric) for metric in account_metrics(results.summary, "nox", "pmx")
    }
    return tuple(
        say(
            "More of a pollutant ({name}): {size} more{interval}.",
            name=metric_name(metric),
            **size_parts(change),
        )
        for metric, change in found.items()
        if change is not None and verdict(change) == "more"
    )


def _group_words(effects: dict[str, Any]) -> tuple[str, ...]:
    """Says which group pays where the whole does not."""
    groups = {
        "unequipped": say("vehicles without equipment"),
        "main": say("vehicles on the main road"),
        "side": say("vehicles on side roads"),
    }
    texts = []
    for group, words in groups.items():
        for metric in ("trip_time", "co2_own"):
            found, whole = effect(effects, metric, group), effect(effects, metric)
            if whole is not None and verdict(whole) == "more":
                continue
            if found is not None and verdict(found) == "more":
                parts = size_parts(found)
                texts.append(
                    say("Paid by {group}: {size} longer trips{interval}.", group=words, **parts)
                    if metric == "trip_time"
                    else say("Paid by {group}: {size} more CO₂{interval}.", group=words, **parts)
                )
    return tuple(texts)


def _tone(trip: Effect | None, accounts: list[Effect]) -> str:
    verdicts = {verdict(found) for found in accounts}
    if "more" in verdicts or (trip is not None and verdict(trip) == "more"):
        return "bad"
    if verdicts == {"less"} and trip is not None and verdict(trip) != ONE_RUN:
        return "good"
    return "open"
