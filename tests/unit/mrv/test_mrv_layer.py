"""Factors scale a saving; their draws are the same for the same seed."""

import pytest

from emissions import Factors, draw, wtw_intensities
from experiments.factor_files import load_factors
from experiments.mrv.layer import FactorLayer
from experiments.mrv.settings import MrvSettings


def layer(grid: str = "CN/2023", *, seed: int = 1, n_draws: int = 2_000) -> FactorLayer:
    factors: Factors = load_factors(None)
    return FactorLayer(
        factors=factors,
        draws=draw(factors, n_draws, seed),
        grid=factors[f"grid/{grid}"],
        fuel_ttw=factors["fuel/petrol/ttw"],
        fuel_wtw=factors["fuel/petrol/wtw"],
    )


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    assert layer().grid_span == layer().grid_span
    assert layer().fuel_ratio != layer(seed=2).fuel_ratio


def test_the_grid_lies_within_its_draws():
    found = layer()
    assert found.grid_g_per_wh == pytest.approx(0.5306)
    assert found.grid_span.low < 0.5306 < found.grid_span.high


def test_the_carbon_of_the_fuel_scales_about_one_and_never_turns_a_sign():
    ratio = layer().fuel_ratio
    assert 0.9 < ratio.low < 1.0 < ratio.high < 1.1


def test_well_to_wheel_is_more_than_the_tailpipe():
    found = layer()
    assert found.wtw_per_ttw == pytest.approx(3.74 / 3.07, rel=0.001)
    assert found.wtw_span.low < found.wtw_per_ttw < found.wtw_span.high


def test_a_grid_in_co2_equivalents_is_taken_too():
    assert layer("EU27/2023").grid_g_per_wh == pytest.approx(0.214)


@pytest.mark.parametrize(
    ("grid", "key"),
    [("CN/2023", "grid/CN/2023/lifecycle"), ("DE/2023", "grid/DE/2023")],
)
def test_electricity_from_well_to_wheel_is_that_of_the_account_of_a_fleet(grid, key):
    found, factors = layer(grid), load_factors(None)
    expected = wtw_intensities(factors, f"grid/{grid}")["electricity"]
    assert found.electric_wtw_g_per_wh == pytest.approx(float(expected))
    assert found.electric_wtw_g_per_wh > found.grid_g_per_wh / 0.95  # charging loses
    assert found.grid_wtw.key == key
    assert found.electric_wtw_span.low < expected < found.electric_wtw_span.high


def test_the_default_settings_name_factors_that_are_there():
    settings = MrvSettings()
    assert layer(settings.grid).grid.key == f"grid/{settings.grid}"
