"""From what vehicles consumed to CO2 at the tailpipe, and CO2 equivalents from well to wheel."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emissions.factors import Amount, Factors, FloatArray
from emissions.fleet import Carrier
from emissions.units import conversion, parse_unit

FUELS: tuple[Carrier, ...] = ("petrol", "diesel", "cng", "lpg")
"""Carriers that are burnt; each has factors `fuel/NAME/ttw` and `fuel/NAME/wtw`."""
CHARGING_EFFICIENCY = "charging/ac/efficiency"
CO2E_PER_CO2 = "grid/co2e_per_co2"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetEmissions:
    """What each vehicle emitted, in two scopes that are never added."""

    ttw_co2: Amount
    """(n,) CO2 at the tailpipe."""
    wtw_co2e: Amount
    """(n,) CO2 equivalents of fuel and electricity from the well to the wheel."""
    grid_energy_wh: FloatArray
    """(n,) electricity taken from the grid, charging losses included."""


def wtw_intensities(
    factors: Factors, grid_key: str, drawn: Mapping[str, FloatArray] | None = None
) -> dict[Carrier, FloatArray]:
    """CO2 equivalents from well to wheel of a unit of each carrier.

    Electricity is counted at the battery: charging losses are added. A grid factor that counts
    CO2 only is raised by `grid/co2e_per_co2`; one of power stations alone (scope WTT) leaves out
    what their fuels cost before, as its row says.

    Args:
        factors: With `fuel/…/wtw`, `charging/ac/efficiency` and the grid's.
        grid_key: As in `grid/CN/2023`.
        drawn: Draws of the factors, as from `draw`; without it their best estimates count.

    Returns:
        () or (n_draws,) by carrier: gCO2e per g of fuel, gCO2e per Wh of electricity.

    Raises:
        ValueError: A factor is missing, or measures something else.
    """

    def in_unit(key: str, unit: str) -> FloatArray:
        factor = factors[key]
        value = np.asarray(factor.value if drawn is None else drawn[key], dtype=np.float64)
        return value * _named_conversion(key, factor.unit, unit)

    found: dict[Carrier, FloatArray] = {
        fuel: in_unit(f"fuel/{fuel}/wtw", "gCO2e/g") for fuel in FUELS
    }
    if parse_unit(factors[grid_key].unit).dimension == parse_unit("gCO2/Wh").dimension:
        grid = in_unit(grid_key, "gCO2/Wh") * in_unit(CO2E_PER_CO2, "gCO2e/gCO2")
    else:
        grid = in_unit(grid_key, "gCO2e/Wh")
    found["electricity"] = grid / in_unit(CHARGING_EFFICIENCY, "1")
    found["none"] = np.zeros(())
    return found


def fuel_of_co2(co2_g: FloatArray, carriers: NDArray[np.str_], factors: Factors) -> FloatArray:
    """Mass of fuel that makes so much CO2 at the tailpipe, where only the CO2 is known.

    Args:
        co2_g: (n,) CO2 at the tailpipe.
        carriers: (n,) what each vehicle burns; of others no fuel is counted.
        factors: With `fuel/…/ttw`.

    Returns:
        (n,) g of fuel.
    """
    fuel_g = np.zeros(co2_g.shape)
    for fuel in FUELS:
        key = f"fuel/{fuel}/ttw"
        factor = factors[key]
        per_g = factor.value * _named_conversion(key, factor.unit, "gCO2/g")
        fuel_g += np.where(carriers == fuel, co2_g / per_g, 0.0)
    return fuel_g


def fleet_emissions(
    carriers: NDArray[np.str_],
    *,
    co2_g: FloatArray,
    electricity_wh: FloatArray,
    factors: Factors,
    grid_key: str,
    fuel_g: FloatArray | None = None,
) -> FleetEmissions:
    """Tailpipe CO2, and CO2 equivalents from well to wheel, of each vehicle.

    Args:
        carriers: (n,) what each vehicle consumes.
        co2_g: (n,) CO2 at the tailpipe.
        electricity_wh: (n,) electricity out of the battery.
        factors: As in `wtw_intensities`.
        grid_key: As in `grid/CN/2023`.
        fuel_g: (n,) fuel burnt; without it, it is found from the CO2.

    Raises:
        ValueError: A factor is missing, or measures something else.
    """
    fuel_g = fuel_of_co2(co2_g, carriers, factors) if fuel_g is None else fuel_g
    intensities = wtw_intensities(factors, grid_key)
    wtw_g = electricity_wh * intensities["electricity"]
    for fuel in FUELS:
        wtw_g = wtw_g + np.where(carriers == fuel, fuel_g * intensities[fuel], 0.0)
    efficiency = factors[CHARGING_EFFICIENCY].in_unit("1")
    return FleetEmissions(
        ttw_co2=Amount(value=co2_g, unit="gCO2", scope="TTW"),
        wtw_co2e=Amount(value=wtw_g, unit="gCO2e", scope="WTW"),
        grid_energy_wh=electricity_wh / efficiency,
    )


def _named_conversion(key: str, from_unit: str, to_unit: str) -> float:
    try:
        return conversion(from_unit, to_unit)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None
