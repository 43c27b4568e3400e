import sys

import numpy as np
import pytest

import emissions.map_loading
from emissions import QUANTITIES, emission_classes, load_map, load_maps
from emissions.map_making import FINE_MPS2, Grid

PROGRAM = """
import sys
words = sys.argv[1:]
with open("{calls}", "a") as calls:
    print(*words, file=calls)
if "--iterate" in words:
    folder = words[words.index("-o") + 1]
    for name in ("HBEFA4/PC_petrol", "HBEFA4/PC_diesel", "Energy/default"):
        open(f"{{folder}}/{{name}}.csv", "w").close()
    sys.exit()
given = dict(zip(words[::2], words[1::2])) | dict(w.split("=") for w in words if "=" in w)
if given["-e"].startswith("HBEFA4/bad"):
    sys.exit("Error: String 'bad' not found.")
def axis(letter):
    first, last, step = (float(given[f"--{{letter}}-{{end}}"]) for end in ("min", "max", "step"))
    while first <= last:
        yield first
        first += step
with open(given["-o"], "w") as rows:
    for v in axis("v"):
        for a in axis("a"):
            for s in axis("s"):
                runs = v <= 0.5 or a >= -0.3 - 0.1 * v - 0.1 * s
                co2 = (3000 + 1000 * v + 500 * a + 100 * (v > 0.5)) * runs
                nox, power = co2 / 100, v * runs
                values = dict(CO=0, CO2=co2, HC=0, PMx=0, NOx=nox, fuel=0, electricity=power)
                for name, value in values.items():
                    print(v, a, s, name, f"{{value:.6f}}", sep=";", file=rows)
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder whose `emissionsMap` has a simple law, and notes each call."""
    monkeypatch.setattr(
        emissions.map_loading, "GRID", Grid(speed_mps=(0.0, 2.0, 0.25), accel_mps2=(-2.0, 2.0, 0.5))
    )
    binary = tmp_path / "home" / "bin" / "emissionsMap"
    binary.parent.mkdir(parents=True)
    program = PROGRAM.format(calls=tmp_path / "calls")
    binary.write_text(f"#!{sys.executable} -IS\n{program}")
    binary.chmod(0o755)
    vehicles = tmp_path / "home" / "data" / "emissions" / "MMPEVEM"
    vehicles.mkdir(parents=True)
    (vehicles / "small.xml").write_text('<routes><vType id="Small" mass="900"/></routes>')
    return tmp_path / "home"


def settings(home, **change):
    kept = {"sumo_home": home, "sumo_version": "1", "cache_dir": home.parent / "cache"}
    return kept | {"slopes_deg": (0.0,)} | change


def calls(home):
    path = home.parent / "calls"
    return path.read_text().splitlines() if path.exists() else []


def at(found, speed_mps, accel_mps2, slope_deg=0.0):
    point = (np.array([float(x)]) for x in (speed_mps, accel_mps2, slope_deg))
    return float(found.at(*point)[0])


def test_a_map_is_read_in_grams_per_second(home):
    found = load_map("HBEFA4/PC_petrol", "CO2", **settings(home))
    assert at(found, 0.3, 0.4) == pytest.approx(3.5)
    assert at(found, 1.7, 1.1) == pytest.approx(3.1 + 1.7 + 0.55)


def test_watt_hours_per_second_become_watts(home):
    found = load_map("HBEFA4/PC_petrol", "electricity", **settings(home))
    assert at(found, 1.7, 0.0) == pytest.approx(3600 * 1.7)


def test_the_drop_and_the_jump_at_standing_are_met_within_a_fine_step(home):
    found = load_map("HBEFA4/PC_petrol", "CO2", **settings(home))
    for speed_mps in (0.51, 0.6, 1.0, 1.33, 2.0):
        drop_mps2 = -0.3 - 0.1 * speed_mps
        assert at(found, speed_mps, drop_mps2 - FINE_MPS2) == 0.0
        traction = 3.1 + speed_mps + 0.5 * (drop_mps2 + FINE_MPS2)
        assert at(found, speed_mps, drop_mps2 + FINE_MPS2) == pytest.approx(traction)
    assert at(found, 0.5, -1.5) == pytest.approx(3.5 - 0.75)
    assert at(found, 0.501, -1.5) == 0.0


def test_the_drop_moves_with_the_slope(home):
    found = load_map("HBEFA4/PC_petrol", "CO2", **settings(home, slopes_deg=(-2.0, 0.0, 2.0)))
    assert at(found, 1.0, -0.48, 1.0) > 0.0
    assert at(found, 1.0, -0.52, 1.0) == 0.0


def test_a_class_is_asked_for_once_for_all_its_quantities(home):
    load_map("HBEFA4/PC_petrol", "CO2", **settings(home))
    n_calls = len(calls(home))
    maps = load_maps("HBEFA4/PC_petrol", **settings(home))
    assert list(maps) == list(QUANTITIES)
    assert at(maps["NOx"], 1.0, 0.0) == pytest.approx(0.041)
    assert at(maps["PMx"], 1.0, 0.0) == 0.0
    assert len(calls(home)) == n_calls


def test_a_map_is_made_once_per_class_slopes_and_version(home):
    load_map("HBEFA4/PC_petrol", "CO2", **settings(home))
    for emission_class, change in (
        ("HBEFA4/PC_petrol", {"sumo_version": "2"}),
        ("HBEFA4/PC_diesel", {}),
        ("HBEFA4/PC_petrol", {"slopes_deg": (-1.0, 0.0, 1.0)}),
    ):
        before = len(calls(home))
        load_map(emission_class, "CO2", **settings(home, **change))
        assert len(calls(home)) > before


def test_nothing_half_written_is_left_in_the_cache(home):
    load_map("HBEFA4/PC_petrol", "CO2", **settings(home))
    assert [file.suffix for file in (home.parent / "cache").iterdir()] == [".npz"]


def test_an_unknown_class_is_told_with_the_names_near_to_it(home):
    with pytest.raises(
        ValueError, match="no emission class 'HBEFA4/bad_petrol'; near to it: HBEFA4/PC_petrol"
    ):
        load_map("HBEFA4/bad_petrol", "CO2", **settings(home))


def test_an_unknown_quantity_is_told_before_sumo_is_asked(home):
    with pytest.raises(ValueError, match=r"'CO3' is no quantity .* CO, CO2, HC, PMx, NOx, fuel"):
        load_map("HBEFA4/PC_petrol", "CO3", **settings(home))
    assert calls(home) == []


def test_a_vehicle_that_sumo_brings_is_handed_to_it(home):
    load_map("Energy/default@Small", "electricity", **settings(home))
    assert all("--vtype Small --additional-files" in call for call in calls(home))


def test_an_unknown_vehicle_is_told_with_those_that_there_are(home):
    with pytest.raises(ValueError, match="no vehicle 'Big' for 'Energy@Big'; it has Small"):
        load_map("Energy@Big", "electricity", **settings(home))


def test_classes_are_what_sumo_lists_and_the_vehicles_that_it_brings(home):
    where = {name: value for name, value in settings(home).items() if name != "slopes_deg"}
    for _ in range(2):
        assert emission_classes(**where) == (
            "Energy/default",
            "HBEFA4/PC_diesel",
            "HBEFA4/PC_petrol",
            "MMPEVEM@Small",
        )
    assert len(calls(home)) == 1
