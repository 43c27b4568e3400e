from typer.testing import CliRunner

from experiments.cli import app


def test_a_wrong_name_of_the_figure_is_told_before_anything_is_computed(tmp_path):
    done = CliRunner().invoke(app, ["bound", "textbook", "--figure", str(tmp_path / "bound.pdf")])
    assert done.exit_code == 2
    assert "bound.pdf' must end in .svg or .png" in done.output
