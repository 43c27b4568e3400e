"""Electricity of the devices at the road, and the traffic that makes up for it."""

from experiments.mrv.blocks import Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.figures import number, span
from experiments.mrv.platform import break_even_per_day

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
            )
        )
    making = (
        f"Making the devices: {number(case.embodied_kg, 0)} kg CO₂e per year of their life."
        if case.embodied_kg
        else "Making the devices is not counted: no figure for it is stated."
    )
    head = ("Device", "Count", "W each", "kWh/yr", "kg CO₂/yr", "by the grid's bounds")
    return Section(
        title="Platform electricity",
        blocks=(
            Text(
                text="Roadside units and edge computers draw power whether or not anybody drives: "
                f"here {number(hours, 0)} hours a year, at {layer.grid_g_per_wh:g} kg CO₂/kWh. "
                f"{making}"
            ),
            Table(
                title="Electricity of the platform",
                head=head,
                rows=tuple(rows),
                note="Where count and power are from is told in section 11. The conservative end "
                f"of section 12 takes {number(case.platform_kg_high, 0)} kg CO₂/yr in all, by the "
                "upper bounds of power and grid.",
            ),
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
        for saved, platform_kg in (
            (found.change.mean, case.platform_kg),
            (case.claim_of(account), case.platform_kg_high),
        ):
            vehicles = (
                None if saved is None else break_even_per_day(platform_kg, saved * per_unit, days)
            )
            cells.append(number(vehicles) if vehicles is not None else None)
        best, claimed = cells
        rows.append((account_name(account), best or _NEVER, claimed or "none"))
    return Table(
        title="Vehicles per day, equipped or not, whose savings make up for the platform",
        head=("Account", "by the best estimate", "by the conservative end"),
        rows=tuple(rows),
        note=f"On {days:g} days a year. The profile of section 12 brings "
        f"{number(case.traffic.per_day())} vehicles on such a day.",
    )
