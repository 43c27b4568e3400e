"""What is told below the pictures of a sweep's report, and how its figures were made."""

from collections.abc import Sequence

from experiments.curves import Curve, CurveFamily, Interaction, Judged, ParetoFront, Sensitivity
from experiments.report.effects import SIDED, digits_of, signed
from experiments.report.language import recognised, say
from experiments.statistics import Effect

PERCENT = "\u202f%"

COUNTED = {
    "point": ("{n} point", "{n} points"),
    "seed": ("{n} seed", "{n} seeds"),
    "arm": ("{n} arm", "{n} arms"),
    "value": ("{n} value", "{n} values"),
    "range": ("{n} range", "{n} ranges"),
    "pair": ("{n} pair", "{n} pairs"),
    "contrast": ("{n} contrast", "{n} contrasts"),
    "comparison": ("{n} comparison", "{n} comparisons"),
    "failed run": ("{n} failed run", "{n} failed runs"),
}
"""Word → how one and several are told."""

METHOD_RULES = (
    "Every effect is a difference to the reference at the same point and with the same seed, in "
    "percent of the reference's mean there.",
    "A curve averages over the other keys: over those settings of them that every value of the key "
    "has, each of the same weight. Where that cannot be, it is told below the picture.",
    "Intervals are Student's t over the seeds (95 %). The points of a grid or list are given, not "
    "drawn: an interval says nothing of values or roads that were not swept.",
    "The points of a sample were drawn. Means over several of them carry that chance, too: its "
    "error, by a jackknife over points or over the blocks of the design, is in their intervals.",
    "Where many comparisons are made, some seem to show an effect by chance. Verdicts are after "
    "Holm's correction over the family that is told beside them; intervals are not corrected.",
    "A trend is the straight line through the values of a key, one for each seed, and its interval "
    "is over these slopes. It claims no straightness.",
    "A choice counts as dominated only if paired differences show another one to be better on both "
    "metrics, after Holm's correction over all pairs that were tested.",
    "Seeds that change nothing are one run: no interval, no p value.",
)
"""How the figures of the page were made."""


def map_words(table: Interaction, name: str) -> str:
    """What to see in a heat map, and whether the effects of its two keys add up."""
    first, second = table.keys
    return say(
        "{name}, by {first} and {second}, with 95 % intervals. In brackets: no effect shown after "
        "Holm's correction over the cells; a cell without an interval shows nothing. {interaction}",
        name=name,
        first=first,
        second=second,
        interaction=_interaction_words(table),
    )


def _interaction_words(table: Interaction) -> str:
    first, second = table.keys
    told = [contrast for row in table.contrasts for contrast in row]
    n_shown = sum(contrast.verdict in SIDED for contrast in told)
    if not any(contrast.estimate for contrast in told):
        return say(
            "Whether the effect over {second} depends on {first} cannot be told.",
            first=first,
            second=second,
        )
    n_told = count(len(told), "contrast")
    if not n_shown:
        return say(
            "That the effect over {second} depends on {first} is not shown ({contrasts}, after "
            "Holm's correction).",
            first=first,
            second=second,
            contrasts=n_told,
        )
    text = say(
        "The effect over {second} depends on {first}: shown in {n} of {contrasts}, after Holm's "
        "correction.",
        first=first,
        second=second,
        n=n_shown,
        contrasts=n_told,
    )
    effect = effect_of(table.contrasts[-1][-1])
    if effect is None or effect.low is None:
        return text
    return text + say(
        " What {second} changes between {column} and {last_column} differs by {size} points "
        "between {first} {row} and {last_row} ({interval}).",
        first=first,
        second=second,
        column=table.columns[0],
        last_column=table.columns[-1],
        row=table.rows[0],
        last_row=table.rows[-1],
        size=signed(effect.mean),
        interval=points_interval(effect),
    )


def front_words(front: ParetoFront) -> str:
    """What to see in the picture of the front."""
    standings = [each.standing for each in front.candidates]
    return say(
        "Each mark is a choice of arm and setting; down and left is better. Filled, with 95 % "
        "intervals: on the front, no other has lower means of both ({front}). Faint: shown to be "
        "worse than another on both ({dominated}). Hollow: another has lower means, but the seeds "
        "do not show it ({open}). Holm's correction over {pairs}.",
        front=standings.count("front"),
        dominated=standings.count("dominated"),
        open=standings.count("not distinguishable"),
        pairs=count(front.n_tests, "pair"),
    )


def sensitivity_words(analysis: Sensitivity) -> str:
    """What the bars of the sensitivity mean."""
    if analysis.analysis == "sobol":
        text = say(
            "Share of the variance of the effect between the points that a key makes by itself "
            "(S1), and with all its interactions (ST)."
        )
    else:
        text = say(
            "Mean size (µ*) and mean (µ) of the change when one key alone goes over its whole "
            "range, in points of percent. Where µ* exceeds |µ|, the sign depends on the other keys."
        )
    text += say(" Bar: 95 % interval. {points}.", points=count(analysis.n_points, "point"))
    if analysis.noise_share is None:
        return text
    return text + say(
        " The chance of the seeds makes {share:.1f} % of the variance between points.",
        share=100 * analysis.noise_share,
    )


def cautions_of(curves: Sequence[Curve]) -> tuple[str, ...]:
    """What limits some curves; once where it is the same for all arms."""
    each = [curve.cautions for curve in curves]
    if len(set(each)) == 1:
        return tuple(map(caution_words, each[0]))
    return tuple(
        caution_words(f"{curve.arm}: {caution}") for curve in curves for caution in curve.cautions
    )


def caution_words(caution: str) -> str:
    """What limits a figure, be it with an arm before it, in the language that is spoken."""
    arm, colon, rest = caution.partition(": ")
    known = recognised(rest) if colon else None
    if known is not None:
        return say("{arm}: {caution}", arm=arm, caution=known)
    return recognised(caution) or caution


def family_words(family: CurveFamily) -> str:
    """What Holm's correction of some curves is made over."""
    n_levels = len(family.curves[0].points)
    return say(
        "{n} comparisons: {arms} × {values} of {key}",
        n=len(family.curves) * n_levels,
        arms=count(len(family.curves), "arm"),
        values=count(n_levels, "range" if family.is_binned else "value"),
        key=family.key,
    )


def count(n: int, word: str) -> str:
    """A number and a word, as in `3 points`."""
    return say(COUNTED[word][n != 1], n=n)


def points_interval(effect: Effect) -> str:
    """The interval of a difference of changes."""
    low, high = _ends(effect)
    return say("95 % interval {low} to {high} points", low=low, high=high)


def range_words(effect: Effect) -> str:
    """The interval of a change."""
    low, high = _ends(effect)
    return say("95 % interval {low} to {high} %", low=low, high=high)


def value_note(told: Judged) -> str:
    """The interval of a change and whether it shows an effect, to stand in brackets."""
    effect = effect_of(told)
    if effect is None or effect.low is None:
        return say(told.verdict)
    low, high = _ends(effect)
    if told.verdict == "no effect shown":
        return say("{low} to {high}, no effect shown", low=low, high=high)
    return say("{low} to {high}", low=low, high=high)


def _ends(effect: Effect) -> tuple[str, str]:
    low, high, digits = effect.low or 0.0, effect.high or 0.0, digits_of(effect)
    return signed(low, digits=digits), signed(high, digits=digits)


def effect_of(told: Judged) -> Effect | None:
    """The effect that was judged; None where nothing was compared."""
    return None if told.estimate is None else told.estimate.effect
