"""From tailpipe CO2 and electricity to CO2 equivalents from well to wheel."""

from collections.abc import Mapping

import numpy as np

from emissions.factors import Factors, FloatArray, Scope
from emissions.fleet import Carrier
from emissions.units import conversion, parse_unit

FUELS: tuple[Carrier, ...] = ("petrol", "diesel", "cng", "lpg")
"""Carriers that are burnt; each has factors `fuel/NAME/ttw` and `fuel/NAME/wtw`."""
CHARGING_EFFICIENCY = "charging/ac/efficiency"
CO2E_PER_CO2 = "grid/co2e_per_co2"


def wtw_grid_key(factors: Factors, grid_key: str) -> str:
    """Key of the grid factor that a figure from well to wheel goes by.

    Returns:
        `grid_key/lifecycle` where there is one for the same region and year, else `grid_key`.

    Raises:
        ValueError: There is no such grid.
    """
    asked, whole = factors[grid_key], factors.get(f"{grid_key}/lifecycle")
    if whole is None or (whole.region, whole.year) != (asked.region, asked.year):
        return grid_key
    return whole.key


def wtw_intensities(
    factors: Factors, grid_key: str, drawn: Mapping[str, FloatArray] | None = None
) -> dict[Carrier, FloatArray]:
    """CO2 equivalents from well to wheel per CO2 at the tailpipe, and per Wh of the battery.

    Of fuels it goes by the CO2, not by the fuel that SUMO tells: SUMO's mass of natural gas makes
    15 % more CO2 than natural gas can. Electricity is counted at the battery, and charging losses
    are added. The grid's factor is that of `wtw_grid_key`. One that counts CO2 only is raised by
    `grid/co2e_per_co2`; one of power stations alone (scope WTT) leaves out the upstream of power
    (mining, plants, mostly losses of the grid), so that its figure is too small by that.

    Args:
        factors: With `fuel/…/ttw`, `fuel/…/wtw`, `charging/ac/efficiency` and the grid's.
        grid_key: As in `grid/CN/2023`.
        drawn: Draws of the factors, as from `draw`; without it their best estimates count.

    Returns:
        () or (n_draws,) by carrier: gCO2e per gCO2 of a fuel, gCO2e per Wh of electricity.

    Raises:
        ValueError: A factor is missing, of another scope, or measures something else.
    """

    def in_unit(key: str, unit: str, *scopes: Scope) -> FloatArray:
        factor = factors[key]
        if factor.scope not in scopes:
            raise ValueError(
                f"{key}: a factor of scope {factor.scope} cannot be used here; "
                f"it must be {' or '.join(scopes)}"
            )
        try:
            scale = conversion(factor.unit, unit)
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None
        value = factor.value if drawn is None else drawn[key]
        return np.asarray(value, dtype=np.float64) * scale

    grid_key = wtw_grid_key(factors, grid_key)
    found: dict[Carrier, FloatArray] = {
        fuel: in_unit(f"fuel/{fuel}/wtw", "gCO2e/g", "WTW")
        / in_unit(f"fuel/{fuel}/ttw", "gCO2/g", "TTW")
        for fuel in FUELS
    }
    if parse_unit(factors[grid_key].unit).dimension == parse_unit("gCO2/Wh").dimension:
        grid = in_unit(grid_key, "gCO2/Wh", "WTT", "WTW")
        grid = grid * in_unit(CO2E_PER_CO2, "gCO2e/gCO2", "property")
    else:
        grid = in_unit(grid_key, "gCO2e/Wh", "WTT", "WTW")
    found["electricity"] = grid / in_unit(CHARGING_EFFICIENCY, "1", "property")
    found["none"] = np.zeros(())
    return found
