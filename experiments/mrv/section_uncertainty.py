"""Three layers of uncertainty, each by itself: chance, model, factors."""

from collections.abc import Sequence

from experiments.measures import FEW_SEEDS, unit_of
from experiments.mrv.blocks import Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.figures import number, places_of, span, with_unit
from experiments.mrv.section_result import NOT_COMPARED
from experiments.mrv.uncertainty import Saving, Span, finding, model_span
from experiments.statistics import Effect


def uncertainty_section(case: Case) -> Section:
    """Three layers, each by itself."""
    return Section(
        title="Uncertainty",
        blocks=(
            Text(
                text="Three kinds of uncertainty are kept apart, since they mean different things "
                "and do not add up to one interval."
            ),
            *_stochastic(case),
            *_model(case),
            *_factor(case),
        ),
    )


def _stochastic(case: Case) -> list[Text | Table]:
    n_seeds = case.evidence.n_seeds
    rows = []
    for account, found in case.savings.items():
        if found is None:
            rows.append((account_name(account), "", NOT_COMPARED, "", "", ""))
            continue
        change, unit = found.change, unit_of(account)
        places = places_of(change.low, change.high)
        rows.append(
            (
                account_name(account),
                f"{change.n}",
                with_unit(number(change.mean, places), unit),
                span(change.low, change.high, unit, places),
                span(change.bca_low, change.bca_high, unit, places),
                finding(change),
            )
        )
    few = (
        f" {n_seeds} pairs are few: the intervals are wide or missing, and rest on the differences "
        f"being normally distributed; {FEW_SEEDS} or more are safer."
        if n_seeds < FEW_SEEDS
        else ""
    )
    head = ("Account", "Pairs", "Mean ER", "95 %, Student t", "95 %, bootstrap (BCa)", "Finding")
    return [
        Text(
            text="1. Chance: other drivers and other random numbers. Interval of the mean over "
            f"pairs of runs with equal seeds. The Student interval decides.{few}"
        ),
        Table(title="Layer 1: chance, per vehicle", head=head, rows=tuple(rows)),
    ]


def _model(case: Case) -> list[Text | Table]:
    rows = []
    for kind, accounts, unit in (
        ("Tailpipe CO₂", case.evidence.tailpipe, "g"),
        ("Electricity", case.evidence.electricity, "Wh"),
    ):
        found = [each for each in (case.savings[account] for account in accounts) if each]
        if not found:
            continue
        rows.append(
            (
                kind,
                f"{len(found)}",
                range_text([each.change for each in found], unit),
                range_text([each.percent for each in found], "%"),
                "; ".join(tally([case.savings[each] for each in accounts])),
            )
        )
    head = ("Kind", "Accounts", "Best estimates per vehicle", "in %", "Findings")
    return [
        Text(
            text="2. Model: the same drives under other emission models. The accounts are a range "
            "from least to most, not a sample; none of them is the truth."
        ),
        Table(title="Layer 2: emission model", head=head, rows=tuple(rows)),
    ]


def tally(found: Sequence[Saving | None]) -> list[str]:
    """How many accounts say what."""
    findings = [NOT_COMPARED if each is None else finding(each.change) for each in found]
    return [f"{findings.count(said)} × {said}" for said in dict.fromkeys(findings)]


def range_text(changes: Sequence[Effect], unit: str) -> str:
    """From the least to the greatest best estimate, with the places of the finest interval."""
    whole = model_span([change.mean for change in changes])
    places = [places_of(change.low, change.high) for change in changes]
    known = [each for each in places if each is not None]
    return span(whole.low, whole.high, unit, max(known) if known else None)


def _factor(case: Case) -> list[Text | Table]:
    layer, settings = case.layer, case.settings
    grid, fuel = layer.grid, layer.fuel_ttw
    grid_drawn = Span(
        low=layer.grid_span.low / layer.grid_g_per_wh,
        high=layer.grid_span.high / layer.grid_g_per_wh,
    )
    rows = tuple(
        (
            name,
            factor.key,
            f"{factor.value:.4g} ({factor.low:.4g} to {factor.high:.4g}) {factor.unit}",
            f"× {number(drawn.low, 3)} to {number(drawn.high, 3)}",
            meaning,
        )
        for name, factor, drawn, meaning in (
            ("Carbon in the fuel", fuel, layer.fuel_ratio, "all tailpipe figures alike"),
            ("CO₂ of the grid", grid, grid_drawn, "electricity as CO₂; the platform"),
        )
    )
    return [
        Text(
            text=f"3. Factors: {number(settings.n_draws, 0)} draws within the bounds of the "
            f"factors (seed {settings.seed}). A factor is the same in baseline and project: it "
            "scales a saving, adds no noise to it, and cannot change its sign."
        ),
        Table(
            title="Layer 3: factors",
            head=("Factor", "Key", "Value (bounds)", "95 % of the draws", "Scales"),
            rows=rows,
            is_text=True,
        ),
    ]
