"""`extends:` of an experiment file."""

import jsonschema
import pytest

from experiments.config import load_experiment
from experiments.config_schema import experiment_schema
from experiments.data_files import ConfigError

BASE = """\
scenario: arterial
arms: [unadvised, eco]
rsu: {range_m: 300, rate_hz: 5}
eco:
  time_price: 2.0
"""


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return written


def test_a_file_is_put_over_the_one_that_it_extends(write):
    write("base.yaml", BASE)
    path = write("mine.yaml", "extends: base.yaml\nseeds: [4]\nrsu: {range_m: 0.2 km}\ngrid:\n")
    found = load_experiment(path)
    assert (found.scenario, found.seeds, found.arms) == ("arterial", (4,), ("unadvised", "eco"))
    assert (found.rsu.range_m, found.rsu.rate_hz, found.eco.time_price) == (200.0, 5.0, 2.0)


def test_options_are_put_over_both(write):
    write("base.yaml", BASE)
    path = write("mine.yaml", "extends: base.yaml\nseeds: [4]\n")
    assert load_experiment(path, {"rsu.range_m": "100"}).rsu.range_m == 100.0


def test_relative_paths_start_from_the_file_that_they_are_written_in(write, tmp_path):
    write("pilot/town.net.xml", "<net/>")
    write("pilot/mine.py", "")
    base = "scenario: town.net.xml,gone.rou.xml\npolicies: {own: 'mine.py:Mine'}\nfactors: x.yaml\n"
    write("pilot/base.yaml", base)
    path = write("out/tuned.yaml", "extends: ../pilot/base.yaml\nfactors: mine.yaml\n")
    found = load_experiment(path)
    assert found.scenario == "../pilot/town.net.xml,gone.rou.xml"
    assert found.policies == {"own": "../pilot/mine.py:Mine"}
    assert (found.factors, found.folder) == ("mine.yaml", tmp_path / "out")


def test_a_chain_of_files_is_followed(write):
    write("a.yaml", BASE)
    write("b.yaml", "extends: a.yaml\npenetration: 0.5\neco: {rise_share: 0.5}\n")
    found = load_experiment(write("c.yaml", "extends: b.yaml\neco: {rise_share: 0.4}\n"))
    assert (found.penetration, found.eco.rise_share, found.eco.time_price) == (0.5, 0.4, 2.0)


def test_a_circle_is_told_with_its_place(write):
    write("a.yaml", "extends: b.yaml\n")
    path = write("b.yaml", "seeds: 3\nextends: a.yaml\n")
    with pytest.raises(ConfigError, match=r"a.yaml:1:10: extends: .* b.yaml → a.yaml → b.yaml"):
        load_experiment(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [("extends: gone.yaml", r"mine.yaml:1:10: extends: there is no file .*gone.yaml"),
     ("extends: 3", r"mine.yaml:1:10: extends: should be the path of an experiment file, got 3"),
     ("extends: base.yaml\neco: {time_prise: 1}", r"mine.yaml:2:7: eco.time_prise: unknown key"),
     ("extends: wrong.yaml", r"wrong.yaml:2:1: sedes: unknown key"),
     ("extends: list.yaml", r"list.yaml:1:1: .*")],
)  # fmt: skip
def test_mistakes_are_told_in_the_file_that_holds_them(write, text, message):
    write("base.yaml", BASE)
    write("wrong.yaml", "scenario: arterial\nsedes: 3\n")
    write("list.yaml", "- arterial\n")
    with pytest.raises(ConfigError, match=message):
        load_experiment(write("mine.yaml", text))


def test_editors_know_the_key_and_do_not_ask_for_what_is_inherited():
    schema = experiment_schema()
    jsonschema.validate({"extends": "base.yaml"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"seeds": 3}, schema)
