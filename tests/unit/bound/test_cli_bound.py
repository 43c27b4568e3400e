from typer.testing import CliRunner

from experiments.bound.job import BoundWishes
from experiments.bound.maps import JUMPED, NAMES
from experiments.cli import app


def test_a_wrong_name_of_the_figure_is_told_before_anything_is_computed(tmp_path):
    done = CliRunner().invoke(app, ["bound", "textbook", "--figure", str(tmp_path / "bound.pdf")])
    assert done.exit_code == 2
    assert "bound.pdf' must end in .svg or .png" in done.output


def test_speeds_are_finer_where_a_map_jumps_unless_told_otherwise():
    assert set(NAMES) > JUMPED
    by_map, told = BoundWishes(accounts=NAMES), BoundWishes(accounts=NAMES, quantum_mps=0.5)
    for name in NAMES:
        assert by_map.quantum_mps_of(name) == (0.125 if name in JUMPED else 0.25)
        assert told.quantum_mps_of(name) == 0.5
