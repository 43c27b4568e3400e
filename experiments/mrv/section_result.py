"""What the project saves: quantification, well-to-wheel, and what may leak away."""

from collections.abc import Sequence

from experiments.mrv.blocks import Block, Bullets, Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.evidence import BASELINE
from experiments.mrv.figures import THIN, floored, number, places_of, span
from experiments.mrv.uncertainty import Saving, Span, finding, scaled
from experiments.statistics import Effect

NO_CLAIM = "no claim"
NOT_COMPARED = "could not be compared"
_GROUPS = {
    "all": "All vehicles",
    "equipped": "Equipped",
    "unequipped": "Not equipped",
    "main": "On the main road",
    "side": "On side roads",
}


def best_and_span(change: Effect, unit: str) -> str:
    """An effect, as in `2.4 g (−4.5 to 9.4 g)`."""
    places = places_of(change.low, change.high)
    best = f"{number(change.mean, places)}{THIN}{unit}"
    return f"{best} ({span(change.low, change.high, unit, places)})"


def by_factor(mean: float, drawn: Span, like: Effect) -> str:
    """A saving in g under the draws of a factor, with as many places as its interval by chance."""
    low, high = sorted((mean * drawn.low, mean * drawn.high))
    return span(low, high, "g", places_of(like.low, like.high))


def claim_text(change: Effect, claim: float | None, unit: str) -> str:
    """A conservative claim, never rounded up."""
    if claim is None:
        return NO_CLAIM
    return f"{floored(claim, places_of(change.low, change.high))}{THIN}{unit}"


def quantification_section(case: Case) -> Section:
    """Baseline, project and reduction under each account."""
    evidence = case.evidence
    grid = case.layer.grid
    return Section(
        title="Quantification",
        blocks=(
            Text(
                text="Reduction ER = baseline emission BE − project emission PE, mean per vehicle "
                "of the cordon. Above 0 is a saving. The same recorded drives are charged under "
                "several emission models (accounts), since the model can decide the size and the "
                "sign of a saving. In brackets the 95 % interval over the pairs of runs."
            ),
            _reductions(case, evidence.tailpipe, "g", "Tailpipe CO₂ (tank-to-wheel)", (1e-3, "kg")),
            _reductions(case, evidence.electricity, "Wh", "Electricity", (1e-3, "kWh")),
            _electric_co2(case),
            Text(
                text=f"Grid: {grid.key.removeprefix('grid/')}, {grid.value:g} {grid.unit} "
                f"({grid.source}). Electricity is another fleet on the same drives: its CO₂ is "
                "not added to tailpipe CO₂ and takes no part in the tailpipe claim."
            ),
        ),
    )


def _reductions(
    case: Case, accounts: Sequence[str], unit: str, title: str, total: tuple[float, str]
) -> Table:
    factor, total_unit = total
    rows = []
    for account in accounts:
        found = case.savings[account]
        if found is None:
            rows.append((account_name(account), "", "", NOT_COMPARED, "", "", "", NO_CLAIM))
            continue
        change = found.change
        places = places_of(change.low, change.high)
        whole = scaled(change, factor * case.evidence.n_vehicles)
        rows.append(
            (
                account_name(account),
                number(found.before, places),
                number(found.after, places),
                best_and_span(change, unit),
                best_and_span(found.percent, "%"),
                best_and_span(whole, total_unit),
                finding(change),
                claim_text(change, found.claim, unit),
            )
        )
    head = (
        "Account",
        f"BE, {unit}",
        f"PE, {unit}",
        "ER per vehicle",
        "ER in %",
        "ER of one run",
        "Finding",
        "Claim per vehicle",
    )
    return Table(title=f"{title} per vehicle", head=head, rows=tuple(rows))


def _electric_co2(case: Case) -> Table:
    grid = case.layer.grid_span
    rows = []
    for account in case.evidence.electricity:
        found = case.savings[account]
        if found is None:
            rows.append((account_name(account), "", NOT_COMPARED, ""))
            continue
        as_co2 = scaled(found.change, case.layer.grid_g_per_wh)
        rows.append(
            (
                account_name(account),
                number(found.before * case.layer.grid_g_per_wh),
                best_and_span(as_co2, "g"),
                by_factor(found.change.mean, grid, as_co2),
            )
        )
    head = ("Account", "BE, g", "ER per vehicle (by chance)", "ER by the grid factor's bounds")
    return Table(
        title="The same electricity as CO₂ of the grid, per vehicle", head=head, rows=tuple(rows)
    )


def wtw_section(case: Case) -> Section:
    """Tailpipe savings with the making of the fuel."""
    layer = case.layer
    rows: list[tuple[str, ...]] = []
    ratio, drawn = layer.wtw_per_ttw, layer.wtw_span
    for account in case.evidence.tailpipe:
        found = case.savings[account]
        if found is None or account not in case.petrol_accounts:
            continue
        whole = scaled(found.change, ratio)
        rows.append(
            (
                account_name(account),
                best_and_span(found.change, "g"),
                best_and_span(whole, "g"),
                by_factor(found.change.mean, drawn, whole),
            )
        )
    rows += _electric_wtw(case)
    ttw, wtw = layer.fuel_ttw, layer.fuel_wtw
    head = (
        "Account",
        "TTW or grid, CO₂",
        "WTW, CO₂e (by chance)",
        "WTW by the factor's bounds",
    )
    return Section(
        title="Well-to-wheel",
        blocks=(
            Text(
                text="The tables of section 4 hold what leaves the tailpipe (tank-to-wheel, TTW). "
                "Here the making and carrying of the fuel that was burned is counted too "
                f"(well-to-wheel, WTW): {number(ratio)} g CO₂e for each g CO₂ at the tailpipe. "
                "The two are never added, and WTW figures are no part of the claim."
            ),
            Table(title="Reduction per vehicle", head=head, rows=tuple(rows)),
            Text(
                text=f"Factors: {ttw.key} {ttw.value:g} {ttw.unit} ({ttw.source}); {wtw.key} "
                f"{wtw.value:g} {wtw.unit} ({wtw.source}). Only accounts in which every vehicle "
                f"burns this fuel are told. {_lifecycle_words(case)}"
            ),
        ),
    )


def _electric_wtw(case: Case) -> list[tuple[str, ...]]:
    """Savings of electricity with its fuels, plants and delivery; none where not known."""
    per_wh, drawn = case.layer.lifecycle_g_per_wh, case.layer.lifecycle_span
    if per_wh is None or drawn is None:
        return []
    rows: list[tuple[str, ...]] = []
    for account in case.evidence.electricity:
        if (found := case.savings[account]) is not None:
            whole = scaled(found.change, per_wh)
            rows.append(
                (
                    account_name(account),
                    best_and_span(scaled(found.change, case.layer.grid_g_per_wh), "g"),
                    best_and_span(whole, "g"),
                    by_factor(found.change.mean, drawn, whole),
                )
            )
    return rows


def _lifecycle_words(case: Case) -> str:
    factor = case.layer.grid_lifecycle
    if factor is None:
        return "Electricity: the factor file has no life-cycle factor for this grid."
    return f"Electricity: {factor.key} {factor.value:g} {factor.unit} ({factor.source})."


def leakage_section(case: Case) -> Section:
    """What a saving here may cost elsewhere."""
    return Section(
        title="Leakage",
        blocks=(
            Text(
                text="A saving may be paid by others, or leave the cordon. All vehicles of the "
                "cordon are in the figures of section 4, so what the unequipped and the side "
                "roads pay is subtracted there already; here it is shown apart."
            ),
            _by_group(case),
            *_payers(case),
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


def _by_group(case: Case) -> Table:
    accounts = case.evidence.tailpipe
    rows = []
    for group, name in _GROUPS.items():
        n = case.evidence.pairs("n", group)[0] if group_exists(case, group) else None
        if n is None:
            continue
        cells = [_percent(case.evidence.saving(account, group)) for account in accounts]
        rows.append((name, number(float(n.mean()), 0), *cells))
    head = ("Group", "Vehicles per run", *map(account_name, accounts))
    return Table(
        title="Reduction of tailpipe CO₂ by group, in % of the group's baseline",
        head=head,
        rows=tuple(rows),
        note="Below 0: this group emits more with the project.",
    )


def group_exists(case: Case, group: str) -> bool:
    """Whether every run has vehicles of the group."""
    return len(case.evidence.pairs("n", group)[0]) == case.evidence.n_seeds


def _percent(found: Saving | None) -> str:
    return NOT_COMPARED if found is None else best_and_span(found.percent, "%")


def _payers(case: Case) -> list[Block]:
    """A sentence for each group that pays under an account."""
    told = []
    for group in list(_GROUPS)[1:]:
        if not group_exists(case, group):
            continue
        found = {each: case.evidence.saving(each, group) for each in case.evidence.tailpipe}
        losers = [each for each, got in found.items() if got and finding(got.change) == "loss"]
        if losers:
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
            f"{case.idle_per_s[account]:.3g} {_unit(account)}/s",
            NOT_COMPARED if found is None else best_and_span(found.change, _unit(account)),
            NOT_COMPARED if found is None else finding(found.change),
            NO_CLAIM if found is None else claim_text(found.change, found.claim, _unit(account)),
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


def _unit(account: str) -> str:
    return account.rpartition("_")[2].replace("wh", "Wh")


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
