import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import experiments
from experiments.data_files import ConfigError
from experiments.suite.definition import (
    SHIPPED,
    chosen_cases,
    definition_sha256,
    experiment_of,
    load_suite,
)
from experiments.suite.leaderboard import leaderboard_markdown, read_entries
from experiments.suite.records import Record, made_on
from experiments.suite.reference import (
    Kept,
    accepted,
    definition_differences,
    read_reference,
    untold,
    write_reference,
)
from experiments.suite.result import check_against

ROOT = Path(experiments.__file__).parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
SUITE = """
version: 1
name: tiny
label: made up
arms: [unadvised, eco]
seeds: [1, 2]
cases:
  - name: one
    inputs_sha256: "{0}"
    experiment: {{scenario: arterial, end_s: 2 min}}
  - name: two
    control: actuated
    inputs_sha256: "{0}"
    experiment: {{scenario: arterial, penetration: 0.5}}
""".format("0" * 64)


@pytest.fixture
def write(tmp_path):
    def written(text=SUITE, name="tiny.yaml"):
        (tmp_path / name).write_text(text)
        return load_suite(str(tmp_path / name))

    return written


def records(suite, stops=3):
    return tuple(
        Record(
            case=case.name,
            arm=arm,
            seed=seed,
            vehicles_sha256="a" * 64,
            counts={"vehicles": 10, "stops": stops, "collisions": 0},
            means={"trip_time_s": 100.0 + seed},
        )
        for case in suite.cases
        for arm in suite.arms
        for seed in suite.seeds
    )


def kept(suite, reason="first record", **wishes):
    return Kept(reason=reason, made_on=made_on(), runs=records(suite, **wishes))


def test_a_definition_depends_on_what_is_measured_and_not_on_how_it_is_written(write):
    suite = write().suite
    same = SUITE.replace("2 min", "120").replace("[1, 2]", "2").replace("made up", "otherwise")
    assert definition_sha256(write(same).suite.content()) == definition_sha256(suite.content())
    for old, new in (("2 min", "121"), ("0.5", "0.6"), ("[1, 2]", "[1, 3]"), ("actuated", "own")):
        other = write(SUITE.replace(old, new)).suite
        assert definition_sha256(other.content()) != definition_sha256(suite.content()), old


def test_conditions_are_frozen_and_defaults_of_policies_are_not(write):
    conditions = write().suite.content()["cases"]["one"]["experiment"]
    assert conditions["rsu"]["range_m"] == 600.0
    assert not {"eco", "glosa", "eco_accounts"} & set(conditions)
    pinned = SUITE.replace("end_s: 2 min", "eco: {later_s: 4}")
    assert write(pinned).suite.content()["cases"]["one"]["experiment"]["eco"] == {"later_s": 4.0}


def test_a_case_names_neither_arms_nor_seeds_and_mistakes_are_told_at_their_place(write):
    with pytest.raises(ConfigError, match=r"tiny.yaml:10:\d+: cases.0.experiment: .*seeds"):
        write(SUITE.replace("end_s: 2 min", "seeds: 3"))
    with pytest.raises(ConfigError, match=r"tiny.yaml:10:\d+: cases.0.experiment.penetraton"):
        write(SUITE.replace("end_s: 2 min", "penetraton: 0.3"))
    with pytest.raises(ConfigError, match="unknown arm 'eko'"):
        write(SUITE.replace("[unadvised, eco]", "[unadvised, eko]"))
    with pytest.raises(ConfigError, match="cases with the same name: one"):
        write(SUITE.replace("name: two", "name: one"))


def test_paths_start_from_the_folder_of_the_suite(write, tmp_path):
    suite = write().suite
    (case,) = chosen_cases(suite, ["two"])
    experiment = experiment_of(suite, case, {"mine": "/tmp/mine.py:Mine"})
    assert experiment.folder == tmp_path
    assert experiment.all_arms == ("unadvised", "eco", "mine")
    with pytest.raises(ValueError, match="'eco' is built in"):
        experiment_of(suite, case, {"eco": "eco.py:Eco"})
    with pytest.raises(ValueError, match="'three' is no case of tiny: one, two"):
        chosen_cases(suite, ["three"])


def test_a_written_reference_is_read_back_and_a_hand_in_it_is_found(write, tmp_path):
    suite = write().suite
    file = tmp_path / "tiny.reference.json"
    reference = accepted(suite, None, kept(suite), cases=["one", "two"])
    write_reference(file, reference)
    assert read_reference(file) == reference
    assert read_reference(tmp_path / "none.json") is None
    for path, value, what in (
        (("kept", 0, "runs", 0, "counts", "stops"), 4, "results were changed by hand"),
        (("definition", "seeds"), [1], "definition was changed by hand"),
        (("kept", 0, "runs", 0, "counts"), [], "should be an object"),
    ):
        content = asdict(reference)
        inner = content
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        file.write_text(json.dumps(content))
        with pytest.raises(ValueError, match=what):
            read_reference(file)


def test_a_check_holds_on_equal_results_and_not_on_others(write):
    suite = write().suite
    reference = accepted(suite, None, kept(suite), cases=["one", "two"])
    good = check_against(reference, suite, ["one", "two"], records(suite))
    assert good.holds
    assert good.sentences[0].startswith("holds: 2 of 2 cases checked")
    bad = check_against(reference, suite, ["one", "two"], records(suite, stops=4))
    assert not bad.holds
    assert {each.figure for each in bad.differences} == {"stops"}


def test_a_check_of_some_cases_compares_those_and_says_which_have_no_reference(write):
    suite = write().suite
    only_one = tuple(run for run in records(suite) if run.case == "one")
    reference = accepted(suite, None, replace(kept(suite), runs=only_one), cases=["one"])
    assert check_against(reference, suite, ["one"], only_one).holds
    check = check_against(reference, suite, ["one", "two"], records(suite))
    assert check.holds
    assert check.sentences[0].startswith("holds: 1 of 2 cases checked")
    assert "NOT CHECKED, no reference is recorded: two" in check.sentences
    nothing = check_against(reference, suite, ["two"], records(suite))
    assert nothing.sentences[0].startswith("NOTHING IS CHECKED: 0 of 1 cases")


def test_a_suite_that_changed_silently_fails_its_check_and_the_key_is_named(write):
    suite = write().suite
    reference = accepted(suite, None, kept(suite), cases=["one", "two"])
    other = write(SUITE.replace("0.5", "0.6")).suite
    check = check_against(reference, other, ["one", "two"], records(other))
    assert not check.holds
    (difference,) = definition_differences(other, reference)
    assert difference.figure == "cases.two.experiment.penetration"
    assert (difference.got, difference.expected) == ("0.6", "0.5")


def test_new_results_of_a_case_take_the_place_of_the_old_and_leave_the_others(write):
    suite = write().suite
    first = accepted(suite, None, kept(suite), cases=["one", "two"])
    new = tuple(run for run in records(suite, stops=5) if run.case == "two")
    second = accepted(suite, first, replace(kept(suite, "why"), runs=new), cases=["two"])
    stops = {run.case: run.counts["stops"] for each in second.kept for run in each.runs}
    assert stops == {"one": 3, "two": 5}
    assert second.id != first.id
    assert second.changelog_lines == (
        f"Reference `{second.id}` of suite `tiny`",
        "first record",
        "why",
    )


def test_results_of_an_older_definition_do_not_stay_beside_new_ones(write):
    suite = write().suite
    first = accepted(suite, None, kept(suite), cases=["one", "two"])
    other = write(SUITE.replace("0.5", "0.6")).suite
    new = tuple(run for run in records(other) if run.case == "two")
    assert accepted(other, first, replace(kept(other), runs=new), cases=["two"]).cases == {"two"}


def test_a_reference_needs_a_reason_and_the_changelog_must_tell_it(write):
    suite = write().suite
    with pytest.raises(ValueError, match="must say why"):
        accepted(suite, None, kept(suite, reason=" "), cases=["one"])
    reference = accepted(suite, None, kept(suite, "eco waits less"), cases=["one"])
    line = f"- Reference `{reference.id}`\n  of suite `tiny`: eco\n  waits less."
    assert untold(reference, line) == []
    assert untold(reference, line.replace("less", "more")) == ["eco waits less"]
    assert untold(reference, "") == list(reference.changelog_lines)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_changelog_gives_the_reason_of_each_shipped_reference(name):
    reference = read_reference(load_suite(name).reference_file)
    assert reference is None or untold(reference, CHANGELOG.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_reference_is_of_the_shipped_suite_and_of_all_runs_of_its_cases(name):
    loaded = load_suite(name)
    reference = read_reference(loaded.reference_file)
    if name == "smoke":
        assert reference.cases == {case.name for case in loaded.suite.cases}
    if reference is None:
        return  # nothing is recorded of it yet, and docs/suite.md says so
    assert definition_differences(loaded.suite, reference) == []
    runs = [run.key for each in reference.kept for run in each.runs]
    assert sorted(runs) == sorted(
        (case, arm, seed)
        for case in reference.cases
        for arm in loaded.suite.arms
        for seed in loaded.suite.seeds
    )


def test_the_leaderboard_in_the_docs_is_the_one_of_its_entries():
    loaded = load_suite("smoke")
    reference = read_reference(loaded.reference_file)
    entries = read_entries(ROOT / "leaderboard", loaded.suite, reference)
    text = (ROOT / "docs" / "leaderboard.md").read_text(encoding="utf-8")
    assert text == leaderboard_markdown(loaded.suite, reference, entries)
