"""Policies of a user's own, by the command line, from Python and in a file, on a small road."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sumo

PAGE = Path(__file__).parents[2] / "docs" / "own_policy.md"
FILES = ("summary.json", "runs.csv", "vehicles.parquet")
SMALL = "run arterial --end 60 --seeds 1 --arms unadvised --jobs 1 --out out".split()
LATE = """
from controller import Advice, Reason
class Late:
    def advise(self, seen):
        if 30 < seen.time_s < 25200:
            return self.nothing
        return Advice(speed_mps=0.7 * seen.ceiling_mps, reason=0 * seen.n_queued)
"""


def blocks(language):
    """Texts of the page in this language, as they stand there."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"```{language}[^\n]*\n(.*?)```", text, re.DOTALL)


def finished(out):
    return {path.parent for path in (out / ".runs").glob("*/run.json")}


@pytest.fixture(scope="module")
def of_the_page(door, cache_home, tmp_path_factory):
    """A folder in which all that the page shows was done, and what its script printed."""
    folder = tmp_path_factory.mktemp("page")
    policy, script = blocks("python")
    (folder / "gentle.py").write_text(policy)
    (folder / "script.py").write_text(script)
    (command,) = blocks("console")
    called = door.call(*shlex.split(command)[2:], cwd=folder)
    assert called.returncode == 0, called.stderr
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(cache_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_example_of_the_page_has_ten_lines():
    code = [line for line in blocks("python")[0].splitlines() if line and '"""' not in line]
    assert len(code) <= 10


def test_command_line_and_python_give_the_same_bytes(of_the_page):
    folder, printed = of_the_page
    one, other = folder / "runs" / "gentle", folder / "runs" / "gentle-too"
    for name in FILES:
        assert (one / name).read_bytes() == (other / name).read_bytes()
    summary = json.loads((one / "summary.json").read_text())
    assert set(summary["effects"]) == {"glosa", "gentle"}
    assert float(printed) == summary["effects"]["gentle"]["co2_own_pct"]["mean"] != 0.0
    assert summary["arms"]["gentle"]["advice_share"] > 0.02
    assert summary["arms"]["gentle"]["advice_reasons"].keys() >= {"advised", "not_needed"}
    assert (one / "report.html").is_file()


def test_the_manifest_names_the_policy_and_its_file(of_the_page):
    folder, _ = of_the_page
    manifest = json.loads((folder / "runs" / "gentle" / "manifest.json").read_text())
    entry = manifest["policies"]["gentle"]
    assert (entry["class"], entry["file"]) == ("Gentle", "gentle.py")
    assert {"name": "gentle.py", "sha256": entry["files"][0]} in manifest["inputs"]


def test_nothing_is_written_beside_the_policy(of_the_page):
    folder, _ = of_the_page
    assert {path.name for path in folder.iterdir()} <= {"gentle.py", "script.py", "runs"}


def test_a_policy_that_fails_in_a_run_takes_no_other_arm_along(door, tmp_path):
    (tmp_path / "late.py").write_text(LATE)
    done = door.call(*SMALL, "--policy", "late.py:Late", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    words = "policy late.py:Late: advise(seen) failed: AttributeError: 'Late' object has no"
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert line.startswith(f"error: 1 of 2 runs failed, the first one: late, seed 1: {words}")
    assert line.endswith("(late.py:6: return self.nothing)")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["failed_runs"] == {"late": [1]}
    assert set(summary["arms"]) == {"unadvised"}


def test_a_changed_file_makes_new_runs_and_keeps_the_others(door, tmp_path):
    file = tmp_path / "late.py"
    words = [*SMALL, "--policy", "late.py:Late"]
    seen = []
    for limit in ("25200", "25100", "25200"):
        file.write_text(LATE.replace("30 < seen.time_s < 25200", f"{limit} < seen.time_s < 0"))
        done = door.call(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        seen.append(finished(tmp_path / "out"))
    first, second, third = seen
    assert len(first) == 2
    assert first < second == third
    assert len(second) == 3


def test_an_experiment_file_names_policies_from_its_own_folder(door, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "late.py").write_text(LATE.replace("30 <", "9e9 <"))
    (tmp_path / "here" / "my.yaml").write_text(
        "scenario: arterial\nend_s: 60\nseeds: 1\narms: [late, unadvised]\n"
        "policies: {late: late.py:Late}\n"
    )
    checked = door.call("config", "check", "here/my.yaml", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    words = ["run", "here/my.yaml", "--jobs", "1", "--out", "out"]
    done = door.call(*words, "--require", "late.stops_pct.mean <= 1000", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "out" / "runs.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["arm", "late", "unadvised"]


@pytest.mark.parametrize(
    ("references", "words"),
    [
        (["no.py:Late"], "policy {here}/no.py:Late: there is no file {here}/no.py"),
        (["late.py"], "--policy: 'late.py' must be FILE.py:CLASS, for example"),
        (["late.py:Lat"], "policy late.py:Lat: the file has no class 'Lat'; did you mean 'Late'?"),
        (["late.py:Late", "other.py:Late"], "--policy: 'other.py:Late' would be a second arm"),
        (["late.py:Eco"], "--policy: 'eco' is built in"),
        (["late.py:Broken"], "policy late.py:Broken: Broken() failed: ZeroDivisionError"),
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_used_ends_in_one_line(door, tmp_path, references, words):
    broken = "class Broken:\n    def __init__(self): 1 / 0\nclass Eco: pass\n"
    (tmp_path / "late.py").write_text(LATE + broken)
    options = [word for reference in references for word in ("--policy", reference)]
    done = door.call(*SMALL, *options, cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {words.format(here=tmp_path)}")
    assert not (tmp_path / "out").exists()
