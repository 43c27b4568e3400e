"""What import-linter cannot say: only these libraries, and other packages through their faces."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUMO_FILES = {"sumo", "sumolib"}  # to find SUMO's programs and to read networks, not to run it
ALLOWED = {
    "controller": {"numpy", "networkx", "scipy"},
    "emissions": {"numpy"} | SUMO_FILES,
    "sumo_nets": {"numpy", "pydantic", "yaml"} | SUMO_FILES,
    "corridor": {"numpy", "networkx", "controller", "sumo_nets"} | SUMO_FILES,
    "experiments": {"numpy", "networkx", "scipy", "pydantic", "pydantic_core", "yaml", "typer"}
    | {"rich", "polars", "jinja2", "markupsafe", "matplotlib", "PIL", "cryptography"}
    | {"distributed", "dask_jobqueue", "optuna", "SALib", "rocrate"}  # extras, where needed
    | {"controller", "corridor", "emissions", "sumo_nets"}
    | SUMO_FILES,
}
SIMULATOR = {"libsumo", "traci"}
SIMULATOR_OWNER = Path("corridor/sumo.py")
LATE_IMPORT = re.compile(r"\b(import_module|__import__)\(")


def imports(source: str) -> list[tuple[str, str]]:
    """(module, name) of each import, wherever it stands; the name is empty for `import module`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [
                (f"{'.' * node.level}{node.module or ''}", alias.name) for alias in node.names
            ]
    return found


def face_of(package: str) -> set[str]:
    """Names that a package offers in `__all__`."""
    for node in ast.parse((ROOT / package / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def breaches(package: str, path: Path, source: str, faces: dict[str, set[str]]) -> list[str]:
    """One line for each import that the rules forbid.

    Args:
        package: The one that the file belongs to.
        path: Of the file, from the root of the project.
        source: Its text.
        faces: Names that each of our packages offers.
    """
    allowed = ALLOWED[package] | set(sys.stdlib_module_names) | {package}
    allowed |= SIMULATOR if path == SIMULATOR_OWNER else set()
    found = []
    if path != SIMULATOR_OWNER and LATE_IMPORT.search(source):
        found.append(f"{path}: imports by name hide what is imported")
    for module, name in imports(source):
        top = module.partition(".")[0]
        if top not in allowed:
            found.append(f"{path}: {package} may not import {module or 'relatively'}")
        elif top in faces and top != package:
            if module != top:
                found.append(f"{path}: {module} is inside {top}; use its face")
            elif name and name not in faces[top]:
                found.append(f"{path}: {name} is not in the face of {top}")
    return found


@pytest.mark.parametrize("package", ALLOWED)
def test_packages_import_what_they_may_and_each_other_through_faces(package):
    faces = {each: face_of(each) for each in ALLOWED}
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    assert [
        breach
        for file in files
        for breach in breaches(package, file.relative_to(ROOT), file.read_text(), faces)
    ] == []


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("controller", "import polars"),
        ("controller", "from corridor import Session"),
        ("controller", "def f():\n    import sumolib"),
        ("emissions", "import traci"),
        ("sumo_nets", "from emissions import EmissionMap"),
        ("corridor", "import libsumo as sumo"),
        ("corridor", "from controller.glosa import Glosa"),
        ("corridor", "import controller.glosa"),
        ("corridor", "from controller import glosa"),
        ("experiments", "import libsumo"),
        ("experiments", "from tests.tools import x"),
        ("experiments", "from . import runner"),
        ("experiments", "importlib.import_module('x')"),
    ],
)
def test_a_breach_of_the_rules_is_found(package, source):
    faces = {"controller": {"Glosa"}, "corridor": {"Session"}, "emissions": {"EmissionMap"}}
    assert len(breaches(package, Path(package) / "file.py", source, faces)) == 1


def test_the_face_of_another_package_and_ones_own_inside_are_open():
    source = "import controller\nfrom controller import Glosa\nfrom corridor.engine import Engine"
    faces = {"controller": {"Glosa"}, "corridor": set()}
    assert breaches("corridor", Path("corridor/session.py"), source, faces) == []


def test_only_the_owner_of_the_simulator_may_name_it():
    assert breaches("corridor", SIMULATOR_OWNER, "import libsumo, traci", {}) == []
    assert len(breaches("corridor", Path("corridor/rsu.py"), "import libsumo, traci", {})) == 2


@pytest.mark.parametrize("package", ALLOWED)
def test_a_face_only_passes_on_and_lists_what_it_passes_on(package):
    body = ast.parse((ROOT / package / "__init__.py").read_text()).body
    defined = [type(node).__name__ for node in body[1:]]
    assert set(defined) <= {"ImportFrom", "Assign"}
    passed_on = {a.name for node in body if isinstance(node, ast.ImportFrom) for a in node.names}
    assert passed_on == face_of(package)


def test_the_command_line_opens_without_what_only_some_commands_need():
    heavy = ("numpy", "polars", "pydantic", "matplotlib", "scipy", "sumolib", "cryptography")
    code = f"import sys, experiments.cli; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert told.strip() == "[]"
