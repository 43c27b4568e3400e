"""The workflow runs commands and cases that exist; nobody sees it run here."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

import experiments
from experiments.cli import app
from experiments.suite.definition import load_suite

WORKFLOW = Path(experiments.__file__).parents[1] / ".github" / "workflows" / "bench.yml"
COMMAND = ".venv/bin/ecocorridor "


@pytest.fixture(scope="module")
def workflow():
    return yaml.load(WORKFLOW.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def commands(job):
    return [
        step["run"].removeprefix(COMMAND) for step in job["steps"] if COMMAND in step.get("run", "")
    ]


def test_the_smoke_suite_runs_on_each_change_and_the_full_one_weekly(workflow):
    assert set(workflow["on"]) >= {"push", "pull_request", "schedule"}
    (schedule,) = workflow["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"])
    assert "!= 'schedule'" in workflow["jobs"]["smoke"]["if"]
    assert "== 'schedule'" in workflow["jobs"]["full"]["if"]
    for job in workflow["jobs"].values():
        assert int(job["timeout-minutes"]) <= 350
        assert any("GITHUB_STEP_SUMMARY" in step.get("run", "") for step in job["steps"])
        assert any("upload-artifact" in step.get("uses", "") for step in job["steps"])


def test_the_matrix_names_all_cases_of_the_full_suite(workflow):
    cases = workflow["jobs"]["full"]["strategy"]["matrix"]["case"]
    assert cases == [case.name for case in load_suite("full").suite.cases]


def test_every_command_of_the_workflow_is_one_of_ours(workflow):
    found = [text for job in workflow["jobs"].values() for text in commands(job)]
    assert sum("--check" in text for text in found) == 2
    bench = get_command(app).commands["bench"]
    options = {option for each in bench.params for option in each.opts}
    for text in found:
        name, *words = shlex.split(text.replace("${{ matrix.case }}", "cologne1-driver"))
        assert name == "bench"
        subcommand = bench.commands.get(words[0])
        known = options if subcommand is None else {o for p in subcommand.params for o in p.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_options_of_the_suite_before_a_subcommand_are_refused():
    done = CliRunner().invoke(app, ["bench", "--check", "leaderboard"])
    assert done.exit_code == 2
    assert "options of the suite stand without 'leaderboard'" in done.output


def test_an_unknown_suite_is_bad_input():
    done = CliRunner().invoke(app, ["bench", "--suite", "smok"])
    assert done.exit_code == 2
    assert "'smok' is none of smoke, full" in done.output
