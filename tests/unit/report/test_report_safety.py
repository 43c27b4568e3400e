"""The table of safety: conflicts as differences, events by seeds."""

from experiments.report.data import read_results
from experiments.report.safety import safety_table
from experiments.report.tables import table_arms


def row(study, name, unit):
    results = read_results(study)
    [found] = [r for r in safety_table(results) if (r.name, r.unit) == (name, unit)]
    return dict(zip(table_arms(results), found.cells, strict=True))


def harsh(study):
    return row(study, "Harsh braking", "times per vehicle-km")


def test_a_rate_has_its_difference_and_interval_but_not_in_the_reference(study, edit_summary):
    def change(summary):
        summary["arms"]["glosa"]["harsh_brakings_per_vehicle_km"] = 0.75
        entry = {"mean": -0.25, "low": -0.4, "high": -0.1, "n": 3}
        summary["effects"]["glosa"]["harsh_brakings_per_vehicle_km_diff"] = entry

    edit_summary(change)
    cells = harsh(study)
    assert cells["unadvised"].change == ""
    assert (cells["glosa"].value, cells["glosa"].change) == ("0.750", "\u22120.250")
    assert cells["glosa"].interval == "\u22120.400 to \u22120.100"
    assert cells["glosa"].tone == "less"


def test_one_seed_and_none_compared_are_said(study, edit_summary):
    def change(summary):
        entry = {"mean": 0.1, "low": None, "high": None, "n": 1}
        summary["effects"]["glosa"]["harsh_brakings_per_vehicle_km_diff"] = entry
        del summary["effects"]["none"]

    edit_summary(change)
    cells = harsh(study)
    assert cells["glosa"].interval == "no interval (one run)"
    assert cells["glosa"].tone == "open"
    assert cells["none"].verdict == "not compared"


def test_events_are_compared_seed_by_seed(study):
    unit = "overlaps that SUMO counts, sum of all seeds"
    cells = row(study, "Collisions", unit)
    assert (cells["glosa"].value, cells["glosa"].change) == ("2", "more in 1 of 3 seeds")
    assert cells["glosa"].tone == "more"
    assert cells["none"].verdict == "more in no seed"
    assert (cells["unadvised"].value, cells["unadvised"].verdict) == ("0", "")
