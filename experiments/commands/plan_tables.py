"""Tables of plans of signals: stage by stage, and what differs between two."""

from collections.abc import Iterator

from rich.table import Table

from experiments.plan_files import NamedPlans
from sumo_nets import Plan, stages

INTERVALS = ("green", "yellow", "all-red")


def plans_table(named: NamedPlans) -> Table:
    """All stages of all plans."""
    table = Table(title=f"{named.name}: plans of the signals, times in s", title_justify="left")
    for column in ("signal", "program", "control"):
        table.add_column(column)
    for column in ("cycle", "offset", "stage", "start", *INTERVALS, "bounds"):
        table.add_column(column, justify="right")
    table.add_column("movements with green, (g) yield")
    for plan in named.plans.values():
        head = [plan.signal_id, plan.program_id, plan.control]
        head += [f"{plan.cycle_s:g}", f"{plan.offset_s:g}"]
        start_s = 0.0
        for n, row in enumerate(stages(plan.phases), start=1):
            green = row[0]
            bounds = (None, None) if green is None else (green.min_s, green.max_s)
            lengths = ["" if phase is None else f"{phase.duration_s:g}" for phase in row]
            movements = "" if green is None else named.movements(plan.signal_id, green.state)
            table.add_row(
                *(head if n == 1 else [""] * len(head)),
                *(str(n), f"{start_s:g}", *lengths),
                ""
                if bounds == (None, None)
                else "-".join("" if b is None else f"{b:g}" for b in bounds),
                movements or ("" if green is None else green.state),
            )
            start_s += sum(phase.duration_s for phase in row if phase is not None)
        table.add_section()
    return table


def differences(first: NamedPlans, second: NamedPlans) -> list[tuple[str, str, str, str]]:
    """What differs: signal, what, in the first, in the second."""
    rows = []
    for signal_id in sorted(first.plans.keys() | second.plans.keys()):
        pair = first.plans.get(signal_id), second.plans.get(signal_id)
        if pair[0] is None or pair[1] is None:
            words = ["-" if plan is None else f"cycle {plan.cycle_s:g} s" for plan in pair]
            rows.append((signal_id, "plan", words[0], words[1]))
            continue
        rows += [(signal_id, *row) for row in _between(pair[0], pair[1])]
    return rows


def _between(first: Plan, second: Plan) -> Iterator[tuple[str, str, str]]:
    yield from _unless_equal("control", first.control, second.control)
    yield from _unless_equal("cycle, s", f"{first.cycle_s:g}", f"{second.cycle_s:g}")
    yield from _unless_equal("offset, s", f"{first.offset_s:g}", f"{second.offset_s:g}")
    rows = stages(first.phases), stages(second.phases)
    states = [[phase.state for row in own for phase in row if phase is not None] for own in rows]
    if states[0] != states[1]:
        yield "stages", f"{len(rows[0])}: {states[0][0]} ...", f"{len(rows[1])}: {states[1][0]} ..."
        return
    for n, pair in enumerate(zip(*rows, strict=True), start=1):
        for interval, a, b in zip(INTERVALS, *pair, strict=True):
            if a is not None and b is not None:
                yield from _unless_equal(
                    f"stage {n}, {interval}, s",
                    _share(a.duration_s, first.cycle_s),
                    _share(b.duration_s, second.cycle_s),
                    is_equal=a.duration_s == b.duration_s,
                )
                bounds = [f"{_bound(each.min_s)} to {_bound(each.max_s)}" for each in (a, b)]
                yield from _unless_equal(f"stage {n}, {interval}, bounds, s", *bounds)


def _unless_equal(
    what: str, first: str, second: str, *, is_equal: bool | None = None
) -> Iterator[tuple[str, str, str]]:
    if not (first == second if is_equal is None else is_equal):
        yield what, first, second


def _share(length_s: float, cycle_s: float) -> str:
    return f"{length_s:g} ({100 * length_s / cycle_s:.0f} %)" if cycle_s > 0 else f"{length_s:g}"


def _bound(value_s: float | None) -> str:
    return "none" if value_s is None else f"{value_s:g}"


def differences_table(rows: list[tuple[str, str, str, str]], names: tuple[str, str]) -> Table:
    """What differs, signal by signal."""
    table = Table(title="What differs between the plans", title_justify="left")
    table.add_column("signal")
    table.add_column("what")
    for name in names:
        table.add_column(name, justify="right")
    last = ""
    for signal_id, *row in rows:
        if last and signal_id != last:
            table.add_section()
        table.add_row(signal_id if signal_id != last else "", *row)
        last = signal_id
    return table
