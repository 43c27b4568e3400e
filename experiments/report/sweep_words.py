"""The words of a sweep's report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.curves import NO_INTERVAL, Curve, Judged, Trend
from experiments.measures import FEW_SEEDS
from experiments.report.effects import CO2_ACCOUNTS, signed
from experiments.report.glossary import ACCOUNT_NAMES
from experiments.report.sweep_captions import (
    PERCENT,
    count,
    effect_of,
    points_interval,
    range_words,
    size_words,
    value_note,
)
from experiments.report.sweep_data import Findings
from experiments.report.words import and_list
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
    tone: str
    """`good`, `bad` or `open`, as in the report of a run."""


def swept_words(found: Findings) -> str:
    """What was swept, in one sentence."""
    sweep = found.sweep
    keys = [f"{key} ({_values_words(found, key)})" for key in sweep.swept]
    most = "" if sweep.shared.all() else "up to "
    return (
        f"Swept: {and_list(keys)}; {count(len(sweep.points), 'point')}, "
        f"{most}{count(len(sweep.seeds), 'seed')} and {count(len(sweep.arms), 'arm')} each. "
        f"Compared with {sweep.reference}: the same trips, roads and seeds at the same point."
    )


def sweep_answer(found: Findings, arm: str) -> SweepAnswer:
    """What the sweep shows about an arm."""
    accounts = {metric: found.whole[metric][arm] for metric in found.metrics[:-1]}
    co2, trip = found.whole[found.headline][arm], found.whole["trip_time"][arm]
    n_points = len(found.sweep.points)
    is_harmful = any(told.verdict == "more" for told in found.at_points[found.headline][arm])
    tone = _tone([told.verdict for told in accounts.values()], trip.verdict)
    return SweepAnswer(
        arm=arm,
        sentence=f"With advice by {arm}, averaged over {count(n_points, 'point')}, "
        f"{_co2_words(co2)} and {_trip_words(trip)}.",
        points=_points_words(found, arm),
        is_harmful=is_harmful,
        changes=tuple(change_words(found, arm, key) for key in found.sweep.swept),
        accounts=_accounts_words(
            {m: told.verdict for m, told in accounts.items() if m in CO2_ACCOUNTS}
        ),
        tone="open" if is_harmful and tone == "good" else tone,
    )


def change_words(found: Findings, arm: str, key: str) -> str:
    """How the effect of an arm on CO2 changes over a key."""
    family = found.curves[key][found.headline]
    curve = next(each for each in family.curves if each.arm == arm)
    if curve.trend is None:
        return f"By {key}: {_by_value(curve)}."
    return _trend_words(key, curve.trend)


def seeds_words(found: Findings) -> str:
    """What failed runs and few seeds mean; empty where there is nothing to tell."""
    told = []
    n_failed = len(found.sweep.failed)
    if n_failed:
        told.append(
            f"{count(n_failed, 'failed run')} {'counts' if n_failed == 1 else 'count'} nowhere; "
            "see the failures. If one arm fails more often than another, what is left flatters it."
        )
    if found.whole_cautions:
        told.append(f"Of the means over all points: {'; '.join(found.whole_cautions)}.")
    n_seeds = len(found.sweep.seeds)
    if n_seeds < 2:
        told.append("One seed gives no interval, and no figure here proves anything.")
    elif n_seeds < FEW_SEEDS:
        told.append(f"Only {n_seeds} seeds: the intervals are wide. Run at least {FEW_SEEDS}.")
    return " ".join(told)


def looks_words(found: Findings) -> str:
    """How points added seeds, and what that does to intervals; empty where all were listed."""
    sweep = found.sweep
    if not sweep.sequentials:
        return ""
    n_held = sum(each.stopped_by == "conditions" for each in sweep.sequentials)
    looks = [each.looks[-1] for each in sweep.sequentials]
    return (
        f"Each point added seeds until {and_list(list(sweep.sequentials[0].until))}: it held at "
        f"{n_held} of {count(len(sweep.points), 'point')}, after {min(looks)} to {max(looks)} "
        f"seeds. Means over several points rest on the {int(sweep.shared.sum())} seeds "
        "that all points have. Each interval is made, and each verdict given, for "
        f"{100 * sweep.confidence:.4g}{PERCENT}, so that in spite of the looks it holds with "
        f"{100 * CONFIDENCE:g}{PERCENT}."
    )


def _trend_words(key: str, trend: Trend) -> str:
    """What the line through a curve says."""
    effect = effect_of(trend.over_range)
    ends = f"Over {key} from {trend.low:.4g} to {trend.high:.4g}"
    if effect is None or effect.low is None or effect.high is None:
        size = "" if effect is None else f" by {signed(effect.mean)} points"
        return f"{ends}, the change moves{size}, without an interval, which proves nothing."
    if trend.over_range.verdict == "no effect shown":
        return f"{ends}, no trend is shown ({points_interval(effect)})."
    way = "down" if effect.mean < 0 else "up"
    size = signed(abs(effect.mean)).removeprefix("+")
    text = f"{ends}, the change of CO₂ goes {way} by {size} points ({points_interval(effect)})"
    if trend.reversals:
        return f"{text}, but not steadily: it turns between {'; '.join(trend.reversals)}."
    return f"{text}."


def _values_words(found: Findings, key: str) -> str:
    points = found.curves[key][found.headline].curves[0].points
    if found.curves[key][found.headline].is_binned:
        first, last = points[0].label.split(" to ")[0], points[-1].label.split(" to ")[-1]
        return f"{first} to {last}, sampled"
    labels = [point.label for point in points]
    return ", ".join(labels) if len(labels) <= 6 else f"{len(labels)} values"


def _by_value(curve: Curve) -> str:
    parts = []
    for point in curve.points:
        effect = effect_of(point.judged)
        if effect is None:
            parts.append(f"{point.label} not compared")
            continue
        parts.append(f"{point.label} {signed(effect.mean)}{PERCENT} ({value_note(point.judged)})")
    return ", ".join(parts)


def _points_words(found: Findings, arm: str) -> str:
    verdicts = [told.verdict for told in found.at_points[found.headline][arm]]
    n_family = sum(
        told.p_holm is not None
        for each in found.at_points[found.headline].values()
        for told in each
    )
    n = len(verdicts)
    parts = [f"less CO₂ is shown at {verdicts.count('less')} of {count(n, 'point')}"]
    parts.append(f"more at {verdicts.count('more') or 'none'}")
    if n_open := verdicts.count("no effect shown"):
        parts.append(f"no effect at {n_open}")
    if n_one := verdicts.count(ONE_RUN):
        parts.append(f"{n_one} with one run, that show nothing")
    if n_none := verdicts.count("not compared"):
        parts.append(f"{n_none} not compared")
    text = ", ".join(parts)
    text = text[0].upper() + text[1:]
    return f"{text} (after Holm's correction over {count(n_family, 'comparison')})."


def _co2_words(told: Judged) -> str:
    effect = effect_of(told)
    if effect is None:
        return "CO₂ could not be compared"
    return {
        "less": f"vehicles emit {size_words(effect, 'less CO₂')}",
        "more": f"vehicles emit {size_words(effect, 'more CO₂')}",
        "no effect shown": f"no effect on CO₂ is shown ({range_words(effect)})",
        ONE_RUN: f"CO₂ changes by {signed(effect.mean)}{PERCENT} in what is one run in fact",
        NO_INTERVAL: f"CO₂ changes by {signed(effect.mean)}{PERCENT}, without an interval",
    }[told.verdict]


def _trip_words(told: Judged) -> str:
    effect = effect_of(told)
    if effect is None:
        return "trip time could not be compared"
    return {
        "less": f"trips are {size_words(effect, 'shorter')}",
        "more": f"trips take {size_words(effect, 'longer')}",
        "no effect shown": f"no effect on trip time is shown ({range_words(effect)})",
        ONE_RUN: f"trip time by {signed(effect.mean)}{PERCENT}",
        NO_INTERVAL: f"trip time by {signed(effect.mean)}{PERCENT}",
    }[told.verdict]


def _accounts_words(verdicts: Mapping[str, str]) -> str:
    """Whether the accounts of the same journeys agree."""
    said = set(verdicts.values())
    if len(said) == 1:
        return {
            "less": "All accounts of the same journeys agree that it falls.",
            "more": "All accounts of the same journeys agree that it rises.",
            "no effect shown": "No account of the same journeys shows an effect.",
            ONE_RUN: "One run gives no interval, so this proves nothing yet.",
            NO_INTERVAL: "Too few points give no interval, so this proves nothing yet.",
            "not compared": "",
        }[said.pop()]
    parts = [
        f"{verdict} on {and_list([ACCOUNT_NAMES[m] for m, v in verdicts.items() if v == verdict])}"
        for verdict in ("less", "more", "no effect shown", ONE_RUN, NO_INTERVAL)
        if verdict in said
    ]
    text = f"The accounts of the same journeys disagree: {'; '.join(parts)}."
    if "less" in said:
        text += " A saving that only some accounts see is not a proven saving."
    return text


def _tone(accounts: Sequence[str], trip: str) -> str:
    if "more" in {*accounts, trip}:
        return "bad"
    return "good" if set(accounts) == {"less"} and trip not in {ONE_RUN, NO_INTERVAL} else "open"
