"""Small changes to a plan: another cycle, other splits, other offsets; all of them allowed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.retiming.stages import FixedSignal, Plan, Times

FloatArray = NDArray[np.float64]

SAME_CYCLE_S = 0.25
"""Signals whose cycles differ by less than this run in step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How far single changes go, in whole seconds."""

    cycle_s: int
    split_s: int
    offset_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change to a plan."""

    kind: Literal["cycle", "green", "offset"]
    signals: tuple[str, ...]
    """Whom it times anew."""
    change_s: float
    """By how much that becomes longer, or later."""
    stage: int = 0
    """Which green."""

    @property
    def label(self) -> str:
        """What it does, for people."""
        who = self.signals[0] if len(self.signals) == 1 else f"{len(self.signals)} signals"
        what = f"green {self.stage}" if self.kind == "green" else self.kind
        return f"{what} of {who} {self.change_s:+g} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRange:
    """Cycles that may be chosen."""

    low_s: float
    high_s: float

    def __post_init__(self) -> None:
        if not 0 < self.low_s <= self.high_s:
            raise ValueError(
                f"a range of cycles must be MIN:MAX with 0 < MIN <= MAX, got "
                f"{self.low_s:g}:{self.high_s:g}"
            )

    def holds(self, cycle_s: float) -> bool:
        """Whether a cycle lies in it."""
        return self.low_s <= cycle_s <= self.high_s


def with_cycle(signal: FixedSignal, times: Times, cycle_s: float) -> Times | None:
    """A signal with another cycle, its greens in proportion as far as the least ones allow.

    Returns:
        The times in whole seconds but for what the fixed phases are short of them; None: the cycle
        is too short for the least greens.
    """
    total_s = cycle_s - signal.fixed_s
    greens_s = whole_greens(total_s, times.greens_s, signal.min_s)
    if greens_s is None:
        return None
    return Times(greens_s=greens_s, offset_s=times.offset_s % cycle_s)


def with_green(signal: FixedSignal, times: Times, stage: int, green_s: float) -> Times | None:
    """A signal with another length of one green, the others giving way in proportion.

    Returns:
        The times, at the same cycle; None: they are not allowed.
    """
    n_stages = len(times.greens_s)
    if n_stages < 2 or green_s < signal.min_s[stage]:
        return None
    others = [index for index in range(n_stages) if index != stage]
    rest = whole_greens(
        sum(times.greens_s) - green_s,
        [times.greens_s[index] for index in others],
        [signal.min_s[index] for index in others],
    )
    if rest is None:
        return None
    greens_s = [*rest]
    greens_s.insert(stage, green_s)
    return replace(times, greens_s=tuple(greens_s))


def with_offset(signal: FixedSignal, times: Times, offset_s: float) -> Times:
    """A signal with another offset."""
    return replace(times, offset_s=offset_s % signal.cycle_s(times))


def whole_greens(
    total_s: float, wanted_s: Sequence[float], least_s: Sequence[float]
) -> tuple[float, ...] | None:
    """Greens of a given sum, in proportion to what is wanted, nobody below his least.

    Beyond the least they are whole seconds; the longest bears what of the sum is not.

    Returns:
        The greens; None: the sum is less than all least ones together.
    """
    if total_s < sum(least_s) - 1e-9:
        return None
    least = np.array(least_s)
    exact_s = _proportional(total_s, np.maximum(wanted_s, 1e-3), least)
    over_s = np.floor(exact_s - least + 1e-9)
    left_s = total_s - float((least + over_s).sum())
    # Those who lose most by rounding get the seconds that are left.
    for index in np.argsort(over_s + least - exact_s, kind="stable")[: int(left_s + 1e-9)]:
        over_s[index] += 1.0
        left_s -= 1.0
    greens_s = least + over_s
    greens_s[int(np.argmax(greens_s))] += max(left_s, 0.0) if left_s > 1e-6 else 0.0
    return tuple(greens_s.tolist())


def _proportional(total_s: float, wanted_s: FloatArray, least_s: FloatArray) -> FloatArray:
    """Shares of a sum that is enough for all least ones; whoever would fall short gets his."""
    is_least = np.zeros(wanted_s.size, dtype=np.bool_)
    while True:
        left_s = total_s - least_s[is_least].sum()
        per_wanted = left_s / max(float(wanted_s[~is_least].sum()), 1e-9)
        shares_s = np.where(is_least, least_s, per_wanted * wanted_s)
        is_short = ~is_least & (shares_s < least_s - 1e-9)
        if not is_short.any():
            return shares_s
        is_least |= is_short


def groups_of(signals: Mapping[str, FixedSignal], plan: Plan) -> list[tuple[str, ...]]:
    """Signals that run in step, by their cycles."""
    groups: list[list[str]] = []
    cycles_s = {name: signals[name].cycle_s(times) for name, times in plan.items()}
    for name in sorted(plan, key=lambda each: (cycles_s[each], each)):
        if groups and abs(cycles_s[name] - cycles_s[groups[-1][0]]) < SAME_CYCLE_S:
            groups[-1].append(name)
        else:
            groups.append([name])
    return [tuple(group) for group in groups]


def cycle_moves(signals: Mapping[str, FixedSignal], plan: Plan, steps: Steps) -> Iterator[Move]:
    """Longer and shorter cycles of all signals that run in step."""
    for group in groups_of(signals, plan):
        for change_s in (-steps.cycle_s, steps.cycle_s):
            yield Move(kind="cycle", signals=group, change_s=change_s)


def signal_moves(
    signals: Mapping[str, FixedSignal], plan: Plan, steps: Steps, name: str
) -> Iterator[Move]:
    """Other greens of a signal and, where others run in step with it, other offsets."""
    if any(name in group and len(group) > 1 for group in groups_of(signals, plan)):
        for change_s in (-steps.offset_s, steps.offset_s):
            yield Move(kind="offset", signals=(name,), change_s=change_s)
    n_greens = len(signals[name].greens)
    for stage in range(n_greens if n_greens > 2 else n_greens - 1):
        for change_s in (steps.split_s, -steps.split_s):
            yield Move(kind="green", signals=(name,), change_s=change_s, stage=stage)


def moved(
    signals: Mapping[str, FixedSignal], plan: Plan, move: Move, cycles: CycleRange
) -> dict[str, Times] | None:
    """A plan with a change; None: that is not allowed."""
    found: dict[str, Times | None] = {}
    for name in move.signals:
        signal, times = signals[name], plan[name]
        if move.kind == "offset":
            found[name] = with_offset(signal, times, times.offset_s + move.change_s)
        elif move.kind == "green":
            green_s = times.greens_s[move.stage] + move.change_s
            found[name] = with_green(signal, times, move.stage, green_s)
        elif cycles.holds(signal.cycle_s(times) + move.change_s):
            found[name] = with_cycle(signal, times, signal.cycle_s(times) + move.change_s)
    changed = {name: times for name, times in found.items() if times is not None}
    return {**plan, **changed} if len(changed) == len(move.signals) else None
