"""The words of a sweep's report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.curves import NO_INTERVAL, Curve, Judged, Trend
from experiments.measures import FEW_SEEDS
from experiments.report.effects import CO2_ACCOUNTS, signed, size_parts
from experiments.report.glossary import ACCOUNT_NAMES
from experiments.report.language import say
from experiments.report.sweep_captions import (
    PERCENT,
    caution_words,
    count,
    effect_of,
    points_interval,
    range_words,
    value_note,
)
from experiments.report.sweep_data import Findings
from experiments.report.words import (
    and_list,
    co2_sentences,
    treatment_words,
    trip_sentences,
)
from experiments.statistics import CONFIDENCE, ONE_RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepAnswer:
    """What is said about one advised arm over the sweep."""

    arm: str
    sentence: str
    """The mean over all points."""
    points: str
    """At how many points it saves or harms."""
    is_harmful: bool
    """Whether more CO2 is shown at a point."""
    changes: tuple[str, ...]
    """How it changes over each key."""
    accounts: str
    disagree: bool
    """Whether the accounts do."""
    tone: str
    """`good`, `bad` or `open`, as in the report of a run."""


def swept_words(found: Findings) -> str:
    """What was swept, in one sentence."""
    sweep = found.sweep
    keys = [f"{key} ({_values_words(found, key)})" for key in sweep.swept]
    seeds = count(len(sweep.seeds), "seed")
    return say(
        "Swept: {keys}; {points}, {seeds} and {arms} each. Compared with {reference}: the same "
        "trips, roads and seeds at the same point.",
        keys=and_list(keys),
        points=count(len(sweep.points), "point"),
        seeds=seeds if sweep.shared.all() else say("up to {seeds}", seeds=seeds),
        arms=count(len(sweep.arms), "arm"),
        reference=sweep.reference,
    )


def sweep_answer(found: Findings, arm: str) -> SweepAnswer:
    """What the sweep shows about an arm."""
    accounts = {metric: found.whole[metric][arm] for metric in found.metrics[:-1]}
    co2, trip = found.whole[found.headline][arm], found.whole["trip_time"][arm]
    n_points = len(found.sweep.points)
    is_harmful = any(told.verdict == "more" for told in found.at_points[found.headline][arm])
    verdicts = {m: told.verdict for m, told in accounts.items() if m in CO2_ACCOUNTS}
    tone = _tone([told.verdict for told in accounts.values()], trip.verdict)
    return SweepAnswer(
        arm=arm,
        sentence=say(
            "{treatment}, averaged over {points}, {co2} and {trip}.",
            treatment=treatment_words(arm),
            points=count(n_points, "point"),
            co2=_co2_words(co2),
            trip=_trip_words(trip),
        ),
        points=_points_words(found, arm),
        is_harmful=is_harmful,
        changes=tuple(change_words(found, arm, key) for key in found.sweep.swept),
        accounts=_accounts_words(verdicts),
        disagree=len(set(verdicts.values())) > 1,
        tone="open" if is_harmful and tone == "good" else tone,
    )


def change_words(found: Findings, arm: str, key: str) -> str:
    """How the effect of an arm on CO2 changes over a key."""
    family = found.curves[key][found.headline]
    curve = next(each for each in family.curves if each.arm == arm)
    if curve.trend is None:
        return say("By {key}: {values}.", key=key, values=_by_value(curve))
    return _trend_words(key, curve.trend)


def seeds_words(found: Findings) -> str:
    """What failed runs and few seeds mean; empty where there is nothing to tell."""
    told = []
    n_failed = len(found.sweep.failed)
    if n_failed:
        text = (
            say("{runs} counts nowhere; see the failures.", runs=count(n_failed, "failed run"))
            if n_failed == 1
            else say("{runs} count nowhere; see the failures.", runs=count(n_failed, "failed run"))
        )
        told.append(text)
        told.append(say("If one arm fails more often than another, what is left flatters it."))
    if found.whole_cautions:
        cautions = say("; ").join(map(caution_words, found.whole_cautions))
        told.append(say("Of the means over all points: {cautions}.", cautions=cautions))
    n_seeds = len(found.sweep.seeds)
    if n_seeds < 2:
        told.append(say("One seed gives no interval, and no figure here proves anything."))
    elif n_seeds < FEW_SEEDS:
        told.append(
            say(
                "Only {n} seeds: the intervals are wide. Run at least {few}.",
                n=n_seeds,
                few=FEW_SEEDS,
            )
        )
    return " ".join(told)


def looks_words(found: Findings) -> str:
    """How points added seeds, and what that does to intervals; empty where all were listed."""
    sweep = found.sweep
    if not sweep.sequentials:
        return ""
    n_held = sum(each.stopped_by == "conditions" for each in sweep.sequentials)
    looks = [each.looks[-1] for each in sweep.sequentials]
    return say(
        "Each point added seeds until {conditions}: it held at {n} of {points}, after {least} to "
        "{most} seeds. Means over several points rest on the {shared} seeds that all points have. "
        "Each interval is made, and each verdict given, for {level:.4g} %, so that in spite of the "
        "looks it holds with {confidence:g} %.",
        conditions=and_list(list(sweep.sequentials[0].until)),
        n=n_held,
        points=count(len(sweep.points), "point"),
        least=min(looks),
        most=max(looks),
        shared=int(sweep.shared.sum()),
        level=100 * sweep.confidence,
        confidence=100 * CONFIDENCE,
    )


def _trend_words(key: str, trend: Trend) -> str:
    """What the line through a curve says."""
    effect = effect_of(trend.over_range)
    ends = say("Over {key} from {low:.4g} to {high:.4g}", key=key, low=trend.low, high=trend.high)
    if effect is None or effect.low is None or effect.high is None:
        size = "" if effect is None else say(" by {size} points", size=signed(effect.mean))
        return say(
            "{ends}, the change moves{size}, without an interval, which proves nothing.",
            ends=ends,
            size=size,
        )
    parts = {"ends": ends, "interval": points_interval(effect)}
    if trend.over_range.verdict == "no effect shown":
        return say("{ends}, no trend is shown ({interval}).", **parts)
    parts["size"] = signed(abs(effect.mean)).removeprefix("+")
    text = (
        say("{ends}, the change of CO₂ goes down by {size} points ({interval})", **parts)
        if effect.mean < 0
        else say("{ends}, the change of CO₂ goes up by {size} points ({interval})", **parts)
    )
    if trend.reversals:
        turns = say("; ").join(trend.reversals)
        return say("{said}, but not steadily: it turns between {turns}.", said=text, turns=turns)
    return say("{said}.", said=text)


def _values_words(found: Findings, key: str) -> str:
    points = found.curves[key][found.headline].curves[0].points
    if found.curves[key][found.headline].is_binned:
        first, last = points[0].label.split(" to ")[0], points[-1].label.split(" to ")[-1]
        return say("{first} to {last}, sampled", first=first, last=last)
    labels = [point.label for point in points]
    return say(", ").join(labels) if len(labels) <= 6 else count(len(labels), "value")


def _by_value(curve: Curve) -> str:
    parts = []
    for point in curve.points:
        effect = effect_of(point.judged)
        if effect is None:
            parts.append(say("{value} not compared", value=point.label))
            continue
        parts.append(f"{point.label} {signed(effect.mean)}{PERCENT} ({value_note(point.judged)})")
    return say(", ").join(parts)


def _points_words(found: Findings, arm: str) -> str:
    verdicts = [told.verdict for told in found.at_points[found.headline][arm]]
    n_family = sum(
        told.p_holm is not None
        for each in found.at_points[found.headline].values()
        for told in each
    )
    n = len(verdicts)
    n_less, n_more = verdicts.count("less"), verdicts.count("more")
    parts = [say("Less CO₂ is shown at {n} of {points}", n=n_less, points=count(n, "point"))]
    parts.append(say("more at {n}", n=n_more) if n_more else say("more at none"))
    if n_open := verdicts.count("no effect shown"):
        parts.append(say("no effect at {n}", n=n_open))
    if n_one := verdicts.count(ONE_RUN):
        parts.append(say("{n} with one run, that show nothing", n=n_one))
    if n_none := verdicts.count("not compared"):
        parts.append(say("{n} not compared", n=n_none))
    return say(
        "{parts} (after Holm's correction over {family}).",
        parts=say(", ").join(parts),
        family=count(n_family, "comparison"),
    )


def _co2_words(told: Judged) -> str:
    effect = effect_of(told)
    if effect is None:
        return say("CO₂ could not be compared")
    change = signed(effect.mean)
    if told.verdict == NO_INTERVAL:
        return say(
            "CO₂ by own emission classes changes by {change} %, without an interval", change=change
        )
    size, interval = size_parts(effect), range_words(effect)
    return co2_sentences(size, range_words=interval, change=change)[told.verdict]


def _trip_words(told: Judged) -> str:
    effect = effect_of(told)
    if effect is None:
        return say("trip time could not be compared")
    # Without an interval it is said as of one run: the mean alone.
    verdict = ONE_RUN if told.verdict == NO_INTERVAL else told.verdict
    size, interval = size_parts(effect), range_words(effect)
    return trip_sentences(size, range_words=interval, change=signed(effect.mean))[verdict]


def _accounts_words(verdicts: Mapping[str, str]) -> str:
    """Whether the accounts of the same journeys agree."""
    said = set(verdicts.values())
    if len(said) == 1:
        return {
            "less": say("All accounts of the same journeys agree that it falls."),
            "more": say("All accounts of the same journeys agree that it rises."),
            "no effect shown": say("No account of the same journeys shows an effect."),
            ONE_RUN: say("One run gives no interval, so this proves nothing yet."),
            NO_INTERVAL: say("Too few points give no interval, so this proves nothing yet."),
            "not compared": "",
        }[said.pop()]
    parts = [
        say(
            "{verdict} on {accounts}",
            verdict=say(verdict),
            accounts=and_list([say(ACCOUNT_NAMES[m]) for m, v in verdicts.items() if v == verdict]),
        )
        for verdict in ("less", "more", "no effect shown", ONE_RUN, NO_INTERVAL)
        if verdict in said
    ]
    text = say("The accounts of the same journeys disagree: {parts}.", parts=say("; ").join(parts))
    if "less" in said:
        text += say(" A saving that only some accounts see is not a proven saving.")
    return text


def _tone(accounts: Sequence[str], trip: str) -> str:
    if "more" in {*accounts, trip}:
        return "bad"
    return "good" if set(accounts) == {"less"} and trip not in {ONE_RUN, NO_INTERVAL} else "open"
