"""Seeds that are added until conditions hold, and what the intervals then are worth."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from experiments.config import Experiment
from experiments.looks import looked_at, note_plan
from experiments.report.language import recognised, speaking
from experiments.require import parse_condition
from experiments.sequential import Sequential, look_confidence, sequential_of
from experiments.until import Until, look_until, seeds_wanted

ARMS = ("unadvised", "eco")
WIDTH = "eco.co2_own_pct.width < 1"


def until(*texts, listed=tuple(range(1, 9)), **kwargs):
    return Until(
        conditions=tuple(parse_condition(text, ARMS) for text in texts), listed=listed, **kwargs
    )


def summary(width, mean=-3.0):
    effect = {"mean": mean, "low": mean - width / 2, "high": mean + width / 2, "n": 8}
    return {"effects": {"eco": {"co2_own_pct": effect}}}


def test_seeds_come_in_batches_up_to_the_cap_and_the_listed_ones_first():
    plan = until(WIDTH, listed=(3, 11, 5), batch=4, most=9)
    assert plan.planned_looks == (3, 7, 9)
    assert plan.seeds(9) == (3, 11, 5, 12, 13, 14, 15, 16, 17)
    assert seeds_wanted(summary(2.0), plan, 3) == (12, 13, 14, 15)
    assert seeds_wanted(summary(2.0), plan, 7) == (16, 17)
    assert seeds_wanted(summary(2.0), plan, 9) == ()
    assert seeds_wanted(summary(0.9), plan, 3) == ()


def test_looking_ends_when_all_conditions_hold():
    asked = []

    def look(seeds):
        asked.append(seeds)
        return summary(8.0 / len(seeds), mean=-1.0 if len(seeds) < 16 else -3.0)

    told = []
    seeds, done = look_until(
        until(WIDTH, "eco.co2_own_pct.mean < -2", most=64), look, say=told.append
    )
    assert seeds == tuple(range(1, 17))
    assert [len(each) for each in asked] == [8, 12, 16]
    assert (done.looks, done.stopped_by, done.missed) == ((8, 12, 16), "conditions", ())
    assert done.planned_looks == tuple(range(8, 65, 4))
    assert told[0] == (f"8 seeds, {WIDTH}: it is 1; eco.co2_own_pct.mean < -2: it is -1; adding 4")


def test_the_cap_is_told_with_what_was_reached():
    _, done = look_until(until(WIDTH, most=10), lambda seeds: summary(1.4))
    assert done.stopped_by == "cap"
    assert done.missed == (f"not reached after 10 seeds: {WIDTH} (it is 1.4)",)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [({"batch": 0}, "--batch must be at least 1, got 0"),
     ({"most": 4}, r"--most-seeds must be at least .* \(8\), got 4"),
     ({"listed": (2**31 - 2,), "most": 4}, "a seed must be 0 to 2147483647")],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused(kwargs, message):
    with pytest.raises(ValueError, match=message):
        until(WIDTH, **kwargs)


def test_one_planned_look_needs_no_correction():
    assert until(WIDTH, most=8).confidence == pytest.approx(0.95)
    assert until("eco.co2_own_pct.high < 0", most=8).confidence == pytest.approx(0.95)


def test_what_may_stop_on_the_mean_is_corrected_in_full():
    looks = tuple(range(8, 65, 4))
    assert look_confidence(["eco.a_pct.high<0"], looks) == pytest.approx(1 - 0.05 / 15)
    assert look_confidence([WIDTH, "eco.a_pct.mean <= 1"], looks) == pytest.approx(1 - 0.05 / 15)
    assert look_confidence([WIDTH, "eco.a_pct.n >= 12"], looks) == 0.97
    assert look_confidence([WIDTH], tuple(range(4, 65, 4))) == 0.98
    # So few seeds estimate the width too badly for the small correction.
    assert look_confidence([WIDTH], tuple(range(2, 65, 2))) == pytest.approx(1 - 0.05 / 32)


def test_the_confidence_in_a_summary_is_not_believed():
    done = Sequential(
        until=(WIDTH,), planned_looks=(8, 12, 16), looks=(8,), stopped_by="conditions"
    )
    plain = done.to_plain() | {"confidence": 0.5}
    assert sequential_of({"sequential": plain}) == done
    assert sequential_of({"sequential": plain}).confidence == 0.97
    assert sequential_of({}) is None


def coverage(looks, confidence, stops, mean, n_experiments=20_000):
    """Share of simulated experiments whose last interval holds the mean of normal differences.

    Args:
        stops: From the mean and the half width at a look, whether it is the last.
    """
    drawn = np.random.default_rng(7).normal(mean, 1.0, (n_experiments, looks[-1]))
    sums, squares = np.cumsum(drawn, axis=1), np.cumsum(drawn**2, axis=1)
    is_over = np.zeros(n_experiments, dtype=bool)
    holds = np.zeros(n_experiments, dtype=bool)
    for n in looks:
        found = sums[:, n - 1] / n
        sd = np.sqrt((squares[:, n - 1] - n * found**2) / (n - 1))
        reach = stats.t.ppf((1 + confidence) / 2, n - 1) * sd / np.sqrt(n)
        ends = ~is_over & (stops(found, reach) | (n == looks[-1]))
        holds[ends] = (np.abs(found - mean) <= reach)[ends]
        is_over |= ends
    return holds.mean()


LOOKS = [tuple(range(8, 65, 4)), tuple(range(8, 65)), tuple(range(4, 65, 4)), (8, 64)]
SAMPLING = 0.003
"""Twice the standard deviation of a share of 0.95 in 20,000 experiments."""


@pytest.mark.parametrize("looks", LOOKS)
def test_intervals_hold_although_seeds_were_added_until_they_were_narrow(looks):
    confidence = look_confidence([WIDTH], looks)
    worst = min(
        coverage(looks, confidence, lambda _mean, reach, w=width: 2 * reach < w, 0.0)
        for width in np.geomspace(0.6, 2.0, 6)
    )
    assert worst >= 0.95 - SAMPLING


@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize("mean", [0.0, 0.3])
def test_intervals_hold_although_seeds_were_added_until_a_sign_was_shown(looks, mean):
    confidence = look_confidence(["eco.co2_own_pct.high < 0"], looks)
    covered = coverage(looks, confidence, lambda found, reach: np.abs(found) > reach, mean)
    assert covered >= 0.95 - SAMPLING


def test_without_correction_they_would_not_hold():
    looks = LOOKS[0]
    shown = coverage(looks, 0.95, lambda found, reach: np.abs(found) > reach, 0.0)
    narrow = coverage(looks, 0.95, lambda _mean, reach: 2 * reach < 1.03, 0.0)
    assert shown < 0.80
    assert 0.92 < narrow < 0.945


@pytest.mark.parametrize("plain", [3, {}, {"until": [], "planned_looks": []}])
def test_a_summary_that_cannot_be_is_refused(plain):
    with pytest.raises(ValueError, match="sequential: not as it is written"):
        sequential_of({"sequential": plain})


@pytest.mark.parametrize("stopped_by", ["conditions", "cap"])
def test_the_report_can_say_in_chinese_how_seeds_were_added(stopped_by):
    done = Sequential(
        until=(WIDTH,), planned_looks=(8, 12), looks=(8, 12), stopped_by=stopped_by,
        missed=(f"not reached after 12 seeds: {WIDTH} (it is 1.4)",),
    )  # fmt: skip
    with speaking("zh"):
        for told in (done.words, *done.missed):
            assert "随机种子" in recognised(told)
            assert WIDTH in recognised(told)


def test_a_plan_after_another_one_is_told_and_the_same_once_more_is_not(tmp_path):
    first, later = until(WIDTH, most=16), until("eco.co2_own_pct.high < 0", most=64)
    assert note_plan(tmp_path, "these", first) == ()
    assert note_plan(tmp_path, "these", first) == ()
    assert note_plan(tmp_path, "others", later) == ()
    (told,) = note_plan(tmp_path, "these", later)
    assert told.startswith(
        f"these runs were looked at before until {WIDTH} (3 looks planned, up to 16"
    )
    assert len(note_plan(tmp_path, "these", until(WIDTH, most=16, batch=1))) == 2


def test_a_look_at_nothing_is_no_look(tmp_path):
    assert note_plan(tmp_path, looked_at([]), until(WIDTH)) == ()
    assert list(tmp_path.iterdir()) == []


def test_more_seeds_or_arms_are_the_same_runs_to_look_at():
    def name(made_of="a", **overrides):
        experiment = Experiment.from_scenario("town", overrides)
        return looked_at([SimpleNamespace(experiment=experiment, made_of_sha256=made_of)])

    assert name(seeds="1,2") == name(seeds="1,2,3", arms="none,eco")
    assert name(penetration=0.5) != name()
    assert name(made_of="b") != name()
