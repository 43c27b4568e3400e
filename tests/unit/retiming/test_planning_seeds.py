"""Seeds for planning as a user writes them."""

import pytest

from experiments.planning_seeds import CONFIRMING_SEED, PLANNING_SEED, planning_seeds
from experiments.retiming.job import Effort


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


def test_a_plan_is_not_confirmed_on_the_seeds_of_a_round_with_advice():
    with pytest.raises(ValueError, match=r"sought on the seeds \(1021, 1022, 1023, 1024\), too"):
        Effort(advice="eco", confirm_seeds=(1024, 1030))
    assert Effort(confirm_seeds=(1024, 1030)).advice is None
