import ast
import importlib.util
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from experiments import machine

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bootstrap(tmp_path):
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ROOT = tmp_path
    module.VENV = tmp_path / ".venv"
    return module


def machine_with(**facts):
    return SimpleNamespace(**(vars(machine) | facts))


@pytest.mark.parametrize("name", ["bootstrap.py", "experiments/machine.py"])
def test_a_python_that_is_too_old_can_still_read_the_file(name):
    ast.parse((ROOT / name).read_text(), feature_version=(3, 6))


def test_the_oldest_and_the_newest_python_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    oldest, newest = (f"{a}.{b}" for a, b in (machine.OLDEST_PYTHON, machine.NEWEST_PYTHON))
    assert project["requires-python"] == f">={oldest}"
    pythons = [each for each in project["classifiers"] if "Python :: 3." in each]
    assert pythons[0].endswith(oldest)
    assert pythons[-1].endswith(newest)
    assert f'python: ["{oldest}", "{newest}"]' in workflow


def test_a_python_that_is_too_old_gives_way_to_a_supported_one_on_the_path(bootstrap, monkeypatch):
    versions = {"python3.13": None, "python3.12": (3, 12), "python3.11": (3, 11)}
    monkeypatch.setattr(bootstrap, "version_of", lambda name: versions.get(name, (3, 9)))
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *args, **options: 0)
    assert bootstrap.choose_python(machine) == "python3.12"


def test_a_supported_python_is_preferred_to_a_newer_one(bootstrap, monkeypatch):
    versions = {"python3.11": (3, 11), "python3.12": None, "python3.13": None}
    monkeypatch.setattr(bootstrap, "version_of", lambda name: versions.get(name, (3, 15)))
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *args, **options: 0)
    assert bootstrap.choose_python(machine) == "python3.11"


def test_without_any_good_python_the_message_says_how_to_get_one(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "version_of", lambda name: None)
    with pytest.raises(
        bootstrap.SetupError, match=r"(?s)3\.11 or newer is needed.*apt-get install"
    ):
        bootstrap.choose_python(machine)


def test_a_python_without_venv_is_told_with_the_package_that_has_it(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "version_of", lambda name: (3, 11))
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *args, **options: 1)
    with pytest.raises(bootstrap.SetupError, match=r"apt-get install python3\.11-venv"):
        bootstrap.choose_python(machine)


def test_a_missing_library_is_named_before_anything_is_installed(bootstrap):
    facts = machine_with(missing_libraries=lambda: machine.LIBRARIES[:1])
    with pytest.raises(bootstrap.SetupError, match=r"libGL\.so\.1"):
        bootstrap.check_machine(facts)


def test_too_little_disk_is_told_with_what_is_needed_and_what_is_free(bootstrap):
    facts = machine_with(missing_libraries=tuple, free_disk_gb=lambda folder: 1.2)
    with pytest.raises(bootstrap.SetupError, match=r"2 GB of disk are needed at .*, 1\.2 are free"):
        bootstrap.check_machine(facts)


def test_only_what_the_lock_names_is_installed_whatever_was_released_since(bootstrap, monkeypatch):
    commands = []
    monkeypatch.setattr(bootstrap, "version_of", lambda name: (3, 11))
    monkeypatch.setattr(bootstrap, "is_at_home", lambda: True)
    monkeypatch.setattr(bootstrap, "run", commands.append)
    bootstrap.install("python3.11", (3, 11))
    locked = next(command for command in commands if "--require-hashes" in command)
    assert "--no-deps" in locked


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_what_is_installed_is_out_of_date_when_its_source_changes(bootstrap, tmp_path, changed):
    for name in bootstrap.INPUTS:
        (tmp_path / name).write_text("before")
    before = bootstrap.fingerprint()
    assert bootstrap.fingerprint() == before
    (tmp_path / changed).write_text("after")
    assert bootstrap.fingerprint() != before
