import numpy as np
import pytest

from emissions import FUELS, Factor, Factors, draw, wtw_grid_key, wtw_intensities


def factor(key, value, unit, scope, *, spread=0.0, region="World"):
    return Factor(
        key=key,
        value=value,
        unit=unit,
        low=value * (1 - spread),
        high=value * (1 + spread),
        year=2024,
        region=region,
        scope=scope,
        source="made up",
    )


def factors(*changed, spread=0.0):
    rows = [factor(f"fuel/{fuel}/ttw", 3.0, "kgCO2/kg", "TTW", spread=spread) for fuel in FUELS]
    rows += [factor(f"fuel/{fuel}/wtw", 3.6, "kgCO2e/kg", "WTW", spread=spread) for fuel in FUELS]
    rows += [
        factor("grid/A", 0.5, "kgCO2/kWh", "WTT", spread=spread),
        factor("grid/B", 0.5, "kgCO2e/kWh", "WTW"),
        factor("grid/co2e_per_co2", 1.01, "kgCO2e/kgCO2", "property"),
        factor("charging/ac/efficiency", 0.8, "1", "property"),
    ]
    return Factors(rows={row.key: row for row in (*rows, *changed)}, version="1")


def test_a_petrol_car_a_battery_car_and_a_bicycle_by_hand():
    found = wtw_intensities(factors(), "grid/A")
    # 300 g of CO2 are 100 g of petrol, 360 g from the well. 200 Wh of the battery are 250 Wh of
    # the grid: 125 g of CO2, with 1 % of other gases.
    assert 300.0 * found["petrol"] == pytest.approx(360.0)
    assert 200.0 * found["electricity"] == pytest.approx(126.25)
    assert found["none"] == 0.0


def test_a_grid_factor_of_all_gases_is_not_raised_again():
    assert wtw_intensities(factors(), "grid/B")["electricity"] == pytest.approx(0.5 / 0.8)
    assert wtw_intensities(factors(), "grid/A")["electricity"] == pytest.approx(0.505 / 0.8)


def test_the_whole_life_cycle_of_a_grid_is_preferred_where_it_is_of_the_same_place():
    whole = factor("grid/A/lifecycle", 0.7, "kgCO2e/kWh", "WTW")
    assert wtw_grid_key(factors(), "grid/A") == "grid/A"
    assert wtw_grid_key(factors(whole), "grid/A") == "grid/A/lifecycle"
    found = wtw_intensities(factors(whole), "grid/A")
    assert found["electricity"] == pytest.approx(0.7 / 0.8)
    elsewhere = factor("grid/A/lifecycle", 0.7, "kgCO2e/kWh", "WTW", region="CN")
    assert wtw_grid_key(factors(elsewhere), "grid/A") == "grid/A"


def test_draws_of_the_factors_lead_to_draws_of_the_intensities():
    uncertain = factors(spread=0.1)
    drawn = draw(uncertain, 500, seed=1)
    found = wtw_intensities(uncertain, "grid/A", drawn)
    np.testing.assert_allclose(found["cng"], drawn["fuel/cng/wtw"] / drawn["fuel/cng/ttw"])
    assert found["electricity"].shape == (500,)
    assert found["electricity"].std() > 0.0


@pytest.mark.parametrize(
    ("grid_key", "changed", "said"),
    [
        ("grid/C", None, "no factor 'grid/C'; near it: grid/"),
        ("charging/ac/efficiency", None, "scope property cannot be used here; it must be WTT or"),
        ("fuel/petrol/ttw", None, "fuel/petrol/ttw: a factor of scope TTW cannot be used here"),
        ("fuel/petrol/wtw", None, "fuel/petrol/wtw: kgCO2e/kg measures"),
        (
            "grid/A",
            factor("fuel/petrol/wtw", 3.0, "kgCO2e/kg", "TTW"),
            "fuel/petrol/wtw: a factor of scope TTW cannot be used here; it must be WTW",
        ),
        (
            "grid/A",
            factor("fuel/petrol/wtw", 3.0, "kgCO2e/L", "WTW"),
            "fuel/petrol/wtw: kgCO2e/L measures",
        ),
    ],
)
def test_a_factor_of_another_scope_or_kind_is_refused(grid_key, changed, said):
    with pytest.raises(ValueError, match=said):
        wtw_intensities(factors(*([changed] if changed else [])), grid_key)
