from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from emissions import EmissionMap
from experiments.report.plot_emission_map import (
    Scale,
    draw_emission_map,
    save_emission_map,
    steady_states,
)

SPEEDS_MPS = np.linspace(0.0, 40.0, 41)
ACCELS_MPS2 = np.linspace(-4.0, 4.0, 33)


def car(quantity="CO2", drops=True, least=0.0):
    """1 + 0.1 v + 0.5 a, at least `least`; 0 below -0.3."""
    rate = np.maximum(1.0 + 0.1 * SPEEDS_MPS[:, np.newaxis] + 0.5 * ACCELS_MPS2, least)
    return EmissionMap(
        emission_class="X/car",
        quantity=quantity,
        slope_deg=np.array([0.0]),
        speed_mps=SPEEDS_MPS,
        accel_mps2=ACCELS_MPS2,
        rate=rate[np.newaxis],
        coasting_mps2=np.full((1, SPEEDS_MPS.size), -0.3) if drops else None,
    )


def titles(found):
    return [
        axis.get_title(loc="left") or axis.get_title() for axis in draw_emission_map(found).axes
    ]


def test_steady_driving_is_told_per_second_and_per_kilometre():
    states = steady_states(car())
    assert states["standing"].rate == pytest.approx(1.0)
    assert states["standing"].per_way is None
    assert states["creeping"].rate == pytest.approx(1.2)
    assert states["creeping"].per_way == pytest.approx(600.0)


@pytest.mark.parametrize(
    ("quantity", "rate", "per_way", "units"),
    [
        ("electricity", 1.2e-3, 1.2 / 2.0 / 3.6, ("kW", "Wh/km")),
        ("NOx", 1.2e3, 0.6e6, ("mg/s", "mg/km")),
        ("fuel", 1.2, 600.0, ("g/s", "g/km")),
    ],
)
def test_each_quantity_has_units_in_which_it_is_read(quantity, rate, per_way, units):
    creeping, scale = steady_states(car(quantity))["creeping"], Scale.of(quantity)
    assert (creeping.rate, creeping.per_way) == pytest.approx((rate, per_way))
    assert (scale.rate_unit, scale.way_unit) == units


def test_a_class_that_drops_is_drawn_beside_its_variant_that_does_not():
    assert "without the drop when coasting (nojump)" in titles(car())
    assert "without the drop when coasting (nojump)" not in titles(car(drops=False))


def test_a_picture_is_written_in_the_format_of_its_name(tmp_path):
    save_emission_map(car(), tmp_path / "car.png")
    save_emission_map(car("electricity", drops=False, least=-9.0), tmp_path / "car.svg")
    with Image.open(tmp_path / "car.png") as picture:
        assert min(picture.size) > 1000
    text = (tmp_path / "car.svg").read_text()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    for words in ("X/car: electricity", "Wh/km", "creeping at 7 km/h"):
        assert words in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["car.png", "car.svg"]
