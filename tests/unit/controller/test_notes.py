import numpy as np
import pytest

from controller import MEMORY_WIDTH, Eco, EcoParameters, Glosa, note_names


class Named:
    def __init__(self, names):
        self.NOTES = names


def test_a_policy_without_names_has_no_notes_to_tell():
    assert note_names(Glosa()) == ()
    assert note_names(None) == ()


def test_names_are_those_that_the_policy_declares():
    assert note_names(Named(("target_s", "margin_s"))) == ("target_s", "margin_s")


def test_the_planner_names_columns_of_its_memory():
    names = note_names(Eco(parameters=EcoParameters(), rates=()))
    assert 0 < len(names) <= MEMORY_WIDTH
    assert {"green_s", "place_m"} <= set(names)


@pytest.mark.parametrize(
    "names", ["target_s", ["target_s"], ("no name",), (1,), np.zeros(2)], ids=str
)
def test_what_is_no_tuple_of_names_is_refused(names):
    with pytest.raises(ValueError, match="NOTES must be a tuple of names"):
        note_names(Named(names))


@pytest.mark.parametrize("names", [("a", "a"), tuple(f"n{i}" for i in range(MEMORY_WIDTH + 1))])
def test_names_that_memory_cannot_hold_are_refused(names):
    with pytest.raises(ValueError, match=f"at most {MEMORY_WIDTH} different names"):
        note_names(Named(names))
