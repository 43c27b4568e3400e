"""Levels of a swept key and fair means over the others."""

import numpy as np
import pytest

from experiments.curves.levels import balanced_average, levels_of, settings_of

NAN = np.nan


def test_numbers_are_sorted_and_words_keep_the_order_of_the_plan():
    points = [{"a": 0.5, "b": "x"}, {"a": 0.1, "b": "c"}, {"a": 0.5, "b": "x"}]
    levels = levels_of(points, "a")
    assert levels.labels == ("0.1", "0.5")
    assert levels.index.tolist() == [1, 0, 1]
    words = levels_of(points, "b")
    assert words.labels == ("x", "c")
    assert words.numbers is None


def test_true_is_no_number_and_a_key_that_is_not_set_is_a_level_of_its_own():
    assert levels_of([{"a": True}, {"a": False}], "a").labels == ("true", "false")
    assert levels_of([{"a": 1.0}, {}], "a").labels == ("1", "not set")


def test_a_sampled_key_is_cut_into_ranges_of_equally_many_points():
    points = [{"a": float(value)} for value in np.random.default_rng(0).permutation(50)]
    levels = levels_of(points, "a", n_ranges=5)
    assert levels.is_binned
    assert levels.labels[0] == "0 to 9"
    assert np.bincount(levels.index).tolist() == [10] * 5
    assert levels.numbers.tolist() == [4.5, 14.5, 24.5, 34.5, 44.5]


def average(changes, index, others):
    return balanced_average(np.array(changes), ["a", "b"], np.array(index), np.array(others))


def test_the_other_keys_are_averaged_over_the_settings_that_all_levels_have():
    # Setting 1 has an effect of 10 and stands at the first level only.
    found = average([[1.0], [11.0], [3.0]], [0, 0, 1], [0, 1, 0])
    assert found.changes[:, 0].tolist() == [1.0, 3.0]
    assert found.n_points.tolist() == [1, 1]
    assert "2 of 3 points count" in found.cautions[0]


def test_a_point_that_is_missing_takes_its_setting_out_of_all_levels():
    found = average([[1.0], [9.0], [2.0], [NAN]], [0, 0, 1, 1], [0, 1, 0, 1])
    assert found.changes[:, 0].tolist() == [1.0, 2.0]
    assert found.cautions[0] == "1 of 4 points is missing"


def test_a_seed_that_is_missing_at_one_point_counts_at_none():
    found = average([[1.0, 5.0], [2.0, NAN]], [0, 1], [0, 0])
    assert found.changes[:, 0].tolist() == [1.0, 2.0]
    assert np.isnan(found.changes[:, 1]).all()
    assert "1 of 2 seeds is left out" in found.cautions[0]


def test_levels_without_a_common_setting_are_told_to_be_unbalanced():
    found = average([[1.0], [3.0]], [0, 1], [0, 1])
    assert found.changes[:, 0].tolist() == [1.0, 3.0]
    assert "not balanced" in found.cautions[0]


def test_a_level_without_any_run_does_not_empty_the_others():
    found = average([[1.0], [NAN]], [0, 1], [0, 0])
    assert found.changes[0, 0] == 1.0
    assert np.isnan(found.changes[1, 0])
    assert "nothing was compared at b" in found.cautions


@pytest.mark.parametrize("keys", [["a"], ["a", "b"], []])
def test_settings_tell_points_apart_by_the_named_keys_alone(keys):
    points = [{"a": a, "b": b} for a in (1, 2) for b in ("x", "y", "z")]
    assert len(set(settings_of(points, keys).tolist())) == {1: 2, 2: 6, 0: 1}[len(keys)]
