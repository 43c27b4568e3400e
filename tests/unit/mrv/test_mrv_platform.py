"""The platform costs what its devices draw, and a year is no more than its stated profile."""

import pytest

from experiments.mrv.annual import traffic_of_a_year
from experiments.mrv.platform import Device, break_even_per_day
from experiments.mrv.settings import MrvSettings, Operation, Platform, Stretch

CN_2023_KG_PER_KWH = 0.5306


@pytest.mark.parametrize(("power_w", "kg_per_year"), [(15, 70), (30, 139), (100, 465)])
def test_devices_that_run_all_year_emit_what_the_method_says(power_w, kg_per_year):
    device = Device(name="d", count=1, power_w=power_w, power_high_w=power_w, source="")
    assert device.energy_kwh(24 * 365) * CN_2023_KG_PER_KWH == pytest.approx(kg_per_year, abs=0.5)


def test_break_even_is_where_saving_equals_the_platform():
    vehicles = break_even_per_day(500.0, 2.0, 250.0)
    assert vehicles == pytest.approx(1_000.0)


@pytest.mark.parametrize("saving_g", [0.0, -3.0])
def test_no_traffic_makes_up_for_a_platform_that_saves_nothing(saving_g):
    assert break_even_per_day(500.0, saving_g, 250.0) is None


def test_without_a_profile_the_simulated_window_comes_once_a_day():
    year = traffic_of_a_year(Operation(days_per_year=100), n_vehicles=900, window_h=0.5)
    assert year.flow_per_h == 1_800
    assert year.per_day() == pytest.approx(900)
    assert year.per_year(simulated_only=True) == pytest.approx(90_000)


def test_hours_at_another_flow_are_in_the_best_estimate_only():
    profile = (Stretch(hours=2, flow=1.0), Stretch(hours=8, flow=0.5), Stretch(hours=1, flow=1.1),
               Stretch(hours=1, flow=0.95))  # fmt: skip
    operation = Operation(days_per_year=10, profile=profile)
    year = traffic_of_a_year(operation, n_vehicles=1_000, window_h=1.0)
    assert year.per_day() == pytest.approx(2_000 + 4_000 + 1_100 + 950)
    assert year.per_day(simulated_only=True) == pytest.approx(2_000 + 950)


def test_devices_follow_the_signals_unless_a_number_is_stated(saving_folder, make_case):
    assert [each.count for each in make_case(saving_folder).devices] == [3, 1]
    stated = MrvSettings(platform=Platform(rsu_count=5, rsu_power_w=20.0, mec_count=0))
    devices = make_case(saving_folder, stated).devices
    assert (devices[0].count, devices[0].power_w) == (5, 20.0)
    assert devices[1].energy_kwh(8760) == 0.0


def test_making_the_devices_counts_only_where_it_is_stated(saving_folder, make_case):
    assert make_case(saving_folder).embodied_kg == 0.0
    stated = MrvSettings(platform=Platform(embodied_kg_per_device=80.0, lifetime_years=8.0))
    case = make_case(saving_folder, stated)
    assert case.embodied_kg == pytest.approx(4 * 80.0 / 8.0)
    assert case.platform_kg > make_case(saving_folder).platform_kg


def test_the_conservative_platform_takes_the_upper_power_and_the_upper_grid(
    saving_folder, make_case
):
    case = make_case(saving_folder)
    factors, grid = case.layer.factors, case.layer.grid
    watts = 3 * factors["device/rsu/power"].high + factors["device/mec/power"].high
    assert case.platform_kg_high == pytest.approx(watts * 8.760 * grid.high)
    stated = MrvSettings(platform=Platform(rsu_power_w=20.0, mec_count=0))
    assert make_case(saving_folder, stated).platform_kg_high == pytest.approx(
        60.0 * 8.760 * grid.high
    )


@pytest.mark.parametrize("mec_count", [0, 1])
def test_a_platform_without_roadside_units_is_refused(saving_folder, make_case, mec_count):
    settings = MrvSettings(platform=Platform(rsu_count=0, mec_count=mec_count))
    with pytest.raises(ValueError, match=r"platform.rsu_count: no .* 3 signals .* at least 1"):
        make_case(saving_folder, settings)
