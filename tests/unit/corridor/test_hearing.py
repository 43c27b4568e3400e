import numpy as np
import pytest

from corridor.engine import VehicleFacts
from corridor.hearing import Hearing
from corridor.parameters import Outage, RsuParameters
from corridor.rsu import Radio
from corridor.vehicles import VehicleTable
from corridor.ways import Entrant

N_TIMES = 10


@pytest.fixture
def table(network):
    """Two vehicles, 70 m and 20 m before the line of J1."""
    made = VehicleTable(network)
    for name in ("v", "w"):
        made.enter(
            Entrant(
                vehicle_id=name, is_equipped=True, follows_advice=True, draw=0.5, has_stops=False
            ),
            VehicleFacts(("a", "b1", "b2", "c"), "passenger", 1.0, 50.0, 2.6, 4.5, 5.0, 2.5),
        )
    made.move(np.arange(2), np.array([30.0, 80.0]), np.array([10.0, 10.0]), 1.0)
    made.change_lanes(np.arange(2), ["a_0", "a_0"])
    made.flags("is_new_signal").fill(False)
    return made


def hearing(network, **settings):
    radio = Radio(parameters=RsuParameters(**settings), rng=np.random.default_rng(1))
    return Hearing(network, radio, 1.0)


def windows(network, value):
    return np.full((N_TIMES, len(network.links), 3), float(value))


def test_what_was_heard_is_forgotten_out_of_range(network, table):
    units = hearing(network, range_m=50.0)
    table.floats("heard_s")[:] = 9.9
    units.listen(table, 11.0)
    np.testing.assert_allclose(table.floats("heard_s"), [-np.inf, 10.9])


def test_a_new_signal_is_heard_from_the_next_step_on(network, table):
    units = hearing(network)
    table.flags("is_new_signal")[0] = True
    units.listen(table, 11.0)
    np.testing.assert_allclose(table.floats("heard_s"), [-np.inf, 10.9])


def test_a_signal_that_was_in_range_before_the_last_one_was_passed_is_heard_at_once(network, table):
    units = hearing(network, range_m=400.0)
    # 70 and 20 m before J1, and J2 is 212 m behind it.
    units.listen(table, 10.0)
    assert table.flags("hears_beyond").tolist() == [True, True]
    table.flags("is_new_signal").fill(True)
    units.listen(table, 11.0)
    np.testing.assert_allclose(table.floats("heard_s"), 10.9)
    near = hearing(network, range_m=250.0)
    near.listen(table, 12.0)
    assert table.flags("hears_beyond").tolist() == [False, True]


def test_the_signal_beyond_is_not_heard_while_its_unit_is_silent(network, table):
    units = hearing(
        network, range_m=400.0, outages=(Outage(signal="J2", begin_s=10.0, end_s=20.0),)
    )
    units.listen(table, 10.0)
    assert not table.flags("hears_beyond").any()
    units.listen(table, 20.0)
    assert table.flags("hears_beyond").all()


@pytest.mark.parametrize("begin_s", [0.0, 0.5, 1.5])
def test_each_knows_what_was_told_when_its_newest_message_was_made(network, table, begin_s):
    units = hearing(network, stale_s=5.0)
    for step in range(6, 12):
        units.remember(windows(network, begin_s + step), begin_s + step)
    table.floats("heard_s")[:] = begin_s + 10.9, begin_s + 7.2
    told = units.told_to(table.columns)
    assert told.shape == (N_TIMES, 2, 3)
    assert (told[:, 0] == begin_s + 10.0).all()
    assert (told[:, 1] == begin_s + 7.0).all()


def test_what_is_told_to_nobody_is_nothing(network, table):
    units = hearing(network)
    units.remember(windows(network, 1.0), 1.0)
    assert units.told_to(table.columns.at(np.zeros(0, dtype=np.int64))).shape == (N_TIMES, 0, 3)
