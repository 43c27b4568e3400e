import json

import pytest
from typer.testing import CliRunner

from experiments.cli import app


def run(*arguments):
    return CliRunner().invoke(app, ["factors", *map(str, arguments)])


def test_factors_are_listed_by_text_or_by_pattern():
    all_of_china = run("list", "grid/CN*").output
    assert "grid/CN-SW/2023" in all_of_china and "grid/US" not in all_of_china
    assert "fuel/lpg/ncv" in run("list", "ncv").output


def test_a_factor_is_shown_with_its_source_and_its_parts():
    shown = run("show", "fuel/petrol/ttw").output
    assert "value: 3.06999" in shown
    assert "source: computed: fuel/petrol/ttw_energy × fuel/petrol/ncv" in shown
    assert json.loads(run("show", "grid/CN/2023", "--json").output)["value"] == 0.5306


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "grid/CH"], "no factor 'grid/CH'; near it: grid/CN/2023"),
        (["list", "coal"], "no key of a factor fits 'coal'"),
        (["mix", "XX"], "no fleet mix 'XX'; there are CN-2024, EU-2024, US-2024"),
        (["check", "none.yaml"], "none.yaml: cannot be read"),
    ],
)
def test_bad_input_ends_with_one_line_and_code_2(arguments, said):
    ended = run(*arguments)
    assert ended.exit_code == 2
    assert f"error: {said}" in ended.stderr


def test_a_mix_is_a_table_with_numbered_sources():
    shown = run("mix", "EU-2024").output
    assert "HBEFA4/PC_BEV" in shown and "2.30 %" in shown
    assert "[1] ACEA, Vehicles on European roads" in shown
    told = json.loads(run("mix", "EU-2024", "--json").output)
    assert sum(cell["share"] for cell in told["cells"] if cell["group"] == "cars") == pytest.approx(
        1
    )


def test_a_file_is_checked_as_what_it_is(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("version: a\nfactors:\n  x: {value: 1}\n")
    ended = run("check", mine)
    assert ended.exit_code == 2
    assert f"error: {mine}:3:6: factors.x.source: required, but not given" in ended.stderr
    mine.write_text("version: a\nfactors: {}\n")
    assert "nothing wrong" in run("check", mine).output
    mine.write_text("version: a\nmixes: {}\n")
    assert "class_sets: required" in run("check", mine).stderr
