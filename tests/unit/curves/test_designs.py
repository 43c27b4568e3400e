"""Points of a sampled sweep in the unit cube."""

import numpy as np
import pytest

from experiments.curves import METHODS, between, chosen, n_rows, unit_design


@pytest.mark.parametrize("method", METHODS)
def test_a_design_is_the_same_for_the_same_seed_and_stays_below_one(method):
    rows = unit_design(method, 8, 3, seed=4)
    assert rows.shape == (n_rows(method, 8, 3), 3)
    assert rows.min() >= 0.0 and rows.max() < 1.0
    assert np.array_equal(rows, unit_design(method, 8, 3, seed=4))
    assert not np.array_equal(rows, unit_design(method, 8, 3, seed=5))


def test_a_sobol_sample_goes_on_where_a_shorter_one_ended_and_fills_each_key_evenly():
    rows = unit_design("sobol", 11, 2, seed=1)
    assert np.array_equal(rows[:5], unit_design("sobol", 16, 2, seed=1)[:5])
    counts = np.histogram(unit_design("sobol", 16, 2, seed=1)[:, 0], bins=16, range=(0, 1))[0]
    assert (counts == 1).all()


def test_each_step_of_a_morris_path_changes_one_key():
    paths = unit_design("morris", 5, 3, seed=2).reshape(5, 4, 3)
    moved = np.abs(np.diff(paths, axis=1)) > 1e-9
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()


def test_the_last_morris_level_is_the_upper_end_and_the_last_choice():
    last = np.array([np.nextafter(1.0, 0.0)])
    assert between(last, 100.0, 400.0)[0] == 400.0
    assert between(last, 0.01, 1.0, log=True)[0] == 1.0
    assert chosen(last, 3)[0] == 2


def test_a_logarithmic_key_has_the_geometric_mean_in_the_middle():
    assert between(np.array([0.5]), 1.0, 100.0, log=True)[0] == 10.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("grid", 4, 2, 0), "one of random, sobol"),
        (("random", 0, 2, 0), "n must be at least 1"),
        (("random", 4, 0, 0), "at least one key"),
        (("sobol", 4, 2, -1), "must not be negative"),
        (("sobol_indices", 100, 2, 0), "take 64 or 128"),
    ],
)
def test_a_design_that_cannot_be_made_is_one_clear_error(call, words):
    with pytest.raises(ValueError, match=words):
        unit_design(*call)


@pytest.mark.parametrize(
    ("low", "high", "log", "words"),
    [(2.0, 1.0, False, "below high"), (0.0, 1.0, True, "positive")],
)
def test_ends_that_make_no_range_are_an_error(low, high, log, words):
    with pytest.raises(ValueError, match=words):
        between(np.array([0.5]), low, high, log=log)
