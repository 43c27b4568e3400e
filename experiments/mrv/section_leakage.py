"""What a saving may cost elsewhere: other vehicles, other roads, waiting outside the network."""

from collections.abc import Mapping

from experiments.measures import unit_of
from experiments.mrv.blocks import Block, Bullets, Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.evidence import BASELINE
from experiments.mrv.figures import number, places_of
from experiments.mrv.section_result import NO_CLAIM, NOT_COMPARED, best_and_span, claim_text
from experiments.mrv.uncertainty import Saving, finding

_GROUPS = {
    "all": "All vehicles",
    "equipped": "Equipped",
    "unequipped": "Not equipped",
    "main": "On the main road",
    "side": "On side roads",
}


def leakage_section(case: Case) -> Section:
    """What a saving here may cost elsewhere."""
    savings = _savings_by_group(case)
    return Section(
        title="Leakage",
        blocks=(
            Text(
                text="A saving may be paid by others, or leave the cordon. All vehicles of the "
                "cordon are in the figures of section 4, so what the unequipped and the side "
                "roads pay is subtracted there already; here it is shown apart."
            ),
            _by_group(case, savings),
            *_payers(savings),
            *_waiting(case),
            _lost_vehicles(case),
            Bullets(
                items=(
                    "Induced demand: demand is held the same; trips that a smoother road attracts "
                    "are not modelled.",
                    "Detours: routes are fixed, so none is possible in either scenario.",
                )
            ),
        ),
    )


def _savings_by_group(case: Case) -> dict[str, dict[str, Saving | None]]:
    """Group → account of tailpipe CO2 → saving; groups that some run lacks are left out."""
    evidence = case.evidence
    return {
        group: {account: evidence.saving(account, group) for account in evidence.tailpipe}
        for group in _GROUPS
        if len(evidence.pairs("n", group)[0]) == evidence.n_seeds
    }


def _by_group(case: Case, savings: Mapping[str, Mapping[str, Saving | None]]) -> Table:
    rows = [
        (
            _GROUPS[group],
            number(float(case.evidence.pairs("n", group)[0].mean()), 0),
            *map(_percent, found.values()),
        )
        for group, found in savings.items()
    ]
    head = ("Group", "Vehicles per run", *map(account_name, case.evidence.tailpipe))
    return Table(
        title="Reduction of tailpipe CO₂ by group, in % of the group's baseline",
        head=head,
        rows=tuple(rows),
        note="Below 0: this group emits more with the project.",
    )


def _percent(found: Saving | None) -> str:
    return NOT_COMPARED if found is None else best_and_span(found.percent, "%")


def _payers(savings: Mapping[str, Mapping[str, Saving | None]]) -> list[Block]:
    """A sentence for each group that pays under an account."""
    told = []
    for group, found in savings.items():
        losers = [each for each, got in found.items() if got and finding(got.change) == "loss"]
        if group != "all" and losers:
            names = "; ".join(map(account_name, losers))
            told.append(f"Paid by others: {_GROUPS[group].lower()} emit more under {names}.")
    if told:
        return [Text(text=line, is_strong=True) for line in told]
    return [Text(text="Under no account is a loss of any of these groups shown.")]


def _waiting(case: Case) -> list[Block]:
    """Delay that is moved out of the network, and what it would emit."""
    evidence = case.evidence
    before, after = evidence.pairs("depart_delay_s")
    change = evidence.increase("depart_delay_s")
    if change is None:
        return []
    places = places_of(change.low, change.high)
    rows = [
        (
            account_name(account),
            f"{case.idle_per_s[account]:.3g} {unit_of(account)}/s",
            NOT_COMPARED if found is None else best_and_span(found.change, unit_of(account)),
            NOT_COMPARED if found is None else finding(found.change),
            NO_CLAIM if found is None else claim_text(found.change, found.claim, unit_of(account)),
        )
        for account, found in case.with_waiting.items()
    ]
    head = ("Account", "Idling", "ER with waiting charged", "Finding", "Claim per vehicle")
    return [
        Text(
            text="Delay moved out of the network: vehicles wait "
            f"{number(float(before.mean()), places)} s to enter the road in the baseline and "
            f"{number(float(after.mean()), places)} s in the project; the change is "
            f"{best_and_span(change, 's')}. Whoever waits there emits nothing in section 4. "
            "Below, this waiting is charged as idling; a claim must hold both with it and "
            "without it."
        ),
        Table(title="With waiting to enter charged as idling", head=head, rows=tuple(rows)),
    ]


def _lost_vehicles(case: Case) -> Table:
    evidence = case.evidence
    arms = (BASELINE, evidence.arm)
    figures = evidence.summary["arms"]
    rows = (
        ("Vehicles that did not arrive", *(f"{evidence.n_unfinished[arm]:d}" for arm in arms)),
        (
            "Vehicles taken out of a jam by the simulator (teleports)",
            *(f"{figures[arm].get('teleports') or 0:g}" for arm in arms),
        ),
        (
            "Vehicles that blocked a junction until others were let through",
            *(f"{figures[arm].get('junction_blockers') or 0:g}" for arm in arms),
        ),
    )
    return Table(
        title="Vehicles that may hide emissions, sum of all runs",
        head=("", "Baseline", "Project"),
        rows=rows,
    )
