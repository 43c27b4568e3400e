import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ASKED = [
    Requirement(text)
    for text in [
        *PROJECT["project"]["dependencies"],
        *(
            each
            for extra in PROJECT["project"]["optional-dependencies"].values()
            for each in extra
            if not each.startswith("ecocorridor[")  # all extras
        ),
        *(
            each
            for group in PROJECT["dependency-groups"].values()
            for each in group
            if isinstance(each, str)  # else it includes another group
        ),
    ]
]
# A requirement and its hashes stand on lines that end in a backslash, all but the last one.
LOCKED = [
    (Requirement(block.split("\\")[0]), block.count("--hash=sha256:"))
    for block in re.findall(r"^[a-z](?:.*\\\n)*.*$", LOCK, flags=re.MULTILINE)
]


def test_the_lock_holds_no_address():
    assert "://" not in LOCK


def test_every_line_of_the_lock_is_a_requirement_a_hash_or_a_comment():
    line = re.compile(
        r"[a-z0-9][a-z0-9.-]*==\S+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?| +#.*"
    )
    assert [each for each in LOCK.splitlines() if not line.fullmatch(each)] == []


def test_every_requirement_of_the_lock_has_a_hash():
    assert len(LOCKED) > len(ASKED)
    assert [str(requirement) for requirement, n_hashes in LOCKED if n_hashes == 0] == []


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.name)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_what_the_project_asks_for_is_locked_within_its_range(asked, python):
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_python_implementation": "CPython",
    }
    versions = [
        next(iter(requirement.specifier)).version
        for requirement, _ in LOCKED
        if canonicalize_name(requirement.name) == canonicalize_name(asked.name)
        and (requirement.marker is None or requirement.marker.evaluate(environment))
    ]
    assert len(versions) == 1
    assert asked.specifier.contains(versions[0])


def test_the_extra_all_names_every_other_one():
    extras = PROJECT["project"]["optional-dependencies"]
    (everything,) = extras["all"]
    assert Requirement(everything).name == PROJECT["project"]["name"]
    assert Requirement(everything).extras == set(extras) - {"all"}


def test_all_of_sumo_is_pinned_to_one_version():
    names = {"eclipse-sumo", "libsumo", "traci", "sumolib", "sumo-data"}
    pins = {asked.name: str(asked.specifier) for asked in ASKED if asked.name in names}
    assert set(pins) == names
    assert len(set(pins.values())) == 1
    assert next(iter(pins.values())).startswith("==")
