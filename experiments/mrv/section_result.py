"""What the project saves: quantification, and well-to-wheel."""

from collections.abc import Sequence

from experiments.mrv.blocks import Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.figures import THIN, floored, number, places_of, span, with_unit
from experiments.mrv.uncertainty import Span, finding, scaled
from experiments.report.glossary import TERMS, metric_name
from experiments.run_accounts import fleet_accounts
from experiments.statistics import Effect

NO_CLAIM = "no claim"
NOT_COMPARED = "could not be compared"


def best_and_span(change: Effect, unit: str) -> str:
    """An effect, as in `2.4 g (−4.5 to 9.4 g)`."""
    places = places_of(change.low, change.high)
    best = with_unit(number(change.mean, places), unit)
    return f"{best} ({span(change.low, change.high, unit, places)})"


def by_factor(mean: float, drawn: Span, like: Effect) -> str:
    """A saving in g under the draws of a factor, with a digit more than its interval by chance."""
    low, high = sorted((mean * drawn.low, mean * drawn.high))
    places = places_of(like.low, like.high)
    return span(low, high, "g", None if places is None else places + 1)


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
            _accounts(case),
            _reductions(case, evidence.tailpipe, "g", "Tailpipe CO₂ (tank-to-wheel)"),
            _reductions(case, evidence.electricity, "Wh", "Electricity"),
            _electric_co2(case),
            Text(
                text=f"Grid: {grid.key.removeprefix('grid/')}, {grid.value:.4g} {grid.unit} "
                f"({grid.source}). Electricity is another fleet on the same drives: its CO₂ is "
                "not added to tailpipe CO₂ and takes no part in the tailpipe claim. It is counted "
                "at the battery: what charging loses would make it, and its saving, larger "
                "(section 5)."
            ),
        ),
    )


def _accounts(case: Case) -> Table:
    """What each account is, in the words of the report of the run."""
    terms = dict(TERMS)
    rows = []
    for account in (*case.evidence.tailpipe, *case.evidence.electricity):
        term = metric_name(account.rpartition("_")[0])
        rows.append((account_name(account), terms.get(term, "As the experiment names it.")))
    return Table(title="Accounts", head=("Account", "What it is"), rows=tuple(rows), is_text=True)


def _reductions(case: Case, accounts: Sequence[str], unit: str, title: str) -> Table:
    rows = []
    for account in accounts:
        found = case.savings[account]
        if found is None:
            rows.append((account_name(account), "", "", NOT_COMPARED, "", "", "", NO_CLAIM))
            continue
        change = found.change
        places = places_of(change.low, change.high)
        whole = scaled(change, case.evidence.n_vehicles / 1000.0)
        rows.append(
            (
                account_name(account),
                number(found.before, places),
                number(found.after, places),
                best_and_span(change, unit),
                best_and_span(found.percent, "%"),
                best_and_span(whole, f"k{unit}"),
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
    rows += [*_electric_wtw(case), *_fleet_wtw(case)]
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
                text=f"Factors: {ttw.key} {ttw.value:.4g} {ttw.unit} ({ttw.source}); {wtw.key} "
                f"{wtw.value:.4g} {wtw.unit} ({wtw.source}). Only accounts in which every vehicle "
                f"burns this fuel are told. {_electric_words(case)}"
            ),
        ),
    )


def _electric_wtw(case: Case) -> list[tuple[str, ...]]:
    """Savings of electricity from well to wheel, by the intensities of the fleet's account."""
    per_wh, drawn = case.layer.electric_wtw_g_per_wh, case.layer.electric_wtw_span
    rows: list[tuple[str, ...]] = []
    of_fleet = {each.column for each in fleet_accounts()}
    for account in case.evidence.electricity:
        found = case.savings[account]
        # A fleet burns fuel too: its figure is that of both together.
        if found is not None and account not in of_fleet:
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


def _fleet_wtw(case: Case) -> list[tuple[str, ...]]:
    """Savings of a fleet from well to wheel, fuel and electricity together, as the run has them."""
    rows: list[tuple[str, ...]] = []
    for account in case.evidence.well_to_wheel:
        if (found := case.evidence.saving(account)) is not None:
            name = "fleet mix, fuel and electricity"
            rows.append((name, "", best_and_span(found.change, "g"), ""))
    return rows


def _electric_words(case: Case) -> str:
    factor = case.layer.grid_wtw
    upstream = (
        " It is of power stations alone: the upstream of power is left out, so the figure is too "
        "small by that."
        if factor.scope == "WTT"
        else ""
    )
    return (
        f"Electricity: {factor.key} {factor.value:.4g} {factor.unit} ({factor.source}), with what "
        f"charging loses: {number(case.layer.electric_wtw_g_per_wh)} g CO₂e for each Wh of the "
        f"battery.{upstream}"
    )
