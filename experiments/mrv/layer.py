"""The factors that a report uses, and their draws: the third layer of uncertainty."""

from collections.abc import Mapping
from dataclasses import dataclass

from emissions import Factor, Factors, conversion, wtw_grid_key, wtw_intensities
from experiments.mrv.uncertainty import Span, factor_span
from experiments.statistics import FloatArray

CO2_PER_KWH = "kgCO2/kWh"


@dataclass(frozen=True, kw_only=True)
class FactorLayer:
    """Factors of one report by their role, and draws of them."""

    factors: Factors
    draws: Mapping[str, FloatArray]
    grid: Factor
    """CO2 (or CO2e, as its unit says) of electricity where it is made."""
    fuel_ttw: Factor
    """CO2 of a fuel where it is burned."""
    fuel_wtw: Factor
    """CO2e of the same fuel with its making."""

    @property
    def grid_g_per_wh(self) -> float:
        """CO2 of electricity in g/Wh, which is kg/kWh."""
        return self._per_kwh(self.grid)

    @property
    def grid_span(self) -> Span:
        """The middle 95 % of its draws, g/Wh."""
        return self._scaled(self.grid, self.grid_g_per_wh)

    @property
    def grid_high_g_per_wh(self) -> float:
        """Its upper bound, g/Wh."""
        return self.grid_g_per_wh * self.grid.high / self.grid.value

    @property
    def grid_wtw(self) -> Factor:
        """The factor that electricity from well to wheel goes by."""
        return self.factors[wtw_grid_key(self.factors, self.grid.key)]

    @property
    def electric_wtw_g_per_wh(self) -> float:
        """CO2e from well to wheel per Wh of the battery, charging losses included."""
        return float(wtw_intensities(self.factors, self.grid.key)["electricity"])

    @property
    def electric_wtw_span(self) -> Span:
        """The middle 95 % of its draws, g/Wh."""
        return factor_span(wtw_intensities(self.factors, self.grid.key, self.draws)["electricity"])

    @property
    def fuel_ratio(self) -> Span:
        """Carbon content of the fuel as drawn, as a share of its value; scales any saving."""
        return self._scaled(self.fuel_ttw, 1.0)

    @property
    def wtw_per_ttw(self) -> float:
        """CO2e well-to-wheel per CO2 at the tailpipe, g/g."""
        scale = conversion(_as_co2(self.fuel_wtw.unit), self.fuel_ttw.unit)
        return self.fuel_wtw.value * scale / self.fuel_ttw.value

    @property
    def wtw_span(self) -> Span:
        """The middle 95 % of its draws; the fuel burned is what the tailpipe account says."""
        return self._scaled(self.fuel_wtw, self.wtw_per_ttw)

    @staticmethod
    def _per_kwh(factor: Factor) -> float:
        return factor.value * conversion(_as_co2(factor.unit), CO2_PER_KWH)

    def _scaled(self, factor: Factor, value: float) -> Span:
        """What the draws of a factor make of a quantity that it is proportional to."""
        drawn = factor_span(self.draws[factor.key])
        return Span(low=value * drawn.low / factor.value, high=value * drawn.high / factor.value)


def _as_co2(unit: str) -> str:
    """A unit in which other gases count as CO2: that is what CO2e means; tables name the gas."""
    return unit.replace("CO2e", "CO2")
