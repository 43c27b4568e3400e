import json

import pytest

from experiments.appendix import holds_another
from experiments.config import Experiment, resolved_dump
from experiments.result_files import MANIFEST

ASKED = Experiment(scenario="arterial", seeds=(1, 2))


@pytest.mark.parametrize(
    ("changes", "is_another"),
    [({}, False), ({"seeds": (1, 2, 3)}, False), ({"penetration": 0.5}, True)],
)
def test_results_of_something_else_are_noticed_and_more_seeds_are_no_such_thing(
    tmp_path, changes, is_another
):
    held = {"experiment": resolved_dump(ASKED.model_copy(update=changes))}
    (tmp_path / MANIFEST).write_text(json.dumps(held), encoding="utf-8")
    assert holds_another(tmp_path, ASKED) is is_another


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"experiment": 3}'])
def test_a_folder_that_tells_nothing_holds_nothing_else(tmp_path, text):
    if text is not None:
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    assert not holds_another(tmp_path, ASKED)
