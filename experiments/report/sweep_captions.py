"""What is told below the pictures of a sweep's report, and how its figures were made."""

from collections.abc import Sequence

from experiments.curves import Curve, Interaction, Judged, ParetoFront, Sensitivity
from experiments.report.effects import SIDED, signed
from experiments.statistics import Effect

PERCENT = "\u202f%"

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
    return (
        f"{name}, by {first} and {second}, with 95 % intervals. In brackets: no effect shown after "
        "Holm's correction over the cells; a cell without an interval shows nothing. "
        f"{_interaction_words(table)}"
    )


def _interaction_words(table: Interaction) -> str:
    first, second = table.keys
    told = [contrast for row in table.contrasts for contrast in row]
    n_shown = sum(contrast.verdict in SIDED for contrast in told)
    if not any(contrast.estimate for contrast in told):
        return f"Whether the effect over {second} depends on {first} cannot be told."
    n_told = f"{count(len(told), 'contrast')}, after Holm's correction"
    if not n_shown:
        return f"That the effect over {second} depends on {first} is not shown ({n_told})."
    text = f"The effect over {second} depends on {first}: shown in {n_shown} of {n_told}."
    effect = effect_of(table.contrasts[-1][-1])
    if effect is None or effect.low is None:
        return text
    return (
        f"{text} What {second} changes between {table.columns[0]} and {table.columns[-1]} differs "
        f"by {signed(effect.mean)} points between {first} {table.rows[0]} and {table.rows[-1]} "
        f"({points_interval(effect)})."
    )


def front_words(front: ParetoFront) -> str:
    """What to see in the picture of the front."""
    standings = [each.standing for each in front.candidates]
    return (
        "Each mark is a choice of arm and setting; down and left is better. Filled, with 95 % "
        f"intervals: on the front, no other has lower means of both ({standings.count('front')}). "
        f"Faint: shown to be worse than another on both ({standings.count('dominated')}). Hollow: "
        "another has lower means, but the seeds do not show it "
        f"({standings.count('not distinguishable')}). Holm's correction over "
        f"{count(front.n_tests, 'pair')}."
    )


def sensitivity_words(analysis: Sensitivity) -> str:
    """What the bars of the sensitivity mean."""
    if analysis.analysis == "sobol":
        text = (
            "Share of the variance of the effect between the points that a key makes by itself "
            "(S1), and with all its interactions (ST)."
        )
    else:
        text = (
            "Mean size (µ*) and mean (µ) of the change when one key alone goes over its whole "
            "range, in points of percent. Where µ* exceeds |µ|, the sign depends on the other keys."
        )
    text += f" Bar: 95{PERCENT} interval. {count(analysis.n_points, 'point')}."
    if analysis.noise_share is None:
        return text
    return (
        f"{text} The chance of the seeds makes {100 * analysis.noise_share:.1f}{PERCENT} of the "
        "variance between points."
    )


def cautions_of(curves: Sequence[Curve]) -> tuple[str, ...]:
    """What limits some curves; once where it is the same for all arms."""
    each = [curve.cautions for curve in curves]
    if len(set(each)) == 1:
        return each[0]
    return tuple(f"{curve.arm}: {caution}" for curve in curves for caution in curve.cautions)


def count(n: int, word: str) -> str:
    """A number and a word, as in `3 points`."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def points_interval(effect: Effect) -> str:
    """The interval of a difference of changes."""
    return f"95{PERCENT} interval {_ends(effect)} points"


def range_words(effect: Effect) -> str:
    """The interval of a change."""
    return f"95{PERCENT} interval {_ends(effect)}{PERCENT}"


def value_note(told: Judged) -> str:
    """The interval of a change and whether it shows an effect, to stand in brackets."""
    effect = effect_of(told)
    if effect is None or effect.low is None:
        return told.verdict
    return _ends(effect) + (", no effect shown" if told.verdict == "no effect shown" else "")


def size_words(effect: Effect, word: str) -> str:
    """Size, word and interval without signs, as in `2.1 % less (95 % interval 1.5 to 2.7 %)`."""
    digits = _digits(effect)
    size = f"{abs(effect.mean):.{digits}f}{PERCENT} {word}"
    if effect.low is None or effect.high is None:
        return size
    near, far = sorted((abs(effect.low), abs(effect.high)))
    return f"{size} (95{PERCENT} interval {near:.{digits}f} to {far:.{digits}f}{PERCENT})"


def _ends(effect: Effect) -> str:
    ends = (signed(end, digits=_digits(effect)) for end in (effect.low or 0.0, effect.high or 0.0))
    return " to ".join(ends)


def _digits(effect: Effect) -> int:
    """Decimals that let the mean and both ends of the interval be told from 0."""
    values = (value for value in (effect.mean, effect.low, effect.high) if value)
    return 2 if any(abs(value) < 0.1 for value in values) else 1


def effect_of(told: Judged) -> Effect | None:
    """The effect that was judged; None where nothing was compared."""
    return None if told.estimate is None else told.estimate.effect
