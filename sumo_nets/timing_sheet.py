"""Timing sheets: plans as a table that engineers read and write, one row per signal and stage.

A stage is a green, with the yellow and the all-red that follow it. A plan whose change has more
intervals than these two goes on in the next row, without a green. Controllers and the search for
plans have stages of their own, see `experiments.retiming.stages`.
"""

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sumo_nets.plans import LETTERS, Phase, Plan, number
from sumo_nets.scenario import ScenarioError

COLUMNS = (
    *("signal", "program", "control", "cycle_s", "offset_s", "stage", "start_s"),
    *("green_s", "yellow_s", "all_red_s", "min_s", "max_s", "movements"),
    *("green_state", "yellow_state", "all_red_state"),
)
CONTROLS = ("static", "actuated", "delay_based")
"""Ways to run a plan that a sheet can name."""
GREENS, YELLOWS = frozenset("GgsoO"), frozenset("yu")
INTERVALS = ("green", "yellow", "all_red")
TOLERANCE_S = 1e-6
"""Sums of a sheet may differ from those of its stages by as much."""

Namer = Callable[[str, str], str]
"""Signal id and state → the movements that have green, in words."""


def write_sheet(plans: Iterable[Plan], movements: Namer) -> str:
    """The timing sheet of plans, as CSV.

    Raises:
        ScenarioError: A plan has what a sheet cannot hold.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for plan in plans:
        if plan.control not in CONTROLS:
            raise ScenarioError(
                [
                    f"{plan.place}: signal '{plan.signal_id}': a program of type '{plan.control}' "
                    f"cannot be written as a timing sheet; these can: {', '.join(CONTROLS)}"
                ]
            )
        if plan.extras:
            raise ScenarioError([f"{plan.place}: {plan.extras_said}"])
        writer.writerows(_rows(plan, movements))
    return text.getvalue()


def stages(phases: Sequence[Phase]) -> list[tuple[Phase | None, Phase | None, Phase | None]]:
    """Phases in their order as rows of green, yellow, all-red; None where there is none."""
    rows: list[list[Phase | None]] = []
    last = len(INTERVALS)
    for phase in phases:
        place = _interval(phase)
        if place <= last:
            rows.append([None, None, None])
        rows[-1][place] = phase
        last = place
    return [(row[0], row[1], row[2]) for row in rows]


def _interval(phase: Phase) -> int:
    """Number of the interval of a stage that a phase is; only a green has bounds."""
    if phase.min_s is not None or phase.max_s is not None:
        return 0
    if not YELLOWS.isdisjoint(phase.state):
        return 1
    return 0 if not GREENS.isdisjoint(phase.state) else 2


def _rows(plan: Plan, movements: Namer) -> Iterator[tuple[str, ...]]:
    start_s = 0.0
    for stage, row in enumerate(stages(plan.phases), start=1):
        green = row[0]
        yield (
            *(plan.signal_id, plan.program_id, plan.control),
            *(number(plan.cycle_s), number(plan.offset_s), str(stage), number(start_s)),
            *("" if phase is None else number(phase.duration_s) for phase in row),
            "" if green is None or green.min_s is None else number(green.min_s),
            "" if green is None or green.max_s is None else number(green.max_s),
            "" if green is None else movements(plan.signal_id, green.state),
            *("" if phase is None else phase.state for phase in row),
        )
        start_s += sum(phase.duration_s for phase in row if phase is not None)


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    place: str
    """`file:line:column`."""


def sheet_text(path: Path) -> str:
    """The text of a CSV file.

    Raises:
        ScenarioError: It is none.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError([f"{path}: is no UTF-8 text ({error.reason})"]) from error


def read_sheet(text: str, file: str, movements: Namer | None = None) -> list[Plan]:
    """The plans of a timing sheet.

    `cycle_s`, `start_s` and `movements` say what follows from the rest: they may be empty, and
    must agree with it where they are not.

    Args:
        text: The sheet, as CSV.
        file: Its name, for messages.
        movements: To compare the words for movements with the letters; None: they are not.

    Raises:
        ScenarioError: All that is wrong, each as `file:line:column: what`.
    """
    reader = _SheetReader(file, movements)
    plans = reader.plans(text)
    if reader.problems:
        raise ScenarioError(reader.problems)
    return plans


class _SheetReader:
    """Reads a sheet to its end, and keeps all that is wrong with it."""

    def __init__(self, file: str, movements: Namer | None) -> None:
        self.problems: list[str] = []
        self._file = file
        self._movements = movements
        self._strangers: set[str] = set()

    def plans(self, text: str) -> list[Plan]:
        """The plans; what is wrong is in `problems`."""
        by_plan: dict[tuple[str, str], list[dict[str, _Cell]]] = {}
        for row in self._table(text):
            by_plan.setdefault((row["signal"].text, row["program"].text), []).append(row)
        if not by_plan and not self.problems:
            self.problems.append(f"{self._file}: holds no stage")
        return [self._plan(rows) for rows in by_plan.values()] if not self.problems else []

    def _table(self, text: str) -> Iterator[dict[str, _Cell]]:
        lines = text.removeprefix("\ufeff").splitlines()
        header = tuple(name for name, _ in _split(lines[0])) if lines else ()
        if header != COLUMNS:
            wrong = [name for name in header if name not in COLUMNS]
            missing = [name for name in COLUMNS if name not in header]
            said = f"has '{wrong[0]}'" if wrong else f"lacks '{missing[0]}'" if missing else ""
            self.problems.append(
                f"{self._file}:1:1: the header {said or 'is out of order'}; a timing sheet has: "
                f"{','.join(COLUMNS)}"
            )
            return
        for n, line in enumerate(lines[1:], start=2):
            cells = [
                _Cell(cell.strip(), f"{self._file}:{n}:{column}") for cell, column in _split(line)
            ]
            if not any(cell.text for cell in cells):
                continue
            if len(cells) != len(COLUMNS):
                self.problems.append(
                    f"{self._file}:{n}:1: has {len(cells)} cells, the header has {len(COLUMNS)}"
                )
                continue
            yield dict(zip(COLUMNS, cells, strict=True))

    def _plan(self, rows: list[dict[str, _Cell]]) -> Plan:
        first = rows[0]
        for key in ("signal", "program"):
            if not first[key].text:
                self._wrong(first[key], f"{key} must not be empty")
        if first["control"].text not in CONTROLS:
            self._wrong(first["control"], f"control must be one of {', '.join(CONTROLS)}")
        phases: list[Phase] = []
        start_s = 0.0
        for n, row in enumerate(rows, start=1):
            if row["stage"].text != str(n):
                self._wrong(row["stage"], f"stage must be {n}: stages are numbered in their order")
            for key in ("control", "cycle_s", "offset_s"):
                if row[key].text != first[key].text:
                    said = f"{key} must be as in the first stage of this signal"
                    self._wrong(row[key], f"{said}, '{first[key].text}'")
            self._agrees(row["start_s"], "start_s", start_s)
            phases += self._stage(row)
            start_s = sum(phase.duration_s for phase in phases)
        self._agrees(first["cycle_s"], "cycle_s", start_s)
        widths = {len(phase.state) for phase in phases}
        if len(widths) > 1:
            self._wrong(first["signal"], f"states have different lengths: {sorted(widths)}")
        return Plan(
            signal_id=first["signal"].text,
            program_id=first["program"].text,
            control=first["control"].text,
            offset_s=self._number(first["offset_s"], "offset_s", lowest=-math.inf) or 0.0,
            phases=tuple(phases),
            place=first["signal"].place,
        )

    def _stage(self, row: Mapping[str, _Cell]) -> list[Phase]:
        phases = []
        bounds = {key: self._number(row[key], key) for key in ("min_s", "max_s")}
        for interval in INTERVALS:
            length, state = row[f"{interval}_s"], row[f"{interval}_state"]
            if not length.text and not state.text:
                continue
            if not length.text or not state.text:
                missing, key = (length, "_s") if not length.text else (state, "_state")
                self._wrong(missing, f"{interval}{key} must not be empty: its other half is given")
                continue
            if unknown := sorted(set(state.text) - LETTERS):
                known = " ".join(sorted(LETTERS))
                self._wrong(state, f"unknown letter '{unknown[0]}' in a state; known: {known}")
            duration_s = self._number(length, f"{interval}_s") or 0.0
            own = bounds if interval == "green" else {}
            phases.append(Phase(duration_s=duration_s, state=state.text, place=length.place, **own))
            if interval == "green":
                self._check_words(row, state.text)
        if not phases:
            self._wrong(row["green_s"], "a stage needs a green, a yellow or an all-red")
        return phases

    def _check_words(self, row: Mapping[str, _Cell], state: str) -> None:
        words = row["movements"]
        if words.text and self._movements is not None:
            expected = self._movements(row["signal"].text, state)
            if not expected:
                self._unknown_signal(row["signal"])
            elif words.text.split() != expected.split():
                self._wrong(words, f"movements must be '{expected}': {state} gives green to those")

    def _unknown_signal(self, cell: _Cell) -> None:
        """Told once for a signal, though each of its stages tells it."""
        if cell.text not in self._strangers:
            self._strangers.add(cell.text)
            said = f"the network has no links of signal '{cell.text}' that get this green"
            self._wrong(cell, f"{said}; is the sheet for another network?")

    def _agrees(self, cell: _Cell, key: str, expected_s: float) -> None:
        found_s = self._number(cell, key)
        if found_s is not None and abs(found_s - expected_s) > TOLERANCE_S:
            said = f"{key} says {found_s:g}, but the stages add up to {number(expected_s)}"
            self._wrong(cell, f"{said} (leave it empty to have it reckoned)")

    def _number(self, cell: _Cell, key: str, lowest: float = 0.0) -> float | None:
        """The number of a cell; None where it is empty, or wrong."""
        if not cell.text:
            return None
        try:
            value = float(cell.text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < lowest:
            least = "" if lowest == -math.inf else f" of at least {lowest:g}"
            self._wrong(cell, f"{key} must be a number{least}, got '{cell.text}'")
            return None
        return value

    def _wrong(self, cell: _Cell, message: str) -> None:
        self.problems.append(f"{cell.place}: {message}")


def _split(line: str) -> Iterator[tuple[str, int]]:
    """The cells of a line of CSV, each with its column from 1."""
    start = at = 0
    is_quoted = False
    for at, letter in enumerate(line + ","):
        if letter == '"':
            is_quoted = not is_quoted
        elif letter == "," and not is_quoted:
            cell = line[start:at]
            yield (cell[1:-1].replace('""', '"') if cell[:1] == '"' else cell), start + 1
            start = at + 1
