"""What repeated looking costs: the confidence of intervals that seeds were added for.

Whoever looks at results and adds seeds until he likes them gets intervals that miss the truth more
often than they say. Two kinds of rules are told apart:

* A rule on `width` (or on `n`) alone never sees where the mean is. Of normal differences the mean
  is independent of the standard deviations that the rule has seen, so that only their being small
  by chance hurts: a little. Found by simulation over all widths, with looks after every seed or
  fewer: 95 % intervals hold in 93.0 % of the experiments if the first look is at 8 seeds, in 91.5 %
  if at 4; intervals of 97 % and 98 % hold in 95.6 % and 96.0 %.
* Any other rule (a sign, a bound) may stop just when the mean is off. Intervals for 1 - 0.05 / K
  at each of K planned looks hold at all of them together in 95 %, whatever the rule.

References: Chow and Robbins (1965), Ann. Math. Stat. 36, doi:10.1214/aoms/1177700156; Starr (1966),
Ann. Math. Stat. 37, doi:10.1214/aoms/1177699448 (fixed width); Armitage, McPherson and Rowe (1969),
JRSS A 132, doi:10.2307/2343787 (what repeated tests do); Dunn (1961), JASA 56,
doi:10.1080/01621459.1961.10482090 (Bonferroni).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from experiments.statistics import CONFIDENCE

BLIND_FIELDS = ("width", "n")
"""Fields of an effect that do not tell where its mean is."""

_WIDTH_CONFIDENCE = ((8, 0.97), (4, 0.98))
"""First look at so many seeds or more → confidence that is enough for a rule on widths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequential:
    """How seeds were added in an experiment, and what its intervals allow for."""

    until: tuple[str, ...]
    """The conditions, as they were written."""
    planned_looks: tuple[int, ...]
    """Seeds at each look that might have been."""
    looks: tuple[int, ...]
    """Seeds at each look that was."""
    stopped_by: Literal["conditions", "cap"]
    missed: tuple[str, ...] = ()
    """A sentence for each condition that does not hold at the cap."""

    @property
    def confidence(self) -> float:
        """Probability that the intervals at each look are made for."""
        return look_confidence(self.until, self.planned_looks)

    @property
    def words(self) -> str:
        """What was done, in a sentence or two."""
        found = " and ".join(self.until)
        ended = "it held" if self.stopped_by == "conditions" else "the cap was reached"
        return (
            f"Seeds were added until {found}: {ended} after {self.looks[-1]} seeds, at look "
            f"{len(self.looks)} of {len(self.planned_looks)} planned ones. Each interval is made "
            f"for {100 * self.confidence:.4g} %, so that in spite of the looks it holds with "
            f"{100 * CONFIDENCE:g} %."
        )

    def to_plain(self) -> dict[str, Any]:
        """As it stands in a summary."""
        return {
            "until": list(self.until),
            "planned_looks": list(self.planned_looks),
            "looks": list(self.looks),
            "stopped_by": self.stopped_by,
            "confidence": self.confidence,
        }


def sequential_of(summary: object) -> Sequential | None:
    """How seeds were added in an experiment, from its summary; None: all were listed beforehand.

    The confidence is worked out anew, not believed.

    Raises:
        ValueError: What stands there cannot be.
    """
    plain = summary.get("sequential") if isinstance(summary, Mapping) else None
    if plain is None:
        return None
    try:
        return _of_plain(plain)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"sequential: not as it is written: {error!r}") from None


def _of_plain(plain: Mapping[str, Any]) -> Sequential:
    if not plain["planned_looks"]:
        raise KeyError("planned_looks")
    return Sequential(
        until=tuple(plain["until"]),
        planned_looks=tuple(plain["planned_looks"]),
        looks=tuple(plain["looks"]),
        stopped_by=plain["stopped_by"],
    )


def look_confidence(until: Sequence[str], planned_looks: Sequence[int]) -> float:
    """Confidence of the intervals at each look, so that the last one holds with 95 %.

    Args:
        until: Conditions by which seeds are no longer added.
        planned_looks: Seeds at each look, ascending.
    """
    n_looks = len(planned_looks)
    in_full = 1.0 - (1.0 - CONFIDENCE) / n_looks
    if not all(_is_blind(text) for text in until):
        return in_full
    enough = (level for n_seeds, level in _WIDTH_CONFIDENCE if planned_looks[0] >= n_seeds)
    return min(in_full, next(enough, in_full))


def _is_blind(condition: str) -> bool:
    figure = condition
    for operator in "<>=!":
        figure = figure.partition(operator)[0]
    return figure.strip().rpartition(".")[2] in BLIND_FIELDS
