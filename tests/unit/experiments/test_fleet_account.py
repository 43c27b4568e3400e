import numpy as np
import polars as pl
import pytest

from emissions import EmissionMap, wtw_intensities
from experiments import fleet_account
from experiments.config import Experiment, load_experiment
from experiments.factor_files import load_factors
from experiments.fleet_account import (
    add_fleet,
    check_fleet,
    draw_fleet,
    fleet_content,
    prepare_fleet,
)
from experiments.mix_files import MIXES_FILE, absolute_mix, load_mix

MIX = load_mix("CN-2024")


def experiment(**keys):
    return Experiment.from_scenario("arterial", {"fleet_mix": "CN-2024"} | keys, by_option=False)


def vehicles(n):
    return pl.DataFrame({"vehicle_id": [f"v{i}" for i in range(n)], "vehicle_class": "passenger"})


@pytest.fixture
def one_gram(monkeypatch, tmp_path):
    """Models in which every car with a fuel emits 1 g/s, and every battery gives 3600 W."""

    def load(accounts, *, slopes_deg, **_):
        def rate(account):
            is_battery = MIX.carriers[account.emission_class] == "electricity"
            if account.quantity == "electricity":
                return 3600.0 * is_battery
            return 1.0 - is_battery

        return {
            account: EmissionMap(
                emission_class=account.emission_class,
                quantity=account.quantity,
                slope_deg=np.array(slopes_deg),
                speed_mps=np.array([0.0, 50.0]),
                accel_mps2=np.array([-1.0, 1.0]),
                rate=np.full((1, 2, 2), float(rate(account))),
            )
            for account in accounts
        }

    monkeypatch.setattr(fleet_account, "load_accounts", load)
    monkeypatch.setattr(fleet_account, "sumo_home", lambda: tmp_path)

    def drive(asked, n=400):
        """Each vehicle is inserted and then drives for 2 s."""
        fleet = draw_fleet(vehicles(n), asked)
        trace = pl.concat([fleet] * 3).with_columns(
            speed_mps=pl.lit(10.0), accel_mps2=pl.lit(0.0), slope_deg=pl.lit(0.0),
            is_move=pl.Series([False] * n + [True] * 2 * n),
        )  # fmt: skip
        words = {"slopes_deg": (0.0,), "step_length_s": 1.0, "cache_dir": tmp_path}
        found = add_fleet(trace, asked, **words)
        sums = found.group_by("vehicle_id", "fleet_class").agg(pl.selectors.numeric().sum())
        return sums.with_columns(
            carrier=pl.col("fleet_class").replace_strict(MIX.carriers, return_dtype=pl.String)
        )

    return drive


def test_each_vehicle_emits_as_the_class_that_was_drawn(one_gram):
    found = one_gram(experiment())
    electric = found.filter(pl.col("carrier") == "electricity")
    burning = found.filter(pl.col("carrier") != "electricity")
    assert electric.height > 0
    assert set(electric["co2_fleet_g"]) == {0.0}
    assert set(electric["energy_fleet_wh"]) == {2.0}
    assert set(burning["co2_fleet_g"]) == {2.0}
    assert "co2e_fleet_wtw_g" not in found.columns


def test_the_grid_of_the_whole_life_cycle_is_taken_where_there_is_one_and_is_named():
    assert fleet_content(experiment(grid="CN/2023"))["grid"] == "grid/CN/2023/lifecycle"
    assert fleet_content(experiment(grid="DE/2023"))["grid"] == "grid/DE/2023"
    assert "grid" not in fleet_content(experiment())


def test_with_a_grid_fuel_and_electricity_are_told_from_well_to_wheel(one_gram):
    found = one_gram(experiment(grid="CN/2023"))
    intensities = wtw_intensities(load_factors(), "grid/CN/2023")
    for carrier in ("electricity", "petrol"):
        rows = found.filter(pl.col("carrier") == carrier)
        np.testing.assert_allclose(rows["co2e_fleet_wtw_g"], 2.0 * intensities[carrier])
    other = one_gram(experiment(grid="grid/CN/2022"))
    changed = found.join(other, on="vehicle_id").filter(
        pl.col("co2e_fleet_wtw_g") != pl.col("co2e_fleet_wtw_g_right")
    )
    assert set(changed["carrier"]) == {"electricity"}


def test_a_vehicle_is_the_same_car_whoever_drives_beside_it():
    few, many = draw_fleet(vehicles(10), experiment()), draw_fleet(vehicles(50), experiment())
    assert few["fleet_class"].to_list() == many["fleet_class"][:10].to_list()


def test_without_a_mix_nothing_is_added():
    asked = Experiment.from_scenario("arterial", by_option=False)
    table = vehicles(3)
    assert draw_fleet(table, asked).equals(table)
    assert fleet_content(asked) == {}


def test_what_the_figures_rest_on_is_named_with_its_hash():
    found = fleet_content(experiment())
    assert found["mix"]["name"] == "CN-2024"
    assert all(
        len(digest) == 64 for digest in (found["mix"]["sha256"], *found["factors"]["sha256"])
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"fleet_mix": "CN-1999"}, "CN-2024"),
        ({"grid": "CH/2023"}, "^grid: no factor 'grid/CH/2023'; near it: .*grid/CN/2023"),
        ({"fleet_mix": None, "grid": "CN/2023"}, "name a fleet_mix too"),
    ],
)
def test_a_mix_or_grid_that_is_not_there_is_told_with_those_that_are(keys, said):
    with pytest.raises(ValueError, match=said):
        check_fleet(experiment(**keys))


def test_the_maps_of_all_cars_of_a_mix_are_made_before_the_runs(monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr(
        fleet_account,
        "load_accounts",
        lambda accounts, **_: made.append(accounts[0].emission_class),
    )
    monkeypatch.setattr(fleet_account, "sumo_home", lambda: tmp_path)
    words = {"slopes_deg": (0.0,), "cache_dir": tmp_path, "n_jobs": 2}
    prepare_fleet(experiment(), **words)
    cars = draw_fleet(vehicles(3000), experiment())["fleet_class"].unique()
    assert sorted(made) == sorted(set(made))
    assert set(cars) <= set(made)
    made.clear()
    prepare_fleet(Experiment.from_scenario("arterial", by_option=False), **words)
    assert not made


def test_a_mix_of_a_file_starts_from_where_the_experiment_does(tmp_path, monkeypatch):
    mixes = tmp_path / "mixes.yaml"
    mixes.write_bytes(MIXES_FILE.read_bytes())
    asked = tmp_path / "asked.yaml"
    asked.write_text("scenario: arterial\nfleet_mix: mixes.yaml:CN-2024\n", encoding="utf-8")
    assert fleet_content(load_experiment(asked))["mix"]["name"] == "CN-2024"
    monkeypatch.chdir(tmp_path)
    assert absolute_mix("mixes.yaml") == str(mixes)
    assert absolute_mix("mixes.yaml:CN-2024") == f"{mixes}:CN-2024"
    assert absolute_mix("CN-2024") == "CN-2024"


def test_factors_of_the_user_go_over_those_of_the_project(tmp_path):
    own = """factors:
  grid/DE/2023: {value: 0.1, unit: kgCO2/kWh, low: 0.1, high: 0.1, year: 2023, region: DE,
                 scope: WTT, source: a test, quality: assumed, bounds: range}
"""
    (tmp_path / "own.yaml").write_text(f'version: "1"\n{own}', encoding="utf-8")
    keys = ("scenario: arterial", "fleet_mix: CN-2024", "grid: DE/2023", "factors: own.yaml")
    file = tmp_path / "asked.yaml"
    file.write_text("\n".join(keys), encoding="utf-8")
    asked = load_experiment(file)
    assert len(fleet_content(asked)["factors"]["sha256"]) == 2
    plain = fleet_account._intensities(experiment(grid="DE/2023"))
    own_ones = fleet_account._intensities(asked)
    share = own_ones["electricity"] / plain["electricity"]
    assert share == pytest.approx(0.1 / load_factors()["grid/DE/2023"].value)
    assert own_ones["petrol"] == plain["petrol"]
