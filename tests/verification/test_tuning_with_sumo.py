"""Tuning and sequential stopping with SUMO, on a short window of the bundled arterial."""

import json

import pytest

import experiments
from experiments.config import load_experiment
from experiments.engines.local import Runner
from experiments.tuning import load_tuning, optimize

pytestmark = pytest.mark.sumo

TUNE = """\
scenario: arterial
arms: [unadvised, eco]
seeds: [1]
end_s: 60
search:
  eco.time_price: {low: 0.5, high: 4.0}
objectives: [co2_hbefa4]
constraints: []
trials: 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tuning")


def test_a_tiny_tuning_ends_with_an_answer_and_is_not_done_twice(folder):
    (folder / "tune.yaml").write_text(TUNE)
    tuning = load_tuning(folder / "tune.yaml")
    started = []

    def tell(event):
        if event.kind == "started":
            started.append(event.order.label)

    runner = Runner(n_jobs=2, tell=tell)
    tuned = optimize(tuning, out=folder / "out", engine=runner, n_jobs=2)
    n_started = len(started)
    assert started[:2] == ["unadvised, seed 1", "eco, seed 1"]
    content = json.loads((folder / "out" / "optimize.json").read_text())
    assert content["trials"][0]["changes"] == {}
    assert content["trials"][1]["figures"]["co2_hbefa4_pct"] is not None
    assert content["verdict"] == tuned.verdict
    current = load_experiment(folder / "out" / "current.yaml")
    assert current.seeds == tuning.confirm_seeds == tuple(range(2, 10))
    # Where the second trial is worse, nothing is confirmed.
    assert n_started in (3, 3 + 3 * 8)
    again = optimize(tuning, out=folder / "out", engine=runner, n_jobs=2)
    assert again.content == tuned.content
    assert len(started) == n_started


def test_seeds_are_added_until_enough_is_known_and_a_second_call_ends_so_too(folder):
    def run():
        return experiments.run(
            "arterial",
            out=folder / "until",
            arms=["unadvised", "eco"],
            seeds=[3, 1],
            end_s=60,
            until=["eco.co2_hbefa4_pct.n >= 4"],
            batch=2,
            most_seeds=6,
        ).summary

    summary = run()
    assert summary["seeds"] == [3, 1, 4, 5]
    assert summary["sequential"]["looks"] == [2, 4]
    assert summary["sequential"]["planned_looks"] == [2, 4, 6]
    # Fewer than 4 seeds at the first look: corrected in full.
    assert summary["sequential"]["confidence"] == pytest.approx(1 - 0.05 / 3)
    written = (folder / "until" / "summary.json").read_bytes()
    assert run() == summary
    assert (folder / "until" / "summary.json").read_bytes() == written
    assert "at look 2 of 3 planned ones" in (folder / "until" / "report.html").read_text()
