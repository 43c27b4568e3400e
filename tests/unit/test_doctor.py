import sys
from pathlib import Path

import pytest

from experiments.doctor import render
from experiments.machine import LIBRARIES
from experiments.machine_checks import (
    Check,
    check_cache,
    check_disk,
    check_libraries,
    check_python,
    check_scenarios,
    check_shadows,
)
from experiments.sumo_checks import (
    SUMO_DISTRIBUTIONS,
    Trial,
    attempt,
    check_origins,
    check_sumo_home,
    check_trial,
    check_versions,
)

PINNED = dict.fromkeys(SUMO_DISTRIBUTIONS, "1.28.0")


@pytest.mark.parametrize(
    ("version", "level"),
    [((3, 10), "error"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "warning")],
)
def test_python_is_fine_between_the_oldest_and_the_newest_tested(version, level):
    assert check_python(version).level == level


def test_missing_libraries_are_named_with_the_packages_that_hold_them(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: name if name == "apt-get" else None)
    check = check_libraries(LIBRARIES[:2])
    assert check.level == "error"
    assert "libGL.so.1, libX11.so.6" in check.found
    assert check.remedy.endswith("apt-get install -y libgl1 libx11-6")


def test_no_missing_library_is_fine():
    assert check_libraries(()).level == "ok"


def test_one_version_in_all_distributions_is_fine():
    assert check_versions(PINNED, PINNED).level == "ok"


@pytest.mark.parametrize("other", ["1.27.0", None])
def test_one_other_version_is_named_and_mended_by_one_command(other):
    check = check_versions(PINNED | {"traci": other}, PINNED)
    assert check.level == "error"
    assert f"traci {other or 'missing'}" in check.found
    assert "pip install" in check.remedy
    assert "traci==1.28.0" in check.remedy


def test_all_distributions_in_one_version_that_is_not_the_pinned_one_is_an_error():
    assert check_versions(dict.fromkeys(PINNED, "1.27.0"), PINNED).level == "error"


def test_versions_without_an_installed_ecocorridor_are_an_error():
    assert check_versions(PINNED, {}).level == "error"


def test_a_module_of_another_sumo_is_named():
    site = Path("/venv/site-packages")
    assert check_origins([site / "traci", site / "sumolib"], [site]).level == "ok"
    check = check_origins([Path("/opt/sumo/tools/traci"), site / "sumolib"], [site])
    assert check.level == "error"
    assert "/opt/sumo/tools/traci" in check.found
    assert check.remedy == "unset PYTHONPATH"


def test_sumo_that_does_not_start_is_told_in_its_own_last_words():
    words = "libGL.so.1: cannot open shared object file"
    check = check_trial("libsumo", Trial(version=None, last_words=words), PINNED)
    assert check.level == "error"
    assert words in check.found


def test_sumo_of_another_version_than_pinned_is_an_error():
    assert check_trial("sumo", Trial(version="1.28.0", last_words=""), PINNED).level == "ok"
    check = check_trial("sumo", Trial(version="1.20.0", last_words=""), PINNED)
    assert check.level == "error"
    assert "1.20.0" in check.found


@pytest.mark.parametrize(
    "words", ["SUMO 1.28.0", "Eclipse SUMO sumo 1.28.0", "Eclipse SUMO sumo Version 1.28.0"]
)
def test_the_version_is_read_from_what_the_child_prints(words):
    command = [sys.executable, "-c", f"print('arrow says something first'); print('{words}')"]
    assert attempt(command, {}).version == "1.28.0"


def test_the_last_words_of_a_child_that_raises_are_its_exception():
    trial = attempt([sys.executable, "-c", "raise ImportError('libGL.so.1')"], {})
    assert trial == Trial(version=None, last_words="ImportError: libGL.so.1")


def test_a_child_that_crashes_is_told_with_its_signal():
    trial = attempt([sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"], {})
    assert trial.version is None
    assert trial.last_words == "killed by signal 11"


def test_a_child_that_cannot_be_started_is_told(tmp_path):
    trial = attempt([str(tmp_path / "sumo"), "--version"], {})
    assert trial.version is None
    assert "No such file" in trial.last_words


def test_sumo_home_may_be_unset_or_point_to_the_installed_sumo(tmp_path):
    assert check_sumo_home(None, [tmp_path]).level == "ok"
    assert check_sumo_home(f"{tmp_path}/", [tmp_path]).level == "ok"


@pytest.mark.parametrize(("folder", "words"), [("gone", "not there"), ("other", "another SUMO")])
def test_a_stale_or_foreign_sumo_home_is_to_be_unset(tmp_path, folder, words):
    (tmp_path / "other").mkdir()
    check = check_sumo_home(str(tmp_path / folder), [tmp_path / "ours"])
    assert check.level == "warning"
    assert words in check.found
    assert check.remedy == "unset SUMO_HOME"


def test_missing_public_networks_are_a_warning_with_the_command():
    assert check_scenarios("1.4.5").level == "ok"
    check = check_scenarios(None)
    assert check.level == "warning"
    assert "[scenarios]" in check.remedy


def test_a_package_of_the_same_name_in_the_current_folder_hides_ours(tmp_path):
    (tmp_path / "experiments").mkdir()
    assert check_shadows(tmp_path, Path("/ours")).level == "ok"
    (tmp_path / "experiments" / "__init__.py").touch()
    (tmp_path / "controller.py").touch()
    check = check_shadows(tmp_path, Path("/ours"))
    assert check.level == "warning"
    assert check.found.startswith("controller, experiments in ")


def test_our_own_folder_hides_nothing(tmp_path):
    (tmp_path / "corridor.py").touch()
    assert check_shadows(tmp_path, tmp_path).level == "ok"


def test_little_room_on_the_disk_is_a_warning():
    assert check_disk(0.9, Path()).level == "warning"
    assert check_disk(1.1, Path()).level == "ok"


def test_a_cache_folder_that_can_be_made_is_fine_and_is_not_made(tmp_path):
    folder = tmp_path / "a" / "b"
    assert check_cache(folder).level == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_cache_folder_is_an_error(tmp_path):
    (tmp_path / "cache").touch()
    assert check_cache(tmp_path / "cache" / "maps").level == "error"


def test_a_remedy_is_printed_below_its_check():
    text = render(
        (
            Check(name="a", level="ok", found="fine"),
            Check(name="longer", level="error", found="broken", remedy="mend it"),
        )
    )
    assert text.splitlines() == [
        "ok       a       fine",
        "error    longer  broken",
        "                 -> mend it",
    ]
