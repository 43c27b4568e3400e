"""What is installed holds all that the program reads, not only its code."""

import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
PACKAGES = BUILT["targets"]["wheel"]["packages"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_wheel_holds_every_file_of_the_packages(tmp_path):
    builder = pytest.importorskip("hatchling.builders.wheel").WheelBuilder(str(ROOT))
    (wheel,) = builder.build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = [file for name in PACKAGES for file in (ROOT / name).rglob("*") if file.is_file()]
    wanted = {str(file.relative_to(ROOT)) for file in files if "__pycache__" not in file.parts}
    assert held == wanted
    for name in (
        "experiments/data/columns.yaml",
        "experiments/data/suites/smoke.reference.json",
        "experiments/report/languages/zh.yaml",
        "experiments/report/templates/report.html.j2",
        "emissions/data/factors.yaml",
    ):
        assert name in held
