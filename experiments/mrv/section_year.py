"""A year by the stated profile: modelled ex ante, not certified."""

from experiments.mrv.blocks import Notice, Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.figures import THIN, floored, number, places_of, span
from experiments.mrv.section_claim import ONE_DEMAND
from experiments.mrv.section_result import NOT_COMPARED, best_and_span
from experiments.mrv.settings import SAME_FLOW
from experiments.mrv.uncertainty import model_span, scaled

LABEL = "Modelled ex ante, not certified."
_NONE = "none"


def year_section(case: Case) -> Section:
    """Annual figures, and what they take for granted."""
    return Section(
        title="Annual figures",
        blocks=(
            Notice(
                sentence=LABEL,
                lines=(
                    f"{number(60.0 * case.evidence.window.hours, 0)} minutes were simulated; here "
                    f"they stand for {number(_hours(case), 0)} hours a year. The figures take for "
                    "granted that a vehicle saves the same in every hour of the profile.",
                    "They are a best estimate and its conservative end. Neither is a claim: that "
                    "is of the simulated window alone (section 9).",
                    ONE_DEMAND,
                ),
            ),
            _profile(case),
            _tailpipe(case),
            *_net_words(case),
            _electric(case),
        ),
    )


def _hours(case: Case) -> float:
    """Hours of a year in the profile."""
    return case.traffic.days_per_year * sum(each.hours for each in case.traffic.stretches)


def _profile(case: Case) -> Table:
    traffic = case.traffic
    rows = tuple(
        (
            f"{each.hours:.3g} h",
            f"{each.flow:g}",
            number(traffic.flow_per_h * each.flow, 0),
            number(traffic.flow_per_h * each.flow * each.hours, 0),
            "yes" if each.is_simulated else "no: best estimate only",
        )
        for each in traffic.stretches
    )
    stated = case.is_stated("operation.profile")
    how = "Stated." if stated else "Nothing is stated: the simulated window, once a day."
    return Table(
        title=f"Profile of a day, {traffic.days_per_year:g} days a year",
        head=(
            "Hours",
            "Flow (simulated = 1)",
            "Vehicles per hour",
            "per day",
            "In the conservative end",
        ),
        rows=rows,
        note=f"{how} The simulated flow is {number(traffic.flow_per_h, 0)} vehicles per hour in "
        f"the whole cordon. Hours with more than that, or more than {100 * SAME_FLOW:g}{THIN}% "
        "less, are in the best estimate only.",
    )


def _tailpipe(case: Case) -> Table:
    traffic = case.traffic
    rows = [
        (
            "Vehicles",
            number(traffic.per_year(), 0),
            number(traffic.per_year(simulated_only=True), 0),
        )
    ]
    rows += [
        (f"ER, {account_name(account)}", *_year_of(case, account))
        for account in case.evidence.tailpipe
    ]
    rows.append(
        (
            "Platform (electricity, and making if stated)",
            f"−{number(case.platform_kg, 0)}{THIN}kg",
            f"−{number(case.platform_kg_high, 0)}{THIN}kg",
        )
    )
    rows.append(("Net of the platform", _net_best(case), net_conservative_text(case)))
    return Table(
        title=f"Tailpipe CO₂ in a year, less the platform. {LABEL}",
        head=("kg CO₂ per year", "Best estimate (95 %, chance)", "Conservative end"),
        rows=tuple(rows),
        note="The platform's CO₂ is set against tailpipe CO₂ in the last row, as methods for "
        "crediting require; nowhere else do the two meet.",
    )


def _year_of(case: Case, account: str) -> tuple[str, str]:
    found, claim = case.savings[account], case.claim_of(account)
    if found is None:
        return (NOT_COMPARED, _NONE)
    vehicles, claimed = case.traffic.per_year(), case.traffic.per_year(simulated_only=True)
    best = best_and_span(scaled(found.change, vehicles / 1000.0), "kg")
    kg = 0.0 if claim is None else claim * claimed / 1000.0
    return (best, f"{floored(kg)}{THIN}kg" if kg else _NONE)


def _net_best(case: Case) -> str:
    found = [each for each in map(case.savings.get, case.evidence.tailpipe) if each]
    if not found:
        return NOT_COMPARED
    per_kg = case.traffic.per_year() / 1000.0
    whole = model_span([each.change.mean * per_kg for each in found])
    ends = [scaled(each.change, per_kg) for each in found]
    places = [places_of(each.low, each.high) for each in ends]
    known = [each for each in places if each is not None]
    low, high = whole.low - case.platform_kg, whole.high - case.platform_kg
    return f"{span(low, high, 'kg', max(known) if known else None)} (range of the accounts)"


def net_conservative_kg(case: Case) -> float | None:
    """Conservative end of a year, kg, net of the platform.

    Smallest account, lower carbon of the fuel, upper power of the devices, upper CO2 of the grid.

    Returns:
        None: there is no claim to make a year of, or the platform costs more than it.
    """
    if case.claim is None:
        return None
    vehicles = case.traffic.per_year(simulated_only=True)
    gross = case.claim.per_vehicle * case.layer.fuel_ratio.low * vehicles / 1000.0
    net = gross - case.platform_kg_high
    return net if net > 0 else None


def net_conservative_text(case: Case) -> str:
    """The same as text."""
    net = net_conservative_kg(case)
    if net is not None:
        return f"{floored(net)}{THIN}kg"
    return _NONE if case.claim is None else f"{_NONE}: the platform costs more"


def _net_words(case: Case) -> list[Text]:
    """What the last row means, where it is not plain."""
    if net_conservative_kg(case) is not None:
        return [
            Text(
                text="The conservative end net of the platform takes the smallest account, the "
                "lower end of the fuel's carbon, and the upper bounds of the devices' powers and "
                "of the grid's CO₂."
            )
        ]
    if case.claim is not None:
        return [
            Text(
                text="In the hours stated here the conservative end does not make up for the "
                "platform. More hours at the simulated flow might; see section 7.",
                is_strong=True,
            )
        ]
    return []


def _electric(case: Case) -> Table:
    vehicles = case.traffic.per_year()
    claimed = case.traffic.per_year(simulated_only=True)
    grid = case.layer.grid_span
    rows = []
    for account in case.evidence.electricity:
        found = case.savings[account]
        if found is None:
            rows.append((account_name(account), NOT_COMPARED, "", _NONE))
            continue
        claim = case.electric_claim
        kwh = None if claim is None else claim.per_vehicle * claimed / 1000.0
        rows.append(
            (
                account_name(account),
                best_and_span(scaled(found.change, vehicles / 1000.0), "kWh"),
                best_and_span(
                    scaled(found.change, vehicles * case.layer.grid_g_per_wh / 1e3), "kg"
                ),
                _NONE
                if kwh is None
                else f"{floored(kwh)}{THIN}kWh, {floored(kwh * grid.low)}{THIN}kg",
            )
        )
    return Table(
        title=f"If all vehicles were electric, in a year. {LABEL}",
        head=("Account", "Electricity", "as CO₂ of the grid", "Conservative end"),
        rows=tuple(rows),
        note="The platform is not taken off here. Another fleet: not to be added to the table "
        "above.",
    )
