"""What may be claimed: platform electricity, three layers of uncertainty, the claim itself."""

from collections.abc import Sequence

from experiments.measures import FEW_SEEDS
from experiments.mrv.blocks import Bullets, Notice, Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.figures import THIN, floored, number, places_of, span
from experiments.mrv.platform import break_even_per_day
from experiments.mrv.section_result import NO_CLAIM, NOT_COMPARED, best_and_span, claim_text
from experiments.mrv.uncertainty import Saving, Span, finding, model_span
from experiments.statistics import Effect

_NEVER = "never: no saving"


def platform_section(case: Case) -> Section:
    """Electricity of the devices, and the traffic that makes up for it."""
    layer, hours = case.layer, case.platform_hours
    rows = []
    for device in case.devices:
        kwh = device.energy_kwh(hours)
        rows.append(
            (
                device.name,
                f"{device.count}",
                f"{device.power_w:g}",
                number(kwh, 0),
                number(kwh * layer.grid_g_per_wh, 0),
                span(kwh * layer.grid_span.low, kwh * layer.grid_span.high, "kg", 0),
                device.source,
            )
        )
    making = (
        f"Making the devices: {number(case.embodied_kg, 0)} kg CO₂e per year of their life."
        if case.embodied_kg
        else "Making the devices is not counted: no figure for it is stated."
    )
    head = (
        "Device",
        "Count",
        "W each",
        "kWh/yr",
        "kg CO₂/yr",
        "by the grid's bounds",
        "Power from",
    )
    return Section(
        title="Platform electricity",
        blocks=(
            Text(
                text="Roadside units and edge computers draw power whether or not anybody drives: "
                f"here {number(hours, 0)} hours a year, at {layer.grid_g_per_wh:g} kg CO₂/kWh. "
                f"{making}"
            ),
            Table(title="Electricity of the platform", head=head, rows=tuple(rows)),
            _break_even(case),
        ),
    )


def _break_even(case: Case) -> Table:
    days = case.settings.operation.days_per_year
    rows = []
    for account, found in case.savings.items():
        if found is None:
            continue
        # Wh become g of CO2 by the grid, so that all rows are set against the platform's CO2.
        per_unit = case.layer.grid_g_per_wh if account.endswith("_wh") else 1.0
        cells = []
        for saved in (found.change.mean, found.claim):
            vehicles = (
                None
                if saved is None
                else break_even_per_day(case.platform_kg, saved * per_unit, days)
            )
            cells.append(number(vehicles) if vehicles is not None else None)
        best, claimed = cells
        rows.append((account_name(account), best or _NEVER, claimed or NO_CLAIM))
    return Table(
        title="Vehicles per day, equipped or not, whose savings make up for the platform",
        head=("Account", "by the best estimate", "by the claim"),
        rows=tuple(rows),
        note=f"On {days:g} days a year. The stated profile brings "
        f"{number(case.traffic.per_day())} vehicles on such a day.",
    )


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
        change, unit = found.change, _unit(account)
        places = places_of(change.low, change.high)
        rows.append(
            (
                account_name(account),
                f"{change.n}",
                f"{number(change.mean, places)}{THIN}{unit}",
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
                _range([each.change for each in found], unit),
                _range([each.percent for each in found], "%"),
                "; ".join(_tally(found)),
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


def _tally(found: Sequence[Saving]) -> list[str]:
    findings = [finding(each.change) for each in found]
    return [f"{findings.count(said)} × {said}" for said in dict.fromkeys(findings)]


def _range(changes: Sequence[Effect], unit: str) -> str:
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
            f"{factor.value:g} ({factor.low:g} to {factor.high:g}) {factor.unit}",
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


def claim_section(case: Case) -> Section:
    """The claim, and what makes it conservative."""
    rows = [_claim_row(case, account) for account in case.evidence.tailpipe]
    return Section(
        title="Claim and conservativeness",
        blocks=(
            claim_notice(case),
            Table(
                title="Conservative claims per vehicle, tailpipe CO₂",
                head=("Account", "Best estimate", "Claim", "with waiting charged", "of one run"),
                rows=tuple(rows),
            ),
            Bullets(
                items=(
                    "The claim under an account is the end of its 95 % interval that is nearest "
                    "to zero. Where the interval contains zero there is no claim, whatever the "
                    "best estimate is.",
                    "The claim of the project is the smallest over all tailpipe accounts, with "
                    "and without waiting at the entry charged. If one of them shows no saving, "
                    "or a loss, there is none.",
                    "Less waiting outside the network earns nothing; more of it takes away.",
                    "Claims are rounded down. Electricity of the platform runs all year, also in "
                    "hours that earn nothing.",
                    "The claim covers chance and model. The bounds of the fuel's carbon scale it "
                    f"by {number(case.layer.fuel_ratio.low, 3)} to "
                    f"{number(case.layer.fuel_ratio.high, 3)}; annual figures take the lower.",
                    "It does not cover how well the simulation matches the real road; see "
                    "section 11.",
                )
            ),
        ),
    )


def claim_notice(case: Case) -> Notice:
    """The claim in one sentence, or why there is none."""
    best = _best_range(case)
    claim = case.claim
    if claim is None:
        return Notice(
            sentence="No claim: a saving of tailpipe CO₂ is not shown under every account.",
            lines=(best, *_reasons(case)),
            tone="bad" if _any_loss(case) else "open",
        )
    kg = claim.per_vehicle * case.evidence.n_vehicles / 1000.0
    return Notice(
        sentence=f"Conservative claim: {floored(claim.per_vehicle)}{THIN}g of tailpipe CO₂ per "
        f"vehicle ({floored(claim.percent)}{THIN}%), {floored(kg)}{THIN}kg in the simulated "
        "window.",
        lines=(
            best,
            f"The claim is set by the account “{account_name(claim.account)}”, in percent by "
            f"“{account_name(claim.percent_account)}”.",
        ),
        tone="good",
    )


def _best_range(case: Case) -> str:
    found = [each for each in map(case.savings.get, case.evidence.tailpipe) if each]
    if not found:
        return "No account of tailpipe CO₂ could be compared."
    grams = _range([each.change for each in found], "g")
    percent = _range([each.percent for each in found], "%")
    plural = "s" if len(found) > 1 else ""
    return (
        f"Best estimate: {grams} per vehicle ({percent}), over {len(found)} tailpipe "
        f"account{plural} and {case.evidence.n_seeds} pairs of runs."
    )


def _reasons(case: Case) -> list[str]:
    """Why there is no claim, by finding."""
    by_finding: dict[str, list[str]] = {}
    for suffix, savings in (("", case.savings), (" with waiting charged", case.with_waiting)):
        for account in case.evidence.tailpipe:
            if account not in savings:
                continue
            found = savings[account]
            said = NOT_COMPARED if found is None else finding(found.change)
            if said != "saving":
                by_finding.setdefault(said, []).append(account_name(account) + suffix)
    return [f"{said.capitalize()}: {'; '.join(names)}." for said, names in by_finding.items()]


def _any_loss(case: Case) -> bool:
    found = [*map(case.savings.get, case.evidence.tailpipe)]
    return any(each is not None and finding(each.change) == "loss" for each in found)


def _claim_row(case: Case, account: str) -> tuple[str, ...]:
    found = case.savings[account]
    if found is None:
        return (account_name(account), NOT_COMPARED, NO_CLAIM, "", NO_CLAIM)
    charged = "not charged: idling not known"
    claims = [found.claim]
    if account in case.with_waiting:
        waiting = case.with_waiting[account]
        claims.append(waiting.claim if waiting else None)
        charged = claim_text(waiting.change, waiting.claim, "g") if waiting else NO_CLAIM
    smallest = None if None in claims else min(claim for claim in claims if claim is not None)
    kg = "" if smallest is None else floored(smallest * case.evidence.n_vehicles / 1000.0)
    return (
        account_name(account),
        best_and_span(found.change, "g"),
        claim_text(found.change, found.claim, "g"),
        charged,
        f"{kg}{THIN}kg" if kg else NO_CLAIM,
    )


def _unit(account: str) -> str:
    return "Wh" if account.endswith("_wh") else "g"
