import json

import jsonschema
import pytest
import yaml

from experiments.config_schema import init_sweep_text, sweep_schema
from experiments.data_files import ConfigError
from experiments.sweeps import load_sweep
from experiments.sweeps.points import MAX_POINTS

HEAD = "scenario: town\narms: none, glosa\nseeds: 2\n"


@pytest.fixture
def points(written):
    """Values of each point of a sweep."""
    return lambda text: [dict(point.values) for point in load_sweep(written(HEAD + text)).points]


@pytest.fixture
def problems(written):
    """What is wrong with a sweep, without the name of the file."""

    def told(text):
        path = written(text)
        with pytest.raises(ConfigError) as caught:
            load_sweep(path)
        return [line.removeprefix(f"{path}:") for line in caught.value.problems]

    return told


def test_a_grid_has_every_value_of_each_key_with_every_value_of_the_others(points):
    assert points("grid: {penetration: [0.2, 1], rsu.range_m: [300 m, 0.5 km]}") == [
        {"penetration": 0.2, "rsu.range_m": 300.0},
        {"penetration": 0.2, "rsu.range_m": 500.0},
        {"penetration": 1.0, "rsu.range_m": 300.0},
        {"penetration": 1.0, "rsu.range_m": 500.0},
    ]


def test_a_list_has_its_points_and_what_they_leave_out_is_as_in_the_experiment(points):
    text = "penetration: 0.7\nlist:\n- {demand_scale: 1.5}\n- {penetration: 0.1, end_s: 5 min}"
    assert points(text) == [
        {"demand_scale": 1.5, "penetration": 0.7, "end_s": None},
        {"demand_scale": 1.0, "penetration": 0.1, "end_s": 300.0},
    ]


def test_lists_and_whole_experiments_keys_can_be_swept(points):
    found = points("grid: {eco_accounts: [[bev], [hbefa4, bev]], scenario: [a, b]}")
    assert found[0] == {"eco_accounts": ["bev"], "scenario": "a"}
    assert found[3] == {"eco_accounts": ["hbefa4", "bev"], "scenario": "b"}


def test_the_scenario_may_be_swept_and_need_not_be_named_beside(written):
    sweep = load_sweep(written("arms: none\ngrid: {scenario: [a, b]}"))
    assert [point.experiment.scenario for point in sweep.points] == ["a", "b"]
    assert sweep.points[0].experiment.folder == written().parent


def test_a_sample_is_drawn_within_its_ranges_and_the_same_twice(points):
    text = (
        "sample: {method: sobol, n: 8, seed: 3, keys: {penetration: {low: 0.25, high: 0.75}, "
        "rsu.range_m: {low: 0.1 km, high: 1 km, log: true}, "
        "execution: {values: [driver, automated]}}}"
    )
    found = points(text)
    assert found == points(text)
    assert found != points(text.replace("seed: 3", "seed: 4"))
    assert len(found) == 8
    assert all(0.25 <= point["penetration"] <= 0.75 for point in found)
    assert all(100.0 <= point["rsu.range_m"] <= 1000.0 for point in found)
    assert sum(point["rsu.range_m"] < 316.3 for point in found) == 4  # evenly by the logarithm
    assert {point["execution"] for point in found} == {"driver", "automated"}


def test_a_text_under_grid_is_the_electricity_of_the_fleet(written):
    text = "fleet_mix: CN-2024\ngrid: CN/2023\nlist: [{penetration: 0.5}]"
    sweep = load_sweep(written(HEAD + text))
    assert sweep.points[0].experiment.grid == "CN/2023"
    both = "fleet_mix: CN-2024\ngrid: {grid: [CN/2022, CN/2023]}"
    grids = [point.experiment.grid for point in load_sweep(written(HEAD + both)).points]
    assert grids == ["CN/2022", "CN/2023"]


def test_a_sweep_may_extend_an_experiment_and_keeps_its_electricity(written):
    written(HEAD + "penetration: 0.3\nfleet_mix: CN-2024\ngrid: CN/2023\n", name="base.yaml")
    sweep = load_sweep(written("extends: base.yaml\ngrid: {demand_scale: [0.5, 1]}"))
    assert [point.values["demand_scale"] for point in sweep.points] == [0.5, 1.0]
    experiment = sweep.points[0].experiment
    assert (experiment.penetration, experiment.grid) == (0.3, "CN/2023")
    assert (sweep.arms, sweep.seeds) == (("none", "glosa"), (1, 2))


def test_a_wrong_value_is_told_once_where_it_stands_whatever_it_is_combined_with(problems):
    text = HEAD + (
        "grid:\n"
        "  penetration: [0.2, 1.5]\n"
        "  rsu.range_m: [300 m, 5 kg, 2 km]\n"
        "  rsu.rnge_m: [1, 2]\n"
        "  eco_accounts: [[bev], [bev, hbefa5]]\n"
    )
    first, second, third, fourth = problems(text)
    assert first.startswith("5:22: penetration: should be less than or equal to 1, got 1.5")
    assert second.startswith("6:24: rsu.range_m: expected a length")
    assert third.startswith("7:3: rsu.rnge_m: unknown key; did you mean")
    assert fourth.startswith("8:31: eco_accounts.1: should be")


def test_what_is_wrong_with_the_experiment_is_told_at_its_own_place(problems):
    text = HEAD + "executon: driver\ngrid: {penetration: [0.2, 0.4, 3]}"
    assert [line.partition(";")[0] for line in problems(text)] == [
        "4:1: executon: unknown key",
        "5:32: penetration: should be less than or equal to 1, got 3",
    ]


def test_values_that_are_wrong_together_are_told_at_one_of_them(problems):
    text = HEAD + "grid:\n  begin_s: [0, 500]\n  end_s: [300, 600]"
    assert problems(text) == ["6:11: end_s: must be after begin_s (500), got 300"]


def test_the_ends_of_a_range_are_checked_and_told_where_they_stand(problems):
    text = HEAD + (
        "sample:\n  method: random\n  n: 50\n  keys:\n"
        "    penetration: {low: 0.1, high: 1.2}\n    rsu.loss: {low: -1, high: 0.5}"
    )
    assert [line.partition(", got")[0] for line in problems(text)] == [
        "8:35: penetration: should be less than or equal to 1",
        "9:21: rsu.loss: loss must be between 0 and 1",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: a sweep has one of grid (a mapping), list and sample; got none of them"),
        ("grid: {penetration: [1]}\nlist: [{penetration: 1}]", "got grid and list"),
        ("grid: {seeds: [1, 2]}", "4:8: grid.seeds: cannot be swept: every point has all seeds"),
        ("list: [{arms: none}]", "4:9: list.0.arms: cannot be swept: every point has all arms"),
        ("grid: {penetration: 0.5}", "4:21: grid.penetration: should be a list"),
        ("grid: {penetration: []}", "4:21: grid.penetration: must not be empty"),
        ("grid: {rsu: [{range_m: 3}]}", "should be a value, not a mapping; write dotted keys"),
        ("grid: {penetration: [0.1, 1, 0.10]}", "4:30: grid.penetration.2: the same as before"),
        ("list: [{seeds: 3, penetration: 0.1}, 5]", "4:38: list.1: should be a"),
        ("sample: {method: sobel, n: 3, keys: {penetration: {low: 0, high: 1}}}", "'sobol'?"),
        ("sample: {method: sobol, n: 3, keys: {penetration: {low: 0}}}", "low and high, or values"),
        ("sample: {method: sobol, n: 3, keys: {penetration: {low: 1, high: 0}}}", "below high"),
        ("sample: {method: sobol_indices, n: 3, keys: {penetration: {low: 0, high: 1}}}", "power"),
        ("list:\n- {policies.x: a.py:A}\n- {penetration: 1}", "must have the same arms"),
    ],
)
def test_a_sweep_that_cannot_be_is_told(problems, text, told):
    assert any(told in line for line in problems(HEAD + text)), problems(HEAD + text)


def test_problems_of_the_sweep_do_not_hide_those_of_the_experiment(problems):
    first, second = problems("arms: none, glossa\ngrid: {scenario: [a], seeds: [1]}")
    assert "grid.seeds: cannot be swept" in first
    assert "did you mean 'glosa'?" in second


@pytest.mark.parametrize("kind", ["grid", "list", "sample"])
def test_the_file_to_start_from_can_be_read_whichever_of_its_parts_is_chosen(written, kind):
    text = init_sweep_text()
    if kind != "grid":
        before, _, after = text.partition("grid:\n  penetration: [0.2, 0.5, 1]\n")
        after = after.replace("  rsu.range_m: [300 m, 0.6 km]\n", "")
        block = after[after.index(f"# {kind}:") :].partition("\n\n")[0]
        text = before + after.replace(block, block.replace("\n# ", "\n").removeprefix("# "))
    sweep = load_sweep(written(text))
    assert (sweep.kind, len(sweep.points)) == (kind, {"grid": 6, "list": 2, "sample": 16}[kind])
    assert sweep.arms == ("none", "unadvised", "glosa", "eco")


def test_too_many_points_are_a_mistake(problems):
    values = [round(0.001 * n, 3) for n in range(1, 500)]
    text = HEAD + f"grid: {{penetration: {values}, rsu.loss: {values}}}"
    assert problems(text) == [f"4:1: grid: {499 * 499} points are more than {MAX_POINTS}"]


@pytest.mark.parametrize(
    ("text", "is_good"),
    [
        ("grid: {penetration: [0.1], rsu.range_m: [300 m]}", True),
        ("grid: CN/2023\nfleet_mix: CN-2024\nlist: [{policies.mine: a.py:A}]", True),
        ("sample: {method: morris, n: 4, keys: {rsu.range_m: {low: 0.1 km, high: 500}}}", True),
        ("grid: {rsu.rnge_m: [300]}", False),
        ("grid: {seeds: [3]}", False),
        ("sample: {method: morris, keys: {rsu.range_m: {low: 100, high: 500}}}", False),
    ],
)
def test_the_schema_for_editors_takes_what_the_program_takes(text, is_good):
    schema = sweep_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert jsonschema.Draft202012Validator(schema).is_valid(yaml.safe_load(HEAD + text)) == is_good
    json.dumps(schema)
