"""A tiny suite from its first reference to a changed planner: what `bench --check` is for.

Two runs of two simulated minutes, done twice: about ten seconds.
"""

import json
import shutil
from pathlib import Path

import pytest

import experiments
from experiments.packages import PACKAGES

pytestmark = pytest.mark.sumo

ROOT = Path(experiments.__file__).parents[1]
TINY = """
version: 1
name: tiny
label: a test
arms: [unadvised, eco]
seeds: 1
cases:
  - name: arterial
    inputs_sha256: "{digest}"
    experiment: {{scenario: arterial, end_s: 120, execution: automated}}
"""


def test_a_check_holds_twice_and_not_when_a_constant_of_the_planner_changes(door, tmp_path):
    def bench(*words, **wishes):
        command = ("bench", "--suite", "tiny.yaml", "--out", "out", "-j", "2", *words)
        return door.call(*command, cwd=tmp_path, **wishes)

    suite = tmp_path / "tiny.yaml"
    suite.write_text(TINY.format(digest="0" * 64))
    refused = bench()
    assert refused.returncode == 2
    assert "is not what the suite was defined on" in refused.stderr
    digest = refused.stderr.partition("inputs_sha256 is ")[2][:64]
    suite.write_text(TINY.format(digest=digest))
    assert bench("--check").returncode == 2
    taken = bench("--accept", "the first one")
    assert taken.returncode == 0, taken.stderr
    assert "CHANGELOG.md must say:" in taken.stderr
    for _ in range(2):
        held = bench("--check", "--json", "--markdown", "summary.md")
        assert held.returncode == 0, held.stdout + held.stderr
        found = json.loads(held.stdout)
        assert found["check"]["holds"]
        assert found["check"]["differences"] == []
    assert "holds: 1 of 1 cases checked" in (tmp_path / "summary.md").read_text()

    changed = tmp_path / "changed"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, changed / package)
    parameters = changed / "controller" / "eco_parameters.py"
    text = parameters.read_text()
    assert "time_price: float = 1.5" in text
    parameters.write_text(text.replace("time_price: float = 1.5", "time_price: float = 2.0"))
    failed = bench("--check", "--json", environment={"PYTHONPATH": str(changed)})
    assert failed.returncode == 3, failed.stderr
    check = json.loads(failed.stdout)["check"]
    assert {each["where"] for each in check["differences"]} == {"arterial, eco, seed 1"}
    assert "table of vehicles" in {each["figure"] for each in check["differences"]}
