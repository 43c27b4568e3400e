import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import Driver, EcoParameters, Glosa
from corridor import EquipmentParameters, Outage, RsuParameters
from experiments.asked import asked_experiment
from experiments.config import (
    Experiment,
    load_experiment,
    resolved_dump,
)
from experiments.config_schema import DEFAULT_EXPERIMENT, experiment_schema, init_text
from experiments.data_files import ConfigError

SCHEMA = DEFAULT_EXPERIMENT.parent / "experiment.schema.json"


def load(tmp_path, text, **overrides):
    path = tmp_path / "town.yaml"
    path.write_text(text, encoding="utf-8")
    return load_experiment(path, overrides)


def problems(tmp_path, text, overrides=None):
    path = tmp_path / "town.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_experiment(path, overrides)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [line.removeprefix(f"{path}:") for line in caught.value.problems]


def test_the_shipped_default_is_what_the_defaults_in_the_code_say():
    shipped = load_experiment(DEFAULT_EXPERIMENT)
    asked = {"end_s": shipped.end_s}  # half of the hour: all other values are the defaults
    named = Experiment.from_scenario("resco:ingolstadt7", asked)
    assert resolved_dump(shipped) == resolved_dump(named)
    assert shipped.arms == ("none", "unadvised", "glosa-sumo", "glosa", "eco")
    assert shipped.policies == {}
    assert shipped.seeds == tuple(range(1, 9))
    assert (shipped.execution, shipped.penetration) == ("driver", 1.0)
    assert (shipped.rsu, shipped.driver, shipped.glosa) == (RsuParameters(), Driver(), Glosa())
    assert shipped.eco == EcoParameters()
    assert shipped.eco_accounts == ("hbefa4", "hbefa4_nojump", "phemlight5", "bev")
    assert shipped.equipment_parameters == EquipmentParameters()


def test_the_text_to_start_from_names_every_key_and_can_be_read(tmp_path):
    assert resolved_dump(load(tmp_path, init_text())) == resolved_dump(
        load_experiment(DEFAULT_EXPERIMENT)
    )
    resolved = resolved_dump(Experiment.from_scenario("a"))
    sections = [value for value in resolved.values() if isinstance(value, dict)]
    in_sections = [key for section in sections for key in section]
    for key in {*resolved, *in_sections} - {"kind"}:
        assert f"{key}:" in init_text(), key


def test_the_committed_schema_is_current():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == experiment_schema()


def test_the_schema_takes_what_the_program_takes():
    schema = experiment_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"scenario": "a", "seeds": 3, "arms": "none,glosa", "rsu": {"range_m": "0.3 km"}}
    jsonschema.validate(good, schema)
    for wrong in ({"rsu": {"range_m": "3 s"}}, {"arm": "none"}, {"penetration": 2}):
        assert not jsonschema.Draft202012Validator(schema).is_valid(good | wrong)


def test_keys_in_sections_reach_the_parameters_as_they_are(tmp_path):
    experiment = load(
        tmp_path,
        "scenario: town.sumocfg\n"
        "seeds: [3, 5]\n"
        "penetration: 0.2\n"
        "equipment: {classes: [bus]}\n"
        "rsu:\n  range_m: 0.6 km\n  latency_s: 200 ms\n"
        "  outages: [{signal: J1, begin_s: 1 min, end_s: 90}]\n"
        "driver: {step_mps: 10 km/h}\n"
        "glosa: {min_speed_mps: 2}\n",
    )
    assert experiment.seeds == (3, 5)
    assert experiment.rsu == RsuParameters(
        range_m=600.0, latency_s=0.2, outages=(Outage(signal="J1", begin_s=60.0, end_s=90.0),)
    )
    assert experiment.driver == Driver(step_mps=10 / 3.6)
    assert experiment.glosa == Glosa(min_speed_mps=2.0)
    assert experiment.equipment_parameters == EquipmentParameters(penetration=0.2, classes=("bus",))
    assert experiment.folder == tmp_path


def test_a_section_without_keys_is_left_at_its_defaults(tmp_path):
    assert load(tmp_path, "scenario: a\nrsu:\n  # range_m: 3\nend_s:\n").rsu == RsuParameters()


def test_all_problems_are_told_at_once_with_their_places_down_the_file(tmp_path):
    text = """\
versoin: 1
arms: [none, unadvsied, glosa-sumo, glosa-sumo:100/5/1.1, glosa:3]
seeds: [1, 2, 2, -1]
execution: drivr
penetration: 50 %
sensing: yes
begin_s: 7:30
end_s: 010
on: 3
range_m: 300
rsu:
  range_m: 50 km/h
  loss: 2
  stale_s: -1
  rate_hz: true
  lozz: 3
  outages:
    - {signal: a, begin_s: 9, end_s: 3}
    - {signal: 5}
driver: {lag_s: -1, compliant_time: .nan}
glosa: 7
equipment: {classes: [passanger], penetration: 1}
seeds: 8
"""
    expected = [
        ("1:1: versoin", "unknown key; did you mean 'version'?"),
        ("1:1: scenario", "required"),
        ("2:14: arms.1", "did you mean 'unadvised'?"),
        ("2:37: arms.3", "same arm as 'glosa-sumo'"),
        ("2:59: arms.4", "takes no settings"),
        ("3:15: seeds.2", "seed 2 repeats"),
        ("3:18: seeds.3", "got -1"),
        ("4:12: execution", "did you mean 'driver'?"),
        ("5:14: penetration", "write 0.5"),
        ("6:10: sensing", "'all' or 'connected', got 'yes'"),
        ("7:10: begin_s", "write 450 for minutes"),
        ("8:8: end_s", "starts with a zero"),
        ("9:1: on", "unknown key; known here: version, scenario"),
        ("10:1: range_m", "did you mean 'rsu.range_m'?"),
        ("12:12: rsu.range_m", "a length in metres"),
        ("13:9: rsu.loss", "between 0 and 1, got 2.0"),
        ("14:12: rsu.stale_s", "must exceed latency_s"),
        ("15:12: rsu.rate_hz", "got true"),
        ("16:3: rsu.lozz", "unknown key"),
        ("18:7: rsu.outages.0", "must end after it begins"),
        ("19:7: rsu.outages.1.begin_s", "required"),
        ("19:7: rsu.outages.1.end_s", "required"),
        ("19:16: rsu.outages.1.signal", "valid string, got 5"),
        ("20:17: driver.lag_s", "must not be negative"),
        ("20:37: driver.compliant_time", "finite"),
        ("21:8: glosa", "a mapping of keys"),
        ("22:23: equipment.classes.0", "got 'passanger'; did you mean 'passenger'?"),
        ("22:35: equipment.penetration", "unknown key; did you mean 'penetration'?"),
        ("23:1: seeds", "duplicate key, first written in line 3"),
    ]
    found = problems(tmp_path, text)
    assert sorted(line.split(": ")[0] for line in found) == sorted(
        place.split(": ")[0] for place, _ in expected
    )
    for place, words in expected:
        assert any(line.startswith(f"{place}: ") and words in line for line in found), place
    lines = [int(line.split(":")[0]) for line in found]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "1:1: the file is empty"), ("- a", "1:1: should be a mapping of keys"),
     ("a", "1:1: should be a mapping of keys"), ("scenario: [a", "1:13: not valid YAML"),
     ("scenario: ''", "1:11: scenario: must not be empty"),
     ("scenario: a\narms: []", "2:7: arms: must contain 'unadvised' or 'none'"),
     ("scenario: a\narms: [glosa]", "2:7: arms: must contain 'unadvised' or 'none'"),
     ("scenario: a\narms: none,", "2:7: arms.1: unknown arm ''"),
     ("scenario: a\nseeds: []", "2:8: seeds: must not be empty"),
     ("scenario: a\nseeds: 0", "2:8: seeds: a count must be 1 to 1000"),
     ("scenario: a\nseeds: 20260101", "2:8: seeds: a count must be 1 to 1000"),
     ("scenario: a\nseeds: 2.5", "2:8: seeds: should be a count of seeds or a list"),
     ("scenario: a\nseeds: true", "2:8: seeds: should be a count of seeds or a list"),
     ("scenario: a\npenetration: 'x'", "2:14: penetration: should be a valid number, got 'x'"),
     ("scenario: a\npenetration: .inf", "2:14: penetration: should be a finite number"),
     ("scenario: a\ndemand_scale: 0", "2:15: demand_scale: should be greater than 0, got 0"),
     ("scenario: a\nstep_length_s: 2 s", "2:16: step_length_s: should be less than or equal to 1"),
     ("scenario: a\nversion: 2", "2:10: version: should be 1, got 2"),
     ("scenario: a\nbegin_s: 9\nend_s: 9 s", "3:8: end_s: must be after begin_s (9), got 9"),
     ("scenario: a\nequipment: {classes: []}", "2:22: equipment.classes: must not be empty"),
     ("scenario: a\nrsu: {outages: 3}", "2:16: rsu.outages: should be a list"),
     ("scenario: a\n1: 2", "2:1: the key '1' is not text")],
)  # fmt: skip
def test_one_mistake_gives_one_line(tmp_path, text, expected):
    [line] = problems(tmp_path, text)
    assert line.startswith(expected)


def test_parameters_that_agree_are_not_blamed_for_a_wrong_one_beside_them(tmp_path):
    text = "scenario: a\nrsu: {latency_s: 4, stale_s: 5, loss: 2, rate_hz: 0, range_m: x}\n"
    assert [line.split(": ")[1] for line in problems(tmp_path, text)] == [
        "rsu.loss", "rsu.rate_hz", "rsu.range_m",
    ]  # fmt: skip


def test_parameters_that_do_not_agree_are_told_at_one_of_them(tmp_path):
    text = "scenario: a\nrsu: {latency_s: 2, stale_s: 1}\n"
    assert [line.split(": ")[1] for line in problems(tmp_path, text)] == ["rsu.stale_s"]


def test_a_missing_file_is_told_with_its_name(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file"):
        load_experiment(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_experiment(tmp_path)


def test_options_of_the_command_line_win_over_the_file(tmp_path):
    path = tmp_path / "town.yaml"
    path.write_text("scenario: a\nseeds: 8\nrsu: {loss: 0.1}\n", encoding="utf-8")
    options = {"seeds": "1,2", "rsu.range_m": "0.5 km", "arms": "none,glosa-sumo:300/2/1.0"}
    experiment = load_experiment(path, options | {"penetration": "0.5", "execution": None})
    assert experiment.seeds == (1, 2)
    assert experiment.rsu == RsuParameters(range_m=500.0, loss=0.1)
    assert experiment.arms == ("none", "glosa-sumo:300/2/1.0")
    assert (experiment.penetration, experiment.execution) == (0.5, "driver")


def test_a_single_seed_is_named_in_brackets_as_the_error_says(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("scenario: a\n", encoding="utf-8")
    assert load_experiment(path, {"seeds": "[1001]"}).seeds == (1001,)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [({"seeds": "1,2,2"}, "--seeds: seed 2 repeats"), ({"seeds": ""}, "--seeds: "),
     ({"arms": ""}, "--arms: unknown arm ''"), ({"penetration": 1.4}, "--penetration: should be"),
     ({"rsu.range_m": "50 km/h"}, "--range: expected a length"),
     ({"begin_s": 10, "end_s": 5}, "--end: must be after"),
     ({"step_length_s": "0"}, "--step-length: should be greater"),
     ({"execution": "auto"}, "--execution: should be 'automated' or 'driver', got 'auto'")],
)  # fmt: skip
def test_a_wrong_option_is_told_by_its_name(tmp_path, overrides, expected):
    found = problems(tmp_path, "scenario: a\nseeds: 8\nend_s: 3600\n", overrides)
    assert found[0].startswith(expected)
    with pytest.raises(ConfigError) as caught:
        Experiment.from_scenario("a", overrides)
    assert caught.value.problems[0].startswith(expected)


def test_a_count_that_could_be_no_seed_is_not_offered_as_one(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("scenario: a\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"got -1$"):
        load_experiment(path, {"seeds": "-1"})


@pytest.mark.parametrize("kind", ["list:\n  - {penetration: 0.5}", "grid: {penetration: [0.5, 1]}"])
def test_who_asks_for_one_experiment_by_a_sweep_is_told_the_command(tmp_path, kind):
    path = tmp_path / "many.yaml"
    path.write_text(f"scenario: arterial\n{kind}\n", encoding="utf-8")
    place = rf"many\.yaml:2:1: {kind[:4]}: this file is a sweep; 'ecocorridor sweep .*many\.yaml'"
    with pytest.raises(ConfigError, match=place):
        asked_experiment(str(path), {})
    path.write_text("scenario: arterial\ngrid: CN/2023\n", encoding="utf-8")
    assert asked_experiment(str(path), {}).grid == "CN/2023"


def test_options_and_file_are_told_together(tmp_path):
    found = problems(tmp_path, "scenario: a\nsensing: eyes\n", {"seeds": "0"})
    assert [line.split(" ")[0] for line in found] == ["--seeds:", "2:10:"]


def test_a_place_in_the_file_is_not_blamed_for_an_option(tmp_path):
    found = problems(tmp_path, "scenario: a\nseeds: [1, 2]\n", {"seeds": "1,1"})
    assert found == ["--seeds: seed 1 repeats; each counts once"]


def test_the_reference_is_unadvised_where_it_is_among_the_arms():
    assert Experiment.from_scenario("a").reference == "unadvised"
    assert Experiment.from_scenario("a", {"arms": "glosa,none"}).reference == "none"


def test_each_arm_is_what_its_name_says():
    experiment = Experiment.from_scenario("a", {"arms": "none,glosa-sumo:300/2/1.0,glosa"})
    assert experiment.all_arms == ("none", "glosa-sumo:300/2/1.0", "glosa")
    assert experiment.arm("glosa-sumo:300/2/1.0").device == (300.0, 2.0, 1.0)
    assert experiment.arm("glosa").policy == "glosa"


def test_own_policies_are_arms_where_they_are_listed_or_after_the_others(tmp_path):
    text = "scenario: a\npolicies: {mine: p.py:Mine, other: q.py:Mine}\narms: [mine, none]\n"
    experiment = load(tmp_path, text)
    assert experiment.all_arms == ("mine", "none", "other")
    assert experiment.arm("mine").policy == experiment.arm("other").policy == "own"
    assert experiment.arm("mine").is_equipped
    assert experiment.reference == "none"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("policies: {glosa: p.py:P}", "2:19: policies.glosa: 'glosa' is built in"),
     ("policies: {smoothing: p.py:P}", "2:23: policies.smoothing: 'smoothing' is built in"),
     ("policies: {a/b: p.py:P}", "2:17: policies.a/b: 'a/b' cannot be the name of an arm"),
     ("policies: {mine: p.py}", "2:18: policies.mine: 'p.py' must be FILE.py:CLASS"),
     ("policies: {mine: p.txt:Mine}", "2:18: policies.mine: 'p.txt:Mine' must be FILE.py:CLASS"),
     ("policies: {mine: 3}", "2:18: policies.mine: should be a valid string, got 3"),
     ("policies: [mine]", "2:11: policies: should be a mapping of keys"),
     ("policies: {mine: p.py:P}\narms: [none, mine, mine]", "3:20: arms.2: 'mine' is the same"),
     ("eco_accounts: []", "2:15: eco_accounts: must not be empty"),
     ("eco_accounts: [bev, bev]", "2:21: eco_accounts.1: 'bev' repeats"),
     ("eco_accounts: [own]", "2:16: eco_accounts.0: should be")],
)  # fmt: skip
def test_a_wrong_policy_or_account_is_told_at_its_place(tmp_path, text, expected):
    [line] = problems(tmp_path, f"scenario: a\n{text}\n")
    assert line.startswith(expected)


def test_what_was_given_by_a_call_is_told_by_its_key():
    asked = {"penetration": 2, "rsu.range_m": "5 s", "policies.mine": "p.py"}
    with pytest.raises(ConfigError) as caught:
        Experiment.from_scenario("a", asked, by_option=False)
    starts = sorted(line.split(": ")[0] for line in caught.value.problems)
    assert starts == ["penetration", "policies.mine", "rsu.range_m"]
    with pytest.raises(ConfigError, match=r"^--policy: 'p\.py' must be"):
        Experiment.from_scenario("a", {"policies.mine": "p.py"})


def test_relative_paths_start_from_the_working_directory_without_a_file():
    assert Experiment.from_scenario("a").folder is None


@given(
    st.fixed_dictionaries(
        {"scenario": st.text("abc:/.", min_size=1)},
        optional={
            "seeds": st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=5, unique=True),
            "penetration": st.floats(0, 1),
            "begin_s": st.floats(0, 1e5),
            "rsu": st.fixed_dictionaries({"range_m": st.floats(1, 1e4), "loss": st.floats(0, 1)}),
        },
    )
)
def test_a_resolved_experiment_can_be_read_back(values):
    experiment = Experiment.model_validate(values)
    dumped = resolved_dump(experiment)
    assert Experiment.model_validate_json(json.dumps(dumped), strict=True) == experiment
    assert list(dumped) == list(Experiment.model_fields)


def test_whole_numbers_and_fractions_give_one_resolved_form(tmp_path):
    one = resolved_dump(load(tmp_path, "scenario: a\nrsu: {range_m: 300}\n"))
    other = resolved_dump(load(tmp_path, "scenario: 'a'  # same\nrsu: {range_m: 0.3 km}\n"))
    assert json.dumps(one) == json.dumps(other)


def test_the_default_lies_in_the_package():
    assert DEFAULT_EXPERIMENT.is_file()
    assert Path("experiments/data/default.yaml").parts == DEFAULT_EXPERIMENT.parts[-3:]
