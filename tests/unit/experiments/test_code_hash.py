import pytest

from experiments.code_hash import ROOT, RUN, code_hash, sources_of
from experiments.packages import PACKAGES

FILES = {
    "controller/__init__.py": "from controller.plan import Plan\n",
    "controller/plan.py": "import numpy\n",
    "corridor/__init__.py": "",
    "experiments/__init__.py": "from experiments.door import run\n",
    "experiments/door.py": "def run():\n    from experiments.report.page import write\n",
    "experiments/page.py": "",
    "experiments/report/__init__.py": "from experiments.page import X\n",
    "experiments/report/page.py": "import experiments.door\n",
    "experiments/late.py": "import corridor\n",
    "experiments/worker.py": (
        "from controller import Plan\n\n\ndef main():\n    from experiments.late import x\n"
    ),
}


@pytest.fixture
def sources(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_is_imported_at_once_or_later_belongs_to_a_run(sources):
    found = set(sources_of("experiments.worker", sources))
    assert found >= {"experiments.worker", "experiments.late", "corridor"}
    assert found >= {"controller", "controller.plan"}


def test_packages_are_opened_and_what_their_functions_import_is_not(sources):
    found = set(sources_of("experiments.worker", sources))
    assert found >= {"experiments", "experiments.door"}
    assert not found & {"experiments.report", "experiments.report.page", "experiments.page"}


def test_a_package_in_a_package_is_opened_too(sources):
    (sources / "experiments" / "late.py").write_text("from experiments.report.page import y\n")
    found = set(sources_of("experiments.worker", sources))
    assert found >= {"experiments.report", "experiments.report.page", "experiments.page"}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_run_takes_something_from_each_of_our_packages(package):
    assert any(name.partition(".")[0] == package for name in sources_of(RUN, ROOT))


def test_commands_and_report_and_sweeps_are_no_part_of_a_run():
    found = sources_of(RUN, ROOT)
    strange = (
        "experiments.cli",
        "experiments.report",
        "experiments.sweeps",
        "experiments.main_job",
    )
    assert not [name for name in found if name.startswith(strange)]


def test_the_hash_changes_with_a_source_that_is_imported_and_with_no_other(sources, monkeypatch):
    monkeypatch.setattr("experiments.code_hash.ROOT", sources)
    before = code_hash.__wrapped__()
    (sources / "experiments" / "page.py").write_text("x = 1\n")
    (sources / "experiments" / "new.py").write_text("x = 1\n")
    assert code_hash.__wrapped__() == before
    (sources / "controller" / "plan.py").write_text("import scipy\n")
    assert code_hash.__wrapped__() != before
