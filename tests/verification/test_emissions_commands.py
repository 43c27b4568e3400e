import json

import pytest

pytestmark = pytest.mark.sumo


def test_classes_are_listed_by_a_part_of_their_name(door, tmp_path):
    listed = door.call("emissions", "classes", "phem*eu4", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert "PHEMlight5/PC_EU4_G" in listed.stdout.splitlines()
    assert all("EU4" in name for name in listed.stdout.splitlines())
    everything = door.call("emissions", "classes", "--json", cwd=tmp_path)
    assert len(json.loads(everything.stdout)) > 900
    nothing = door.call("emissions", "classes", "horse", cwd=tmp_path)
    assert nothing.returncode == 2
    assert "emission classes fits 'horse'" in nothing.stderr


def test_a_map_is_drawn_and_its_figures_are_told(door, tmp_path):
    words = ["emissions", "map", "HBEFA4/PC_petrol_Euro-4"]
    drawn = door.call(*words, "--out", "petrol.svg", "--json", cwd=tmp_path)
    assert drawn.returncode == 0, drawn.stderr
    told = json.loads(drawn.stdout)
    assert (tmp_path / told["picture"]).read_text().startswith("<?xml")
    # SUMO's own emissionsMap: 1521 mg/s standing.
    assert told["steady"]["standing"]["rate"] == pytest.approx(1.521)
    assert told["units"] == {"rate": "g/s", "per_way": "g/km"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["HBEFA4/PC_petrol_Euro4"], "near to it: HBEFA4/PC_petrol_Euro-4"),
        (["Zero/default"], "'Zero/default' has no CO2; it has no emission at all"),
        (["HBEFA4/PC_petrol_Euro-4", "--quantity", "co2"], "'co2' is no quantity"),
        (["HBEFA4/PC_petrol_Euro-4", "--out", "map.pdf"], "must end in .png or .svg"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_one_line(door, tmp_path, words, told):
    refused = door.call("emissions", "map", *words, cwd=tmp_path)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert told in line
    assert list(tmp_path.iterdir()) == []


def test_the_benchmark_tells_seconds_and_memory_for_more_and_more_classes(door, tmp_path):
    done = door.call("bench", "maps", "--rows", "20000", "--repeat", "1", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    timings = json.loads(done.stdout)["timings"]
    assert [(each["n_slopes"], each["n_classes"]) for each in timings] == [
        (slopes, classes) for slopes in (1, 5) for classes in (1, 2, 4, 8)
    ]
    assert all(each["best_s"] > 0.0 and each["peak_mib"] < 20.0 for each in timings)
