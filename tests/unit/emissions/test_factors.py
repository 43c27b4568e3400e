import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions import Factor, Factors, draw, product

ENERGY = {"value": 69_300.0, "low": 67_500.0, "high": 73_000.0, "unit": "kgCO2/TJ", "scope": "TTW"}
CALORIFIC = {"value": 44.3, "low": 42.5, "high": 44.8, "unit": "MJ/kg", "scope": "property"}


def factor(key="a", **changes):
    fields = {"year": 2006, "region": "World", "source": "a table", **CALORIFIC}
    return Factor(key=key, **{**fields, **changes})


def made(*, bounds="range"):
    rows = {
        "energy": factor("energy", bounds=bounds, **ENERGY),
        "ncv": factor("ncv", bounds=bounds),
        "density": factor("density", value=0.745, low=0.72, high=0.775, unit="kg/L"),
    }
    rows["by_mass"] = product("by_mass", rows, ("energy", "ncv"), "kgCO2/kg")
    rows["by_volume"] = product("by_volume", rows, ("energy", "ncv", "density"), "kgCO2/L")
    return Factors(rows=rows, version="1")


def test_a_derived_factor_is_computed_from_its_parts():
    found = made()
    assert found["by_mass"].value == pytest.approx(69_300 * 44.3e-6)
    assert found["by_volume"].value == pytest.approx(69_300 * 44.3e-6 * 0.745)
    assert found["by_mass"].low == pytest.approx(67_500 * 42.5e-6)
    assert found["by_mass"].high == pytest.approx(73_000 * 44.8e-6)
    assert (found["by_mass"].scope, found["by_mass"].quality) == ("TTW", "computed")
    assert found["by_mass"].source == "computed: energy × ncv"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"low": 45.0}, "must be 0 <= low <= value <= high, got low 45"),
        ({"high": 44.0}, "must be 0 <= low <= value <= high"),
        ({"low": -1.0}, "must be 0 <= low"),
        ({"value": float("nan")}, "must be finite"),
        ({"unit": "MJ/kgs"}, "'kgs' is not known"),
        ({"source": "  "}, "source must not be empty"),
    ],
)
def test_a_factor_checks_itself(changes, said):
    with pytest.raises(ValueError, match=said):
        factor(**changes)


@pytest.mark.parametrize(
    ("keys", "unit", "said"),
    [
        (("energy", "ncv"), "kgCO2/L", "one cannot become the other"),
        (("energy", "ncv"), "kgCO2e/kg", "one cannot become the other"),
        (("energy", "energy"), "1", "only one may have a scope"),
        (("energy", "by_mass"), "1", "name the parts of by_mass"),
        ((), "1", "at least one key"),
        (("energy", "nvc"), "kgCO2/kg", "no factor 'nvc'; near it: ncv"),
    ],
)
def test_a_product_that_makes_no_sense_is_refused(keys, unit, said):
    with pytest.raises(ValueError, match=said):
        product("x", made(), keys, unit)


def test_an_unknown_key_is_told_with_its_neighbours_and_is_a_key_error_for_mappings():
    found = made()
    with pytest.raises(ValueError, match=r"^no factor 'densty'; near it: density, energy$"):
        found["densty"]
    assert found.get("densty") is None
    assert "densty" not in found and "density" in found


def test_an_interval_is_drawn_so_that_its_ends_and_its_middle_are_met():
    drawn = draw(made(bounds="interval95"), 200_000, seed=1)["energy"]
    found = np.quantile(drawn, [0.025, 0.5, 0.975])
    np.testing.assert_allclose(found, [67_500, 69_300, 73_000], rtol=1e-3)


@given(st.floats(0.0, 10.0), st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_no_draw_leaves_a_stated_range_and_its_mean_is_the_triangles(low, below, above):
    value, high = low + below, low + below + above
    rows = {"a": factor(value=value, low=low, high=high)}
    drawn = draw(Factors(rows=rows, version="1"), 4_000, seed=3)["a"]
    assert drawn.min() >= low and drawn.max() <= high
    spread = np.sqrt(np.var(drawn) / 4_000)
    assert abs(drawn.mean() - (low + value + high) / 3) <= 6.0 * spread + 1e-9


def test_products_stay_within_their_bounds_and_share_the_draws_of_their_parts():
    found = made()
    drawn = draw(found, 10_000, seed=2)
    for key in ("by_mass", "by_volume"):
        assert found[key].low <= drawn[key].min() <= drawn[key].max() <= found[key].high
    np.testing.assert_allclose(drawn["by_volume"], drawn["by_mass"] * drawn["density"])


def test_no_draw_is_negative_however_wide_the_interval_is():
    rows = {"a": factor(value=1.0, low=0.0, high=5.0, bounds="interval95")}
    assert draw(Factors(rows=rows, version="1"), 100_000, seed=1)["a"].min() == 0.0


def test_draws_depend_on_seed_and_key_alone_so_a_new_factor_changes_no_other():
    few = Factors(rows={"ncv": made()["ncv"]}, version="1")
    np.testing.assert_array_equal(draw(few, 50, 7)["ncv"], draw(made(), 50, 7)["ncv"])
    assert not np.array_equal(draw(few, 50, 7)["ncv"], draw(few, 50, 8)["ncv"])


def test_at_least_one_draw_is_asked_for():
    with pytest.raises(ValueError, match="n_draws must be at least 1, got 0"):
        draw(made(), 0, seed=1)
