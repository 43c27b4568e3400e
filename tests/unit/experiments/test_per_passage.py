import polars as pl
import pytest

from experiments.per_passage import per_passage
from experiments.study import Run


def run(seed, before_g, at_g, behind_g, elsewhere_g, passages=10):
    """A run in which so much was emitted in each part of the way to one signal."""
    grams = {"before": before_g, "at": at_g, "behind": behind_g, "elsewhere": elsewhere_g}
    rows = [
        {
            "signal_id": None if zone == "elsewhere" else "A",
            "edge_id": None if zone == "elsewhere" else "a",
            "equipped": True,
            "zone": zone,
            "passages": 0 if zone == "elsewhere" else passages,
            "co2_x_g": float(value),
            "nox_x_g": 1.0,
            "energy_x_wh": 2.0 * value,
        }
        for zone, value in grams.items()
    ]
    return Run(
        arm="any", seed=seed, vehicles=pl.DataFrame(), counters={}, approaches=pl.DataFrame(rows)
    )


def means(found, metric="co2_x"):
    return {zone: entry["mean"] for zone, entry in found[metric].items()}


def test_what_is_saved_is_told_per_passage_and_the_parts_add_up():
    reference = [run(1, 100, 50, 30, 10), run(2, 100, 50, 30, 10)]
    arm = [run(1, 80, 20, 35, 10), run(2, 80, 20, 35, 10)]
    found = per_passage(reference, arm)
    assert means(found) == {
        "before": -2.0, "at": -3.0, "behind": 0.5, "elsewhere": 0.0, "all": -4.5
    }  # fmt: skip
    assert means(found, "energy_x")["all"] == -9.0
    assert "nox_x" not in found


def test_the_interval_rests_on_pairs_of_seeds():
    reference = [run(1, 100, 50, 30, 10), run(2, 200, 50, 30, 10)]
    arm = [run(1, 90, 50, 30, 10), run(2, 180, 50, 30, 10)]
    entry = per_passage(reference, arm)["co2_x"]["before"]
    assert entry["mean"] == pytest.approx(-1.5)
    assert entry["low"] < -1.5 < entry["high"]
    assert entry["n"] == 2


def test_where_nobody_passes_a_signal_nothing_is_told():
    nobody = run(1, 0, 0, 0, 10, passages=0)
    assert per_passage([nobody], [nobody]) == {}
    unknown = Run(
        arm="any", seed=1, vehicles=pl.DataFrame(), counters={}, approaches=pl.DataFrame()
    )
    assert per_passage([unknown], [unknown]) == {}
