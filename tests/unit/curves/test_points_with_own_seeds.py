"""Statistics over points that added seeds by themselves: shared seeds, corrected intervals."""

import csv
import json

import numpy as np
import pytest
from scipy import special

from experiments.curves import (
    between,
    overall,
    point_effects,
    read_sweep,
    response_curves,
    sensitivity,
    unit_design,
)
from experiments.report.sweep_data import find
from experiments.report.sweep_words import looks_words, swept_words

WIDTH = "eco.co2_own_pct.width < 1"
PLANNED = [4, 6, 8]
CONFIDENCE = 0.98
"""For a rule on widths whose first look is at 4 seeds, of at most 3 looks."""


def let_stop(folder, n_seeds):
    """Let the points of a sweep have so many seeds each, as if they had added them."""
    with (folder / "runs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if int(row["seed"]) <= n_seeds[int(row["point"])]]
    with (folder / "runs.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    summary = json.loads((folder / "summary.json").read_text())
    for point, n in zip(summary["points"], n_seeds, strict=True):
        point["summary"]["seeds"] = list(range(1, n + 1))
        point["summary"]["sequential"] = {
            "until": [WIDTH],
            "planned_looks": PLANNED,
            "looks": [each for each in PLANNED if each <= n],
            "stopped_by": "cap" if n == 8 else "conditions",
        }
    (folder / "summary.json").write_text(json.dumps(summary))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["until"] = {"conditions": [WIDTH], "planned_looks": PLANNED}
    manifest["points"] = [{"seeds": list(range(1, n + 1))} for n in n_seeds]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def sweep(tmp_path, write_sweep, grid_points):
    return read_sweep(let_stop(write_sweep(tmp_path, grid_points(penetration=[0.1, 0.5, 1.0])),
                               (6, 8, 4)))  # fmt: skip


def reach(changes, confidence=CONFIDENCE):
    n = changes.size
    return special.stdtrit(n - 1, (1 + confidence) / 2) * changes.std(ddof=1) / n**0.5


def test_a_mean_over_points_rests_on_the_seeds_that_all_of_them_have(sweep):
    changes = sweep.changes_pct("eco", "co2_own")[:, :4].mean(axis=0)
    found, cautions = overall(sweep, "eco", "co2_own")
    assert (found.effect.n, found.effect.mean) == (4, pytest.approx(changes.mean()))
    assert found.effect.high - found.effect.mean == pytest.approx(reach(changes))
    assert cautions == ("4 of 8 seeds are left out: not run, or not finished, at each point",)
    assert sweep.confidence == CONFIDENCE


def test_each_point_keeps_all_of_its_own_seeds(sweep):
    told = point_effects(sweep, "co2_own", ["eco"])["eco"]
    assert [each.estimate.effect.n for each in told] == [6, 8, 4]
    changes = sweep.changes_pct("eco", "co2_own")[1]
    effect = told[1].estimate.effect
    assert effect.high - effect.mean == pytest.approx(reach(changes))


def test_curves_and_verdicts_are_at_the_same_confidence(sweep):
    curve = response_curves(sweep, "penetration", "co2_own", ["eco"]).curves[0]
    assert [point.judged.estimate.effect.n for point in curve.points] == [4, 4, 4]
    for point in curve.points:
        is_shown = point.judged.verdict != "no effect shown"
        assert is_shown == (point.judged.p_holm <= 1 - CONFIDENCE)


def test_a_sensitivity_takes_the_shared_seeds_and_calls_the_design_complete(tmp_path, write_sweep):
    unit = unit_design("morris", 4, 1, seed=1)
    points = [{"penetration": float(x)} for x in between(unit[:, 0], 0.1, 1.0)]
    sample = {"method": "morris", "n": 4, "seed": 1}
    sample["keys"] = {"penetration": {"low": 0.1, "high": 1.0}}
    folder = write_sweep(tmp_path, points, kind="sample", sample=sample)
    sweep = read_sweep(let_stop(folder, [4 + 2 * (row % 3) for row in range(len(points))]))
    assert sensitivity(sweep, "co2_own", "eco").n_seeds == 4


def test_the_page_says_how_seeds_were_added_and_at_which_confidence(sweep):
    text = looks_words(find(sweep)).replace("\u202f", " ")
    assert text.startswith(f"Each point added seeds until {WIDTH}: it held at 2 of 3 points")
    assert "after 4 to 8 seeds. Means over several points rest on the 4 seeds" in text
    assert "for 98 %, so that in spite of the looks it holds with 95 %" in text
    assert "up to 8 seeds" in swept_words(find(sweep))


def test_a_sweep_whose_seeds_were_all_listed_says_nothing_of_looks(
    tmp_path, write_sweep, grid_points
):
    sweep = read_sweep(write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0])))
    assert (sweep.confidence, looks_words(find(sweep))) == (0.95, "")
    assert np.all(sweep.shared)
