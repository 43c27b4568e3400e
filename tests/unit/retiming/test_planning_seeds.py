"""Seeds for planning as a user writes them."""

import pytest

from experiments.planning_seeds import CONFIRMING_SEED, PLANNING_SEED, planning_seeds


def test_a_count_means_so_many_seeds_as_in_an_experiment_but_planning_ones():
    assert planning_seeds("2", PLANNING_SEED) == (1001, 1002)
    assert planning_seeds("4", CONFIRMING_SEED) == (1011, 1012, 1013, 1014)


@pytest.mark.parametrize("text", ["1005,1007", "[1005,1007]", " 1005, 1007"])
def test_a_list_names_seeds(text):
    assert planning_seeds(text, PLANNING_SEED) == (1005, 1007)


def test_a_list_of_one_is_written_in_brackets():
    assert planning_seeds("[1005]", PLANNING_SEED) == (1005,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1002", r"a count must be 1 to 10 .* got 1002; a list names seeds: \[1001\]"),
        ("0", "a count must be 1 to 10"),
        ("1,2", "seeds 1001 to 1099, which no report may use, got 1"),
        ("1001,1001", "seed 1001 repeats"),
        ("many", "give a count, or a list as in 1001,1002, got 'many'"),
        ("2.5", "give a count, or a list"),
    ],
)
def test_other_seeds_are_refused(text, said):
    with pytest.raises(ValueError, match=said):
        planning_seeds(text, PLANNING_SEED)
