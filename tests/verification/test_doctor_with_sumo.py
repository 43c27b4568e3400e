import subprocess
import sys

import pytest

from experiments.doctor import diagnose

pytestmark = pytest.mark.sumo


def test_a_machine_that_runs_these_tests_starts_sumo_both_ways(tmp_path):
    levels = {check.name: check.level for check in diagnose(cache_dir=tmp_path)}
    assert levels["sumo"] == levels["libsumo"] == levels["system libraries"] == "ok"


def test_a_stale_sumo_home_does_not_keep_sumo_from_starting(tmp_path, monkeypatch):
    monkeypatch.setenv("SUMO_HOME", str(tmp_path / "gone"))
    levels = {check.name: check.level for check in diagnose(cache_dir=tmp_path)}
    assert levels["SUMO_HOME"] == "warning"
    assert levels["sumo"] == levels["libsumo"] == "ok"


def test_the_doctor_itself_does_not_load_the_simulator():
    code = "import sys, experiments.doctor as d; d.diagnose(); print(*sys.modules)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"libsumo", "traci", "sumo", "sumolib"} & set(child.stdout.split())
