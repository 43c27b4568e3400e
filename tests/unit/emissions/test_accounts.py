import numpy as np
import pytest

from emissions import ACCOUNTS, Account, EmissionMap, account_steps, column_parts


def flat_map(rate, quantity="CO2"):
    """The same rate everywhere, but for acceleration below zero: there half of it."""
    return EmissionMap(
        emission_class="X/y",
        quantity=quantity,
        slope_deg=np.array([0.0]),
        speed_mps=np.array([0.0, 50.0]),
        accel_mps2=np.array([-1.0, 0.0, 1.0]),
        rate=np.broadcast_to([rate / 2, rate, rate], (1, 2, 3)),
    )


GAS = Account(name="gas", emission_class="X/y", quantity="CO2")
POWER = Account(name="power", emission_class="X/y", quantity="electricity")


def steps(maps, accel_mps2, speed_mps=10.0, step_length_s=1.0):
    n = len(accel_mps2)
    return account_steps(
        maps,
        np.full(n, speed_mps),
        np.array(accel_mps2, dtype=float),
        np.zeros(n),
        step_length_s=step_length_s,
    )


def test_grams_per_second_become_grams_per_step():
    found = steps({GAS: flat_map(3.0)}, [0.0, -1.0], step_length_s=0.5)
    np.testing.assert_allclose(found["co2_gas_g"], [1.5, 0.75])


def test_watts_become_watt_hours():
    found = steps({POWER: flat_map(7200.0, "electricity")}, [0.0] * 1800, step_length_s=0.5)
    assert found["energy_power_wh"].sum() == pytest.approx(7200.0 * 900 / 3600)


def test_a_battery_that_is_charged_counts_back():
    found = steps({POWER: flat_map(-3600.0, "electricity")}, [0.0])
    assert found["energy_power_wh"][0] == pytest.approx(-1.0)


def test_each_account_has_its_column():
    found = steps({GAS: flat_map(3.0), POWER: flat_map(1.0, "electricity")}, [0.0])
    assert set(found) == {"co2_gas_g", "energy_power_wh"}


def test_a_speed_below_zero_by_rounding_is_standing():
    found = steps({GAS: flat_map(3.0)}, [0.0], speed_mps=-1e-9)
    assert found["co2_gas_g"][0] == pytest.approx(3.0)


def test_the_same_drive_in_shorter_steps_costs_the_same():
    whole = steps({GAS: flat_map(3.0)}, [0.5] * 10)["co2_gas_g"].sum()
    fine = steps({GAS: flat_map(3.0)}, [0.5] * 100, step_length_s=0.1)["co2_gas_g"].sum()
    assert fine == pytest.approx(whole)


def test_the_four_accounts_are_two_petrol_models_one_without_its_jump_and_a_battery():
    units = {account.column: account.column.rpartition("_")[2] for account in ACCOUNTS}
    assert units == {
        "co2_hbefa4_g": "g",
        "co2_hbefa4_nojump_g": "g",
        "co2_phemlight5_g": "g",
        "energy_bev_wh": "wh",
    }
    for account in ACCOUNTS:
        assert (account.quantity == "electricity") == account.column.endswith("_wh")
    without = [a for a in ACCOUNTS if not a.has_coasting_jump]
    assert [a.column for a in without] == ["co2_hbefa4_nojump_g"]


def test_the_column_of_an_account_is_told_from_others():
    for quantity, column in (("NOx", "nox_some_car_g"), ("electricity", "energy_some_car_wh")):
        account = Account(name="some_car", emission_class="X/y", quantity=quantity)
        assert account.column == column
        assert column_parts(column).name == "some_car"
    assert [column_parts(name) for name in ("trip_time_s", "co2_g", "distance_m")] == [None] * 3
