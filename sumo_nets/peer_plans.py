"""Plans that SUMO's own tools make of a demand: green waves, and cycles by Webster's formula.

The tools are taken as they are, with their defaults; what describes the road and its demand is
handed to them: the programs in force, vehicles with routes, the hour of the greatest flow, the
lengths of yellow and of all-red.

References: tlsCoordinator.py and tlsCycleAdaptation.py of SUMO.
"""

import itertools
import math
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from sumo_nets.binaries import run_tool
from sumo_nets.demand import Demand
from sumo_nets.network import MOTOR_CLASSES
from sumo_nets.phases import LEAST_GREEN_S, is_fixed
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.signal_plans import own_programs, write_plan
from sumo_nets.xml_source import PROGRAM, as_text, open_xml, read_pieces, write_pieces

HOUR_S = 3600.0
MINUTE_S = 60.0
REACHED = "tl-logic ID: "
"""Begins what tlsCycleAdaptation says as it turns to a signal."""
MADE = "made.add.xml"
COUNTED = MOTOR_CLASSES | {"bicycle"}
"""Classes that the tools count; they know their weight by the name of the class."""


def write_coordinated_plan(scenario: Scenario, demand: Demand, path: Path) -> tuple[str, ...]:
    """Write the fixed programs with the offsets that SUMO's tlsCoordinator finds.

    Args:
        scenario: Whose signals.
        demand: What it plans for.
        path: Additional file to write.

    Returns:
        What a reader of any result must know of the plan.

    Raises:
        ScenarioError: No program is fixed, or the tool fails.
    """
    fixed = _fixed(scenario)
    with tempfile.TemporaryDirectory(prefix="ecocorridor-") as name:
        folder = Path(name)
        write_pieces(folder / "own.add.xml", "additional", map(as_text, fixed.values()))
        _write_hour(folder / "hour.rou.xml", demand, begin_s=None)
        tool = _Tool(name="tlsCoordinator.py", scenario=scenario, folder=folder)
        made = tool.made(["-n", str(scenario.net_file), "-a", "own.add.xml", "-r", "hour.rou.xml"])
    offsets = {found.get("id", ""): found.get("offset", "0") for found in made}
    changed = sorted(offsets.keys() & fixed.keys())
    for signal_id in changed:
        fixed[signal_id].set("offset", offsets[signal_id])
    write_plan(path, fixed.values())
    remarks = [_left("coordinator", scenario, len(fixed) - len(changed), len(fixed))]
    cycles = sorted({_cycle_s(fixed[signal_id]) for signal_id in changed})
    if len(cycles) > 1:
        said = ", ".join(f"{cycle_s:g}" for cycle_s in cycles)
        remarks.append(f"coordinator: cycles of {said} s drift apart; the tool leaves them")
    return tuple(filter(None, remarks))


def write_adapted_plan(scenario: Scenario, demand: Demand, path: Path) -> tuple[str, ...]:
    """Write the fixed programs with the cycles and splits of SUMO's tlsCycleAdaptation.

    Args:
        scenario: Whose signals.
        demand: What it plans for: its hour of greatest flow; a shorter window stands for an hour.
        path: Additional file to write.

    Returns:
        What a reader of any result must know of the plan.

    Raises:
        ScenarioError: No program is fixed, or the tool fails.
    """
    fixed = _fixed(scenario)
    yellow_s, is_one = _usual_yellow_s(fixed)
    begin_s = busiest_hour_s(demand, scenario.begin_s)
    with tempfile.TemporaryDirectory(prefix="ecocorridor-") as name:
        folder = Path(name)
        _write_net(folder / "own.net.xml", scenario.net_file, fixed)
        _write_hour(folder / "hour.rou.xml", demand, begin_s=begin_s)
        tool = _Tool(name="tlsCycleAdaptation.py", scenario=scenario, folder=folder)
        made, skipped = tool.made_of_most(
            [
                *("-n", "own.net.xml", "-r", "hour.rou.xml", "--begin", f"{begin_s:g}"),
                *("--yellow-time", str(yellow_s), "--all-red", str(_usual_all_red_s(fixed))),
                *("--min-green", f"{LEAST_GREEN_S:g}"),
            ]
        )
    for program in made:
        _take_lengths(fixed[program.get("id", "")], program, scenario)
    write_plan(path, fixed.values())
    remarks = [_left("cycle-adaptation", scenario, len(fixed) - len(made), len(fixed))]
    if not is_one:
        remarks.append(f"cycle-adaptation: the tool sets all yellows to the usual {yellow_s} s")
    remarks += [
        f"cycle-adaptation: SUMO's tool fails at signal '{signal_id}', which is skipped: {words}"
        for signal_id, words in skipped.items()
    ]
    return tuple(filter(None, remarks))


def _fixed(scenario: Scenario) -> dict[str, Element]:
    fixed = {key: each for key, each in own_programs(scenario).items() if is_fixed(each)}
    if not fixed:
        raise ScenarioError([f"{scenario.name}: has no fixed program that could be planned anew"])
    return fixed


def _left(arm: str, scenario: Scenario, n_left: int, n_signals: int) -> str:
    """A sentence on signals that a tool leaves as they are; empty where there is none."""
    if n_left == n_signals:
        return f"{arm}: SUMO's tool changes nothing in {scenario.name}"
    return (
        f"{arm}: SUMO's tool leaves {n_left} of {n_signals} signals as they are" if n_left else ""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tool:
    """One of SUMO's tools, at work in a folder of its own."""

    name: str
    scenario: Scenario
    folder: Path

    def made(self, arguments: Sequence[str]) -> list[Element]:
        """The programs (`tlLogic`) that it writes.

        Raises:
            ScenarioError: It fails; with its last words.
        """
        done = self._run(arguments)
        if done.returncode:
            raise self._failure(done)
        return self._programs()

    def made_of_most(self, arguments: Sequence[str]) -> tuple[list[Element], dict[str, str]]:
        """As `made`; signals over which it stumbles are skipped, as its option allows.

        Returns:
            The programs; id of each skipped signal → what went wrong.
        """
        skipped: dict[str, str] = {}
        while (done := self._run([*arguments, "-v", "--skip", ",".join(skipped)])).returncode:
            reached = [line for line in done.stdout.splitlines() if line.startswith(REACHED)]
            signal_id = reached[-1].removeprefix(REACHED) if reached else ""
            if not signal_id or signal_id in skipped:
                raise self._failure(done)
            skipped[signal_id] = _last_words(done)
        return self._programs(), skipped

    def _run(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return run_tool(self.name, [*arguments, "-o", MADE], folder=self.folder)

    def _programs(self) -> list[Element]:
        pieces = read_pieces(self.folder / MADE)
        return [piece.element for piece in pieces if piece.element.tag == "tlLogic"]

    def _failure(self, done: subprocess.CompletedProcess[str]) -> ScenarioError:
        said = f"{self.scenario.name}: SUMO's {self.name} fails: {_last_words(done)}"
        return ScenarioError([said])


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr.strip() or "no reason given").splitlines()[-1]


def busiest_hour_s(demand: Demand, begin_s: float) -> float:
    """When the hour begins in which most vehicles depart, in whole minutes from a begin on."""
    departs_s = demand.departs_s[np.isfinite(demand.departs_s)]
    last_s = float(departs_s.max(initial=begin_s))
    begins_s = np.arange(begin_s, max(last_s - HOUR_S, begin_s) + MINUTE_S, MINUTE_S)
    n_departs = [
        np.count_nonzero((departs_s >= start_s) & (departs_s < start_s + HOUR_S))
        for start_s in begins_s
    ]
    return float(begins_s[int(np.argmax(n_departs))])


def _write_hour(path: Path, demand: Demand, *, begin_s: float | None) -> None:
    """Write the vehicles of an hour as the tools read them; all vehicles without a begin.

    Where all depart in less than an hour, that time stands for an hour: vehicles are repeated.
    """
    rows = [
        (float(depart_s), kind, edges)
        for depart_s, kind, edges in zip(
            demand.departs_s, demand.vehicle_classes, demand.routes, strict=True
        )
        if math.isfinite(depart_s) and kind in COUNTED and len(edges) > 1
    ]
    if begin_s is not None:
        rows = [row for row in rows if begin_s <= row[0] < begin_s + HOUR_S]
        rows = list(_of_an_hour(rows, begin_s))
    write_pieces(path, "routes", (_vehicle(n, *row) for n, row in enumerate(rows)))


def _of_an_hour(
    rows: list[tuple[float, str, tuple[str, ...]]], begin_s: float
) -> Iterator[tuple[float, str, tuple[str, ...]]]:
    """Vehicles of a time that is shorter than an hour, repeated to those of an hour."""
    minutes = math.ceil((rows[-1][0] - begin_s) / MINUTE_S) if rows else 0
    factor = HOUR_S / (MINUTE_S * min(max(minutes, 1), 60))
    for n, (depart_s, kind, edges) in enumerate(rows):
        for _ in range(math.floor((n + 1) * factor) - math.floor(n * factor)):
            yield begin_s + (depart_s - begin_s) * factor, kind, edges


def _vehicle(n: int, depart_s: float, kind: str, edges: tuple[str, ...]) -> str:
    vehicle = Element("vehicle", {"id": str(n), "type": kind, "depart": f"{depart_s:.2f}"})
    SubElement(vehicle, "route", {"edges": " ".join(edges)})
    return as_text(vehicle)


def _write_net(path: Path, net_file: Path, programs: Mapping[str, Element]) -> None:
    """Write a network that holds these programs and no others."""
    with open_xml(net_file) as file:
        content = file.read()
    texts = "\n    ".join(map(as_text, programs.values())).encode()
    first = itertools.chain([texts], itertools.repeat(b""))
    path.write_bytes(PROGRAM.sub(lambda _found: next(first), content))


def _usual_yellow_s(programs: Mapping[str, Element]) -> tuple[int, bool]:
    """The yellow that occurs most, in whole seconds, and whether there is no other."""
    found = Counter(
        max(1, round(float(phase.get("duration", "0"))))
        for program in programs.values()
        for phase in program.iter("phase")
        if "y" in phase.get("state", "")
    )
    usual_s = max(found, key=lambda length_s: (found[length_s], length_s), default=3)
    return usual_s, len(found) <= 1


def _usual_all_red_s(programs: Mapping[str, Element]) -> int:
    """Time per cycle without any green or yellow, the middle one of all signals."""
    found = [
        sum(
            float(phase.get("duration", "0"))
            for phase in program.iter("phase")
            if set(phase.get("state", "")) <= {"r"}
        )
        for program in programs.values()
    ]
    return round(float(np.median(found)))


def _cycle_s(program: Element) -> float:
    return sum(float(phase.get("duration", "0")) for phase in program.iter("phase"))


def _take_lengths(program: Element, made: Element, scenario: Scenario) -> None:
    """Take over the lengths of phases; their letters have to be the same."""
    pairs = list(itertools.zip_longest(program.iter("phase"), made.iter("phase")))
    for own, new in pairs:
        if own is None or new is None or own.get("state") != new.get("state"):
            raise ScenarioError(
                [
                    f"{scenario.name}: SUMO's tlsCycleAdaptation.py changes the phases of signal "
                    f"'{program.get('id')}'"
                ]
            )
    for own, new in pairs:
        own.set("duration", new.get("duration", ""))
