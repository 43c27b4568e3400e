"""What is wrong with plans of signals, found without running them."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sumo_nets.check import Finding
from sumo_nets.conflicts import RightOfWay, right_of_way
from sumo_nets.intergreens import (
    CLEARING_TOLERANCE_S,
    TOLERANCE_S,
    Change,
    TimingRules,
    changes,
    gaps,
)
from sumo_nets.movements import Movement, Roads, read_roads
from sumo_nets.phases import GREEN
from sumo_nets.plans import LETTERS, Plan

OPEN = GREEN | frozenset("soO")
"""Letters with which somebody may go."""
COORDINATED_M = 800.0
"""Signals whose stop lines are farther apart are not held to be coordinated."""
NAMED = 3
"""Movements that a finding names."""


def check_plans(
    net_file: Path, plans: Mapping[str, Plan], rules: TimingRules | None = None
) -> tuple[Finding, ...]:
    """All that is wrong with the plans of a network's signals, errors first.

    Errors: states that are too short, greens that conflict, movements without green, greens that
    end without yellow while a foe waits, lengths against their own bounds. Warnings: yellow or
    clearing times shorter than `TimingRules` says, short greens, offsets beyond the cycle,
    neighbours with an offset whose cycles do not fit.

    Raises:
        XmlError: The network is not well-formed.
    """
    roads, rows = read_roads(net_file), right_of_way(net_file)
    checks = [
        _SignalCheck(
            plan=plan,
            row=rows[plan.signal_id],
            movements=roads.movements[plan.signal_id],
            rules=rules or TimingRules(),
        )
        for plan in plans.values()
        if plan.signal_id in rows
    ]
    found = [finding for check in checks for finding in check.findings()]
    found += [
        _finding("error", plan.place, f"the network has no signal '{plan.signal_id}'")
        for plan in plans.values()
        if plan.signal_id not in rows
    ]
    found += [
        _finding("error", str(net_file), f"signal '{signal_id}' has no plan")
        for signal_id in rows
        if signal_id not in plans
    ]
    found += _coordination(plans, roads)
    return tuple(sorted(found, key=lambda finding: finding.level))


def _finding(level: Literal["error", "warning"], place: str, text: str) -> Finding:
    return Finding(level=level, text=f"{place}: {text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignalCheck:
    """The plan of one signal against its network."""

    plan: Plan
    row: RightOfWay
    movements: Mapping[int, tuple[Movement, ...]]
    rules: TimingRules

    def findings(self) -> Iterator[Finding]:
        """All of them; those of times only where states are sound."""
        n_links = len(self.row.are_foes)
        is_sound = True
        for phase in self.plan.phases:
            unknown = sorted(set(phase.state) - LETTERS)
            if unknown:
                yield self._error(phase.place, f"unknown letter '{unknown[0]}' in {phase.state}")
            if len(phase.state) < n_links:
                said = f"the state has {len(phase.state)} letters for {n_links} links"
                yield self._error(phase.place, said)
                is_sound = False
        if is_sound and any(len(phase.state) > n_links for phase in self.plan.phases):
            longest = max(len(phase.state) for phase in self.plan.phases)
            said = f"states have {longest} letters for {n_links} links: the last ones are idle"
            yield self._warning(self.plan.place, said)
        yield from self._lengths()
        if is_sound:
            yield from self._clashes()
            yield from self._unserved()
            if self.plan.cycle_s > 0:
                yield from self._changes()

    def _lengths(self) -> Iterator[Finding]:
        plan = self.plan
        for phase in plan.phases:
            length_s = phase.duration_s
            if length_s <= 0:
                yield self._error(phase.place, f"a phase lasts {length_s:g} s")
            if plan.control != "static":
                continue
            if phase.min_s is not None and length_s < phase.min_s - TOLERANCE_S:
                said = f"{length_s:g} s are less than the least length, {phase.min_s:g} s"
                yield self._warning(phase.place, said)
            if phase.max_s is not None and length_s > phase.max_s + TOLERANCE_S:
                said = f"{length_s:g} s are more than the greatest length, {phase.max_s:g} s"
                yield self._warning(phase.place, said)
        if plan.cycle_s > 0 and abs(plan.offset_s) >= plan.cycle_s:
            said = f"offset {plan.offset_s:g} s is beyond the cycle of {plan.cycle_s:g} s"
            yield self._warning(plan.place, said)

    def _clashes(self) -> Iterator[Finding]:
        for phase in self.plan.phases:
            clashes = self.row.clashes(phase.state)
            if clashes:
                pairs = [f"{self._name(i)} with {self._name(j)}" for i, j in clashes]
                said = f"greens that conflict in {phase.state}: {_some(pairs)}"
                yield self._error(phase.place, said)

    def _unserved(self) -> Iterator[Finding]:
        served = {
            index
            for phase in self.plan.phases
            for index, letter in enumerate(phase.state)
            if letter in OPEN
        }
        never = sorted(set(self.movements) - served)
        motor = [i for i in never if any(each.is_motor for each in self.movements[i])]
        other = [i for i in never if i not in motor]
        if motor:
            said = f"never green: {_some([self._name(i) for i in motor])}"
            yield self._error(self.plan.place, said)
        if other:
            said = f"never green, without motor traffic: {_some([self._name(i) for i in other])}"
            yield self._warning(self.plan.place, said)

    def _changes(self) -> Iterator[Finding]:
        by_fault: dict[tuple[str, int], list[str]] = {}
        for index in self.movements:
            for change in changes(self.plan, index):
                for fault, said in self._faults(change):
                    by_fault.setdefault((fault, change.phase), []).append(said)
        for (fault, phase), names in by_fault.items():
            place = self.plan.phases[phase].place
            make = self._error if fault.startswith("no yellow") else self._warning
            yield make(place, f"{fault}: {_some(list(dict.fromkeys(names)))}")

    def _faults(self, change: Change) -> Iterator[tuple[str, str]]:
        """What is wrong with the end of a green: the sort of fault, and who it concerns."""
        each = max(self.movements[change.index], key=lambda movement: movement.approach_mps)
        name = self._name(change.index)
        following = list(gaps(self.plan, self.row, change))
        if change.green_s < self.rules.min_green_s - TOLERANCE_S:
            said = f"{name} {change.green_s:g} s"
            yield f"greens of less than {self.rules.min_green_s:g} s before this phase", said
        if not each.is_foot:
            least_s = self.rules.yellow_s(each.approach_mps)
            if change.yellow_s <= 0:
                if following:
                    yield "no yellow after a green", name
                return
            if change.yellow_s < least_s - TOLERANCE_S:
                kmh = f"{3.6 * each.approach_mps:.0f} km/h"
                said = f"{name} {change.yellow_s:g} s, {least_s:.1f} s are needed at {kmh}"
                yield "yellow too short", said
        worst = max(
            ((self._lacking_s(change, foe, gap_s), foe, gap_s) for foe, _, gap_s in following),
            default=None,
        )
        if worst is not None and worst[0] > CLEARING_TOLERANCE_S:
            lacking_s, foe, gap_s = worst
            said = (
                f"from {name} to {self._name(foe)} {gap_s:g} s, {gap_s + lacking_s:.1f} s are "
                "needed to clear"
            )
            yield "all-red too short", said

    def _lacking_s(self, change: Change, foe: int, gap_s: float) -> float:
        """How much the time to clear falls short; -inf where it cannot."""
        return max(
            (
                self.rules.clearing_s(leaves, comes) - gap_s
                for leaves in self.movements[change.index]
                for comes in self.movements.get(foe, ())
                if len(leaves.path) and len(comes.path) and self.rules.longest_s(leaves) > gap_s
            ),
            default=float("-inf"),
        )

    def _name(self, index: int) -> str:
        own = self.movements.get(index, ())
        return f"{own[0].name} ({index})" if own else f"link {index}"

    def _error(self, place: str, text: str) -> Finding:
        return _finding("error", place, f"signal '{self.plan.signal_id}': {text}")

    def _warning(self, place: str, text: str) -> Finding:
        return _finding("warning", place, f"signal '{self.plan.signal_id}': {text}")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return "; ".join(names[:NAMED]) + more


def _coordination(plans: Mapping[str, Plan], roads: Roads) -> Iterator[Finding]:
    """Neighbours of which one has an offset, and whose cycles do not fit into each other."""
    for first, second in _neighbours(roads):
        if first not in plans or second not in plans:
            continue
        pair = sorted((plans[first], plans[second]), key=lambda plan: plan.cycle_s)
        if any(plan.control != "static" or plan.cycle_s <= 0 for plan in pair):
            continue
        if all(plan.offset_s == 0 for plan in pair):
            continue
        short_s, long_s = (plan.cycle_s for plan in pair)
        if abs(long_s / short_s - round(long_s / short_s)) * short_s > TOLERANCE_S:
            said = (
                f"signal '{first}' has an offset to its neighbour '{second}', but their cycles are "
                f"{plans[first].cycle_s:g} and {plans[second].cycle_s:g} s: they drift apart"
            )
            yield _finding("warning", plans[first].place, said)


def _neighbours(roads: Roads) -> list[tuple[str, str]]:
    """Pairs of signals, sorted, where a road leads from one to the other without a third."""
    motor = [
        each
        for own in roads.movements.values()
        for movements in own.values()
        for each in movements
        if each.is_motor
    ]
    signal_at = {each.from_edge: each.signal_id for each in motor}
    return sorted(
        {
            (min(each.signal_id, other), max(each.signal_id, other))
            for each in motor
            for other in _next_signals(each.to_edge, signal_at, roads)
            if other != each.signal_id
        }
    )


def _next_signals(edge: str, signal_at: Mapping[str, str], roads: Roads) -> Iterator[str]:
    """Signals that come first on the roads that begin with an edge, nearer than the limit."""
    ahead = [(roads.length_m.get(edge, 0.0), edge)]
    seen: set[str] = set()
    while ahead:
        so_far_m, here = heapq.heappop(ahead)
        if here in seen or so_far_m > COORDINATED_M:
            continue
        seen.add(here)
        if here in signal_at:
            yield signal_at[here]
            continue
        for following in roads.onward.get(here, ()):
            heapq.heappush(ahead, (so_far_m + roads.length_m.get(following, 0.0), following))
