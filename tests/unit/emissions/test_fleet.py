import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions import POWERTRAINS, FleetMix, MixCell, draw_classes

CARRIERS = {"battery": "electricity", "petrol": "petrol", "diesel": "diesel"}


def cell(group, powertrain, share, **changes):
    fields = {
        "carrier": CARRIERS[powertrain],
        "emission_class": f"X/{group}_{powertrain}",
        "source": "a table",
        "year": 2024,
        "quality": "reported",
    }
    return MixCell(group=group, powertrain=powertrain, share=share, **{**fields, **changes})


def mix(battery=0.1, diesel=0.3, *, cells=()):
    cars = (("petrol", 1 - battery - diesel), ("battery", battery), ("diesel", diesel))
    return FleetMix(
        name="test",
        title="A fleet",
        version="1",
        sha256="0",
        groups={"passenger": "cars", "taxi": "cars", "bus": "buses"},
        cells=(*(cell("cars", *each) for each in cars), cell("buses", "diesel", 1.0), *cells),
    )


def ids(n):
    return [f"veh.{i}" for i in range(n)]


def test_three_vehicles_are_what_they_always_were():
    # Pinned: a change of the hash makes all results of a fleet incomparable with those of before.
    found = draw_classes(mix(0.4, 0.3), ["汽车", "1", "veh.7"], ["passenger"] * 3)
    assert found.tolist() == ["X/cars_battery", "X/cars_diesel", "X/cars_petrol"]


def test_shares_are_reached_within_the_error_of_sampling():
    n = 20_000
    found = draw_classes(mix(), ids(n), ["passenger"] * n)
    for share, powertrain in ((0.1, "battery"), (0.3, "diesel"), (0.6, "petrol")):
        error = np.sqrt(share * (1 - share) / n)
        assert abs(np.mean(found == f"X/cars_{powertrain}") - share) < 4 * error


def test_a_vehicle_is_the_same_whoever_drives_beside_it_and_in_which_order():
    order = np.random.default_rng(1).permutation(500)
    found = draw_classes(mix(), ids(500), ["passenger"] * 500)
    shuffled = draw_classes(mix(), [ids(500)[i] for i in order], ["passenger"] * 500)
    np.testing.assert_array_equal(found[order], shuffled)


@given(st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_where_there_are_more_battery_cars_those_of_before_are_among_them(one, other):
    few, many = sorted((one, other))
    before = draw_classes(mix(few), ids(200), ["passenger"] * 200) == "X/cars_battery"
    after = draw_classes(mix(many), ids(200), ["passenger"] * 200) == "X/cars_battery"
    assert np.all(after[before])


def test_each_vehicle_class_has_the_mix_of_its_group():
    found = draw_classes(mix(1.0, 0.0), ["a", "b", "c"], ["taxi", "bus", "passenger"])
    assert found.tolist() == ["X/cars_battery", "X/buses_diesel", "X/cars_battery"]


def test_no_vehicles_have_no_classes():
    assert draw_classes(mix(), [], []).shape == (0,)


def test_a_class_with_no_share_is_never_drawn_nor_listed():
    assert "X/cars_battery" not in mix(0.0).emission_classes
    assert "X/cars_battery" not in draw_classes(mix(0.0), ids(2000), ["passenger"] * 2000)


def test_a_vehicle_class_that_the_mix_does_not_tell_of_is_named():
    with pytest.raises(ValueError, match="no vehicle class 'tram'; it has passenger, taxi, bus"):
        draw_classes(mix(), ["a", "b"], ["bus", "tram"])


def test_ids_and_classes_must_be_as_many():
    with pytest.raises(ValueError, match="1 vehicle ids, but 2 vehicle classes"):
        draw_classes(mix(), ["a"], ["bus", "bus"])


@pytest.mark.parametrize("share", [0.1, -0.1])
def test_shares_of_a_group_must_add_up_to_1(share):
    with pytest.raises(ValueError, match="shares of 'buses' must be at least 0 and add up to 1"):
        mix(cells=[cell("buses", "petrol", share)])


def test_a_class_cannot_run_on_two_things():
    with pytest.raises(ValueError, match=r"X/cars_petrol runs on .* in one row, on .* in another"):
        mix(cells=[cell("buses", "diesel", 0.0, emission_class="X/cars_petrol")])


def test_a_group_without_rows_is_told():
    with pytest.raises(ValueError, match="group 'trucks' has no rows"):
        FleetMix(name="x", title="x", version="1", sha256="0", groups={"truck": "trucks"}, cells=())


def test_cells_stand_in_the_order_of_the_draw():
    order = [POWERTRAINS.index(each.powertrain) for each in mix().cells]
    assert order == sorted(order)
