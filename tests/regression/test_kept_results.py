"""Outcomes of small runs against kept numbers: a change of any of them needs a reason.

To keep new numbers: python tests/regression/test_kept_results.py, and say why in CHANGELOG.md.
"""

import csv
import sys
import tempfile
from pathlib import Path

import pytest

from experiments.config import Experiment
from experiments.main_job import Wishes, run_experiment

KEPT = Path(__file__).parent / "kept"
ARMS = "none,unadvised,glosa-sumo:300/5/1.0,glosa,eco"
# Counts are exact on the same SUMO version. Figures are sums of a single-precision trace, which
# other processors may round otherwise in the last digits.
RELATIVE = 1e-6


def runs_of(execution, folder):
    asked = {"arms": ARMS, "seeds": "1,2", "end_s": 600.0, "execution": execution}
    asked["penetration"] = 0.5
    experiment = Experiment.from_scenario("arterial", asked)
    run_experiment(experiment, Wishes(out=folder, n_jobs=2))
    return (folder / "runs.csv").read_text(encoding="utf-8")


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.sumo
@pytest.mark.parametrize("execution", ["driver", "automated"])
def test_the_bundled_arterial_gives_the_kept_results(execution, tmp_path):
    found = rows_of(runs_of(execution, tmp_path / "out"))
    kept = rows_of((KEPT / f"arterial-{execution}.csv").read_text(encoding="utf-8"))
    assert [(row["arm"], row["seed"]) for row in found] == [
        (row["arm"], row["seed"]) for row in kept
    ]
    for is_row, was_row in zip(found, kept, strict=True):
        for key, was in was_row.items():
            where = f"{was_row['arm']}, seed {was_row['seed']}: {key}"
            try:
                assert float(is_row[key]) == pytest.approx(float(was), rel=RELATIVE), where
            except ValueError:
                assert is_row[key] == was, where


if __name__ == "__main__":
    for kind in ("driver", "automated"):
        with tempfile.TemporaryDirectory() as made:
            (KEPT / f"arterial-{kind}.csv").write_text(runs_of(kind, Path(made) / "out"))
    sys.exit(0)
