"""Plans by name, from files and into files."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.commands.plan_tables import differences
from experiments.config import Experiment
from experiments.plan_files import plans_named
from experiments.signal_plans import check_signals
from sumo_nets import ScenarioError, import_plans


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit code of `signals …`, and all that it prints."""
    result = CliRunner().invoke(app, ["signals", *map(str, arguments)])
    return result.exit_code, result.output


def test_a_sheet_of_a_network_becomes_a_file_of_sumo_with_the_same_plan(
    crossroads: Path, tmp_path: Path
) -> None:
    code, sheet = run("show", crossroads, "--csv")
    assert code == 0
    (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8")
    out = tmp_path / "plan.add.xml"
    assert run("import", tmp_path / "sheet.csv", "--net", crossroads, "-o", out) == (0, f"{out}\n")
    assert '<tlLogic id="c" type="static" programID="plan" offset="0">' in out.read_text()
    assert run("compare", crossroads, out) == (0, "1 of 1 signals have the same plan\n")
    code, told = run("check", crossroads, "--plan", out)
    assert (code, told) == (0, f"{crossroads}: 1 plan, nothing found\n")


def test_compare_says_what_differs(crossroads: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.net.xml"
    text = crossroads.read_text(encoding="utf-8")
    text = text.replace('duration="30"', 'duration="28"').replace('offset="0"', 'offset="9"')
    other.write_text(text, encoding="utf-8")
    assert differences(plans_named(str(crossroads)), plans_named(str(other))) == [
        ("c", "cycle, s", "62", "60"),
        ("c", "offset, s", "0", "9"),
        ("c", "stage 1, green, s", "30 (48 %)", "28 (47 %)"),
    ]


def test_check_ends_with_1_where_there_are_errors_and_with_0_for_warnings(
    crossroads: Path,
) -> None:
    text = crossroads.read_text(encoding="utf-8")
    crossroads.write_text(text.replace('offset="0"', 'offset="99"'), encoding="utf-8")
    assert run("check", crossroads)[0] == 0
    crossroads.write_text(text.replace("GgGrr", "GGGrr"), encoding="utf-8")
    code, told = run("check", crossroads)
    assert code == 1
    assert told.startswith(f"error: {crossroads}:50:9: signal 'c': greens that conflict in GGGrr")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"plan.csv:1:1: the header .*|plan.csv: holds no stage"),
        ("signal;green\n", r"plan.csv:1:1: the header has 'signal;green'; a timing sheet has:"),
    ],
)
def test_bad_input_is_one_clear_error_and_writes_nothing(
    crossroads: Path, tmp_path: Path, content: str, message: str
) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(content, encoding="utf-8")
    with pytest.raises(ScenarioError, match=message):
        import_plans(plan, crossroads)
    out = tmp_path / "out.add.xml"
    assert run("import", plan, "--net", crossroads, "-o", out)[0] == 2
    assert not out.exists()


def test_a_plan_for_another_network_is_refused(crossroads: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.add.xml"
    plan.write_text(
        '<additional><tlLogic id="c"><phase duration="9" state="GG"/></tlLogic>'
        '<tlLogic id="d"><phase duration="9" state="G"/></tlLogic></additional>'
    )
    with pytest.raises(ScenarioError) as caught:
        import_plans(plan, crossroads)
    assert caught.value.problems == (
        f"{plan}:1:13: signal 'c' has 5 links in crossroads.net.xml, a state has 2 letters",
        f"{plan}:1:71: crossroads.net.xml has no signal 'd'",
    )


def test_the_demand_that_plans_are_made_of_is_not_reported() -> None:
    experiment = Experiment(scenario="arterial", arms=("unadvised", "coordinator"), seeds=(1, 1001))
    with pytest.raises(ValueError, match="made of the demand of seed 1001: report seeds"):
        check_signals(experiment)
    check_signals(experiment.model_copy(update={"seeds": (1, 2)}))


def test_a_folder_that_is_missing_is_told_before_anything_is_done(
    crossroads: Path, tmp_path: Path
) -> None:
    out = tmp_path / "missing" / "plan.add.xml"
    said = f"error: --out: {out.parent} is no folder that can be written to\n"
    assert run("import", crossroads, "--net", crossroads, "-o", out) == (2, said)
    assert run("optimize", "arterial", "-o", out) == (2, said)


def test_a_plan_that_no_arm_uses_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    asked = ["run", "arterial", "--arms", "unadvised,eco", "--signal-plan", str(plan)]
    missing = CliRunner().invoke(app, asked)
    assert (missing.exit_code, missing.output.count(" does not exist")) == (2, 1)
    plan.write_text("", encoding="utf-8")
    unused = CliRunner().invoke(app, asked)
    assert (unused.exit_code, unused.output) == (
        2,
        "error: --signal-plan: no arm uses it; add the arm 'optimized'\n",
    )
