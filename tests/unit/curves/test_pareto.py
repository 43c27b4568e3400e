"""Pareto front of choices that seeds tell apart, or do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.curves import pareto_front, read_sweep
from experiments.curves.pareto import standing

RNG = np.random.default_rng(5)
MEANS = np.array([[0.0, 0.0], [1.0, -4.0], [1.5, -2.0], [-0.1, -0.05]])
NOISE = RNG.normal(0, 0.2, (2, 4, 8))
NOISE -= NOISE.mean(axis=2, keepdims=True)


def choices(scale=1.0):
    x, y = MEANS.T[:, :, None] + scale * NOISE
    return x, y


def test_what_is_shown_to_be_worse_on_both_is_dominated_and_by_whom_is_told():
    standings, better, n_tests = standing(*choices())
    assert standings[:3] == ["not distinguishable", "front", "dominated"]
    assert better[2] == 1
    assert n_tests == 2


def test_without_noise_beside_a_little_every_worse_choice_is_dominated():
    standings, _, _ = standing(*choices(scale=0.01))
    assert standings == ["dominated", "front", "dominated", "front"]


def test_one_seed_shows_no_domination():
    x, y = choices()
    assert "dominated" not in standing(x[:, :1], y[:, :1])[0]


def test_equal_on_one_metric_in_every_seed_the_other_one_decides():
    y = np.array([0.0, -3.0])[:, None] + NOISE[0, :2]
    assert standing(np.ones((2, 8)), y)[0] == ["dominated", "front"]


@given(st.permutations(range(4)), st.permutations(range(8)))
def test_neither_the_order_of_choices_nor_of_seeds_matters(choice, seed):
    x, y = choices()
    standings, better, _ = standing(x[choice][:, seed], y[choice][:, seed])
    known, known_better, _ = standing(x, y)
    assert standings == [known[place] for place in choice]
    assert [None if b is None else choice[b] for b in better] == [known_better[p] for p in choice]


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(-50, 50))
def test_neither_units_nor_what_a_seed_adds_to_all_choices_matters(scale_x, scale_y, common):
    x, y = choices()
    moved = common * np.arange(8)
    assert standing(scale_x * x, scale_y * y + moved)[0] == standing(x, y)[0]


def test_the_front_of_a_sweep_is_over_settings_and_the_scenarios_are_averaged_over(grid_folder):
    front = pareto_front(read_sweep(grid_folder))
    assert len(front.candidates) == 1 + 2 * 4 * 2
    reference = front.candidates[0]
    assert (reference.arm, reference.setting) == ("unadvised", "")
    assert (reference.x.effect.mean, reference.y.effect.mean) == (0.0, 0.0)
    assert all("scenario" not in each.setting for each in front.candidates)
    best = min(front.candidates, key=lambda each: each.y.effect.mean)
    assert (best.arm, best.standing) == ("eco", "front")


def test_a_choice_that_harms_on_both_is_dominated_by_giving_no_advice(
    tmp_path, write_sweep, grid_points
):
    def harm(values, arm):
        return {"co2": 3.0, "trip_time": 4.0} if arm == "glosa" else {}

    folder = write_sweep(
        tmp_path, grid_points(penetration=[0.5]), effects=harm, arms=("unadvised", "glosa")
    )
    front = pareto_front(read_sweep(folder))
    assert front.candidates[1].standing == "dominated"
    assert front.candidates[1].dominated_by == 0


def test_a_setting_without_runs_is_left_out_and_told(tmp_path, write_sweep, grid_points):
    folder = write_sweep(
        tmp_path,
        grid_points(penetration=[0.5, 1.0]),
        missing=[(0, "eco", seed) for seed in range(1, 9)],
    )
    front = pareto_front(read_sweep(folder))
    assert all("0.5" not in each.setting for each in front.candidates)
    assert any("missing" in caution for caution in front.cautions)


def test_an_unknown_metric_is_told(grid_folder):
    with pytest.raises(ValueError, match="no metric 'speed'"):
        pareto_front(read_sweep(grid_folder), ("speed", "co2_own"))
