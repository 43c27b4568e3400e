"""Beside CO2: safety and local pollutants on the same pairs of runs."""

from experiments.measures import SAFETY_COUNTERS, SAFETY_RATES, SEEDS_WITH_MORE, difference_key
from experiments.mrv.blocks import Block, Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.evidence import BASELINE
from experiments.mrv.figures import number, places_of
from experiments.mrv.section_result import NOT_COMPARED, best_and_span
from experiments.mrv.uncertainty import finding
from experiments.report.effects import arm_effects, effect_at
from experiments.report.glossary import COUNTER_NAMES, RATE_NAMES
from experiments.statistics import verdict

_GASES = {"nox": "NOₓ", "pmx": "Particles (PMₓ)"}


def beside_section(case: Case) -> Section:
    """What a saving of CO2 may be paid with."""
    paid = paid_words(case)
    said = (
        [Text(text=line, is_strong=True) for line in paid]
        if paid
        else [Text(text="No figure below shows that the saving is paid with safety or pollutants.")]
    )
    return Section(
        title="Safety and local pollutants",
        blocks=(
            Text(
                text="A saving of CO₂ that is paid with safety or with the air of a street is told "
                "here. Safety is seen by surrogates: conflicts of vehicles that follow each other, "
                "and overlaps that the simulator counts. They are no forecast of accidents."
            ),
            *said,
            _rates(case),
            _counters(case),
            *_pollutants(case),
        ),
    )


def paid_words(case: Case) -> list[str]:
    """A sentence for each figure of safety or pollutants that gets worse."""
    return [*_less_safe(case), *_dirtier(case)]


def _rates(case: Case) -> Table:
    effects, arms = arm_effects(dict(case.evidence.summary), case.evidence.arm), _arms(case)
    rows = []
    for rate in SAFETY_RATES:
        name, unit = RATE_NAMES[rate]
        change = effect_at(effects, difference_key(rate))
        places = places_of(change.low, change.high) if change else None
        values = [figures.get(rate) for figures in arms]
        cells = ["" if value is None else number(value, places) for value in values]
        said = NOT_COMPARED if change is None else best_and_span(change, "")
        rows.append((f"{name}, {unit}", *cells, said, verdict(change)))
    return Table(
        title="Conflicts, all vehicles",
        head=("", "Baseline", "Project", "Change (95 %)", "Finding"),
        rows=tuple(rows),
    )


def _counters(case: Case) -> Table:
    effects, arms = arm_effects(dict(case.evidence.summary), case.evidence.arm), _arms(case)
    more = effects.get(SEEDS_WITH_MORE) or {}
    rows = tuple(
        (
            COUNTER_NAMES[name][0],
            *(f"{figures.get(name) or 0:g}" for figures in arms),
            f"{more.get(name, 0)} of {case.evidence.n_seeds} pairs",
        )
        for name in SAFETY_COUNTERS
    )
    head = ("", "Baseline", "Project", "More in the project in")
    return Table(title="Events, sum of all runs", head=head, rows=rows)


def _pollutants(case: Case) -> list[Block]:
    rows = []
    for account in case.evidence.pollutants:
        found = case.evidence.saving(account)
        name = f"{_GASES[account.partition('_')[0]]}, {account_name(account)}"
        if found is None:
            rows.append((name, "", "", NOT_COMPARED, ""))
            continue
        rows.append(
            (
                name,
                number(1000.0 * found.before),
                number(1000.0 * found.after),
                best_and_span(found.percent, "%"),
                finding(found.change),
            )
        )
    if not rows:
        return [Text(text="Local pollutants: these results hold no NOₓ and no particles.")]
    head = ("", "Baseline, mg", "Project, mg", "Reduction (95 %)", "Finding")
    return [Table(title="Local pollutants per vehicle", head=head, rows=tuple(rows))]


def _less_safe(case: Case) -> list[str]:
    effects = arm_effects(dict(case.evidence.summary), case.evidence.arm)
    told = []
    for rate in SAFETY_RATES:
        change = effect_at(effects, difference_key(rate))
        if change is not None and verdict(change) == "more":
            told.append(
                f"Paid with safety: more of “{RATE_NAMES[rate][0]}, {RATE_NAMES[rate][1]}”."
            )
    more = effects.get(SEEDS_WITH_MORE) or {}
    before, after = _arms(case)
    told += [
        f"{COUNTER_NAMES[name][0]}: more in the project in {more[name]} of "
        f"{case.evidence.n_seeds} pairs of runs, {after.get(name) or 0:g} against "
        f"{before.get(name) or 0:g} in all."
        for name in SAFETY_COUNTERS
        if more.get(name)
    ]
    return told


def _dirtier(case: Case) -> list[str]:
    found = {account: case.evidence.saving(account) for account in case.evidence.pollutants}
    return [
        f"Paid with the air: more {_GASES[account.partition('_')[0]]} under "
        f"“{account_name(account)}”."
        for account, each in found.items()
        if each is not None and finding(each.change) == "loss"
    ]


def _arms(case: Case) -> list[dict[str, float]]:
    figures = case.evidence.summary["arms"]
    return [figures[BASELINE], figures[case.evidence.arm]]
