from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor import EquipmentParameters, draw_equipped, unit_draw

CARS = [(f"car{i}", "passenger") for i in range(4000)]


def equipped(share, vehicles=CARS, seed=1):
    return draw_equipped(vehicles, EquipmentParameters(penetration=share), seed)


@given(
    st.floats(0, 1), st.floats(0, 1), st.integers(0, 99), st.sets(st.text(max_size=8), max_size=20)
)
def test_whoever_is_equipped_at_a_lower_share_is_so_at_a_higher_one(one, two, seed, ids):
    vehicles = [(i, "passenger") for i in sorted(ids)]
    assert equipped(min(one, two), vehicles, seed) <= equipped(max(one, two), vehicles, seed)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_equipped_share_is_the_one_asked_for(share):
    assert len(equipped(share)) / len(CARS) == pytest.approx(share, abs=0.025)


def test_the_ends_of_the_share_are_nobody_and_everybody():
    assert equipped(0.0) == frozenset()
    assert equipped(1.0) == {i for i, _ in CARS}


def test_seeds_equip_different_vehicles():
    both = equipped(0.5, seed=1) & equipped(0.5, seed=2)
    assert len(both) / len(CARS) == pytest.approx(0.25, abs=0.025)


def test_a_draw_for_one_purpose_says_nothing_about_another():
    compliant = {i for i, _ in CARS if unit_draw(i, 1, "compliance") < 0.5}
    both = equipped(0.5, seed=1) & compliant
    assert len(both) / len(CARS) == pytest.approx(0.25, abs=0.025)


def test_a_vehicle_is_equipped_or_not_whoever_else_drives():
    everybody = equipped(0.3)
    alone = {i for i, kind in CARS if equipped(0.3, [(i, kind)])}
    assert alone == everybody
    assert equipped(0.3, CARS[::-1]) == everybody


def test_only_advisable_classes_are_equipped():
    vehicles = [("1", "passenger"), ("2", "bus"), ("3", "emergency"), ("4", "truck")]
    assert equipped(1.0, vehicles) == {"1", "4"}
    buses = EquipmentParameters(classes=("bus",))
    assert draw_equipped(vehicles, buses, 1) == {"2"}


def test_draws_are_uniform_in_0_to_1_and_do_not_change_with_releases():
    draws = [unit_draw(i, 1, "test") for i, _ in CARS]
    assert 0.0 <= min(draws) < 0.01
    assert 0.99 < max(draws) < 1.0
    assert fmean(draws) == pytest.approx(0.5, abs=0.02)
    # Another hash would give every user other equipped vehicles with equal seeds.
    assert unit_draw("car0", 1, "equipment") == pytest.approx(FIRST_DRAW, abs=1e-12)


FIRST_DRAW = 0.9540459955991101


def test_a_share_beyond_1_is_refused():
    with pytest.raises(ValueError, match=r"penetration must be between 0 and 1, got 1\.5"):
        EquipmentParameters(penetration=1.5)
