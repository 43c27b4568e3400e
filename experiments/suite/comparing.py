"""Found results against kept ones: what must be equal, what may differ by how much, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.suite.records import Record

Level = Literal["failure", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How far a figure may be from the kept one."""

    relative: float
    absolute: float
    reason: str
    level: Level = "failure"

    @property
    def words(self) -> str:
        """The tolerance as it is printed."""
        if self.relative == self.absolute == 0.0:
            return "exact"
        more = f" or {self.absolute:g}" if self.absolute else ""
        return f"{100 * self.relative:g} %{more}"

    def allows(self, got: float, expected: float) -> bool:
        """Whether a figure is near enough."""
        return abs(got - expected) <= max(self.relative * abs(expected), self.absolute)


EXACT_COUNT = Rule(
    relative=0.0,
    absolute=0.0,
    reason="the same SUMO, seed and code drive every vehicle alike; whole numbers have no rounding",
)
SAME_BITS = Rule(
    relative=0.0,
    absolute=0.0,
    reason="the same libraries on the same kind of processor give the same bits",
)
ROUNDING = Rule(
    relative=1e-6,
    absolute=1e-9,
    reason="sums of a trace in single precision; other processors and libraries round otherwise",
)
OTHER_SUMO_COUNT = Rule(
    relative=0.2,
    absolute=20.0,
    reason="another SUMO drives otherwise; more than this is another kind of result",
    level="warning",
)
OTHER_SUMO_MEAN = Rule(
    relative=0.05,
    absolute=0.05,
    reason="another SUMO drives otherwise; more than this is another kind of result",
    level="warning",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure that is not as it was kept."""

    where: str
    """Case, arm and seed; or what else is compared."""
    figure: str
    got: str
    expected: str
    tolerance: str
    reason: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two sets of results have in common, and so how they may be compared."""

    same_sumo: bool
    same_arithmetic: bool

    @staticmethod
    def of(
        made_on: Mapping[str, Mapping[str, str]], kept: Mapping[str, Mapping[str, str]]
    ) -> "Likeness":
        """How alike what they were made on is.

        Args:
            made_on: Of the found results, as `records.made_on`.
            kept: Of the kept ones.
        """
        sumo = [each["versions"].get("eclipse-sumo") for each in (made_on, kept)]
        same_sumo = sumo[0] == sumo[1]
        same_arithmetic = same_sumo and made_on["arithmetic"] == kept["arithmetic"]
        return Likeness(same_sumo=same_sumo, same_arithmetic=same_arithmetic)

    @property
    def sentence(self) -> str:
        """What was compared how."""
        if not self.same_sumo:
            return "another SUMO than the reference's: differences are told, and nothing is checked"
        if not self.same_arithmetic:
            return (
                "counts exact, means to rounding (another processor or library than it was made on)"
            )
        return "counts exact, means to rounding, all values of all vehicles to the last bit"


def differences(
    found: Sequence[Record], kept: Sequence[Record], likeness: Likeness
) -> list[Difference]:
    """All that differs; runs that only one side has differ too.

    Args:
        found: Runs just done.
        kept: Runs of the reference.
        likeness: How alike they must be.
    """
    here, there = ({record.key: record for record in records} for records in (found, kept))
    told: list[Difference] = []
    for key in dict.fromkeys((*there, *here)):
        where = "{}, {}, seed {}".format(*key)
        if key not in here or key not in there:
            got, expected = ("none", "a run") if key not in here else ("a run", "none")
            told.append(_of_runs(where, got, expected))
        else:
            told += _run_differences(where, here[key], there[key], likeness)
    return told


def _of_runs(where: str, got: str, expected: str) -> Difference:
    return Difference(
        where=where, figure="run", got=got, expected=expected, tolerance="exact",
        reason="results of some runs cannot stand for all", level="failure",
    )  # fmt: skip


def _run_differences(
    where: str, got: Record, expected: Record, likeness: Likeness
) -> Iterator[Difference]:
    count, mean = OTHER_SUMO_COUNT, OTHER_SUMO_MEAN
    if likeness.same_sumo:
        count, mean = EXACT_COUNT, ROUNDING
    yield from _figures(where, got.counts, expected.counts, count)
    yield from _figures(where, got.means, expected.means, mean)
    if likeness.same_arithmetic and got.vehicles_sha256 != expected.vehicles_sha256:
        hashes = (got.vehicles_sha256[:12], expected.vehicles_sha256[:12])
        yield _difference(where, "table of vehicles", hashes, SAME_BITS)


def _figures(
    where: str, got: Mapping[str, float], expected: Mapping[str, float], rule: Rule
) -> Iterator[Difference]:
    for name in dict.fromkeys((*expected, *got)):
        here, there = got.get(name), expected.get(name)
        # A reason of advice that nobody was given is not written.
        if name.startswith("reason."):
            here, there = here or 0, there or 0
        if here is None or there is None or not rule.allows(here, there):
            yield _difference(where, name, (_told(here), _told(there)), rule)


def _difference(where: str, figure: str, pair: tuple[str, str], rule: Rule) -> Difference:
    got, expected = pair
    return Difference(
        where=where, figure=figure, got=got, expected=expected, tolerance=rule.words,
        reason=rule.reason, level=rule.level,
    )  # fmt: skip


def _told(value: float | None) -> str:
    return "none" if value is None else f"{value:.10g}"
