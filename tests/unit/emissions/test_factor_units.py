import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions import conversion, parse_unit

UNITS = ["kgCO2/kWh", "kgCO2e/kg", "kgCO2/TJ", "MJ/kg", "kg/L", "W", "1", "gCO2/km", "kgCO2/m3"]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("kgCO2/kWh", "gCO2/kWh", 1000.0),
        ("kgCO2/kWh", "gCO2/Wh", 1.0),
        ("kWh", "MJ", 3.6),
        ("TJ", "kWh", 1e9 / 3600),
        ("W*h", "kWh", 1e-3),
        ("kW*yr", "kWh", 8760.0),
        ("t", "kg", 1000.0),
        ("L", "m3", 1e-3),
        ("%", "1", 0.01),
    ],
)
def test_conversions_are_those_of_the_book(source, target, expected):
    assert conversion(source, target) == pytest.approx(expected, rel=1e-12)


def test_kg_per_terajoule_times_megajoule_per_kg_is_kg_per_kg():
    # Petrol by hand: 69,300 kg/TJ x 44.3 MJ/kg = 69,300 x 44.3e-6 = 3.06999 kg/kg.
    assert 69_300 * 44.3 * conversion("kgCO2/TJ*MJ/kg", "kgCO2/kg") == pytest.approx(3.06999)


@given(st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_what_is_multiplied_and_divided_again_is_what_it_was(left, right):
    a, b = parse_unit(left), parse_unit(right)
    back = a * b / b
    assert back.dimension == a.dimension
    assert back.scale == pytest.approx(a.scale)


@pytest.mark.parametrize(
    "text", ["", "kgCO2/", "kgCO3/kWh", "kg CO2", "kWh kg", "/kg", "kgCO2//kg"]
)
def test_what_is_no_unit_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"is no unit: .* right are such as kgCO2/kWh"):
        parse_unit(text)


@pytest.mark.parametrize(
    ("source", "target"),
    [("kgCO2", "kgCO2e"), ("kgCO2", "kg"), ("kWh", "kW"), ("kg/L", "kg/m"), ("MJ/kg", "MJ/L")],
)
def test_one_thing_is_not_converted_into_another(source, target):
    with pytest.raises(ValueError, match="one cannot become the other"):
        conversion(source, target)
