"""The attainable bound of real runs, and of the textbook's signal on SUMO's own maps."""

import json

import pytest

pytestmark = pytest.mark.sumo

ACCOUNTS = ("hbefa4", "hbefa4_nojump", "phemlight5", "bev")
WITHIN_POINTS = 1.5
GRID_PCT = 0.5
"""What arms may emit less than their bounds, in all and in % of it: speeds that the grid has not,
as of a deceleration just beyond the edge of coasting."""


@pytest.fixture(scope="module")
def textbook(door, tmp_path_factory):
    done = door.call("bound", "textbook", "--json", cwd=tmp_path_factory.mktemp("textbook"))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("account", "published_pct"),
    [("hbefa4", 28.1), ("hbefa4_nojump", 10.1), ("phemlight5", 22.3), ("bev", 6.5)],
)
def test_the_textbook_signal_has_the_saving_that_others_found(textbook, account, published_pct):
    assert textbook[account]["possible_pct"] == pytest.approx(published_pct, abs=WITHIN_POINTS)


@pytest.fixture(scope="module")
def arterial(door, tmp_path_factory):
    """The first minutes of the arterial; a folder of results and the bound of it."""
    folder = tmp_path_factory.mktemp("bound")
    asked = "bound arterial --end 400 --execution automated --arms unadvised,glosa,eco --out out"
    done = door.call(
        *asked.split(), "--sample", "120", "--own", "unadvised,eco", "--json", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_no_arm_saves_more_than_is_possible(arterial, account):
    _, found = arterial
    assert found["quantum_mps"][account] == (0.125 if account in ("hbefa4", "phemlight5") else 0.25)
    assert found["n_approaches"] > 100
    assert found["accounts"][account]["possible_pct"] > 3.0
    for arm in ("glosa", "eco"):
        assert found["arms"][arm]["accounts"][account]["realised"] < 1.0
    assert found["arms"]["unadvised"]["accounts"][account]["realised"] == 0.0
    assert found["arms"]["eco"]["accounts"][account]["realised"] > 0.05


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("arm", ["unadvised", "eco"])
def test_no_vehicle_drives_below_its_own_bound(arterial, arm, account):
    _, found = arterial
    own = found["own"][arm][account]
    assert own["left_pct"] > 0.0
    assert own["below_bound_pct"] < GRID_PCT


def test_nearly_every_approach_has_a_bound(arterial):
    _, found = arterial
    assert found["n_left_out"] <= 0.05 * found["n_approaches"]


def test_the_report_shows_the_bound(arterial, door):
    folder, _ = arterial
    done = door.call("report", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "How much there was to gain" in page


def test_options_of_a_run_are_refused_for_a_folder(arterial, door):
    folder, _ = arterial
    done = door.call("bound", "out", "--end", "100", cwd=folder)
    assert done.returncode == 2
    assert "end_s is for a new run only" in done.stderr


def test_an_unknown_account_is_refused(arterial, door):
    folder, _ = arterial
    done = door.call("bound", "out", "--accounts", "hbefa9", cwd=folder)
    assert done.returncode == 2
    assert "there is no account 'hbefa9'; there are hbefa4, " in done.stderr


def test_a_scenario_of_files_is_found_from_where_it_was_run(door, tmp_path):
    assert (
        door.call(*"nets actuate resco:cologne1 --out town".split(), cwd=tmp_path).returncode == 0
    )
    words = "run town/resco-cologne1-actuated.sumocfg --arms unadvised,glosa --seeds 1"
    run = (*words.split(), *"--begin 25200 --end 25400 --out out".split())
    assert door.call(*run, cwd=tmp_path).returncode == 0
    (tmp_path / "elsewhere").mkdir()
    folder = str(tmp_path / "out")
    done = door.call("bound", folder, "--accounts", "bev", cwd=tmp_path / "elsewhere")
    assert done.returncode == 2
    base = ("--base", str(tmp_path), "--accounts", "bev")
    done = door.call("bound", folder, *base, cwd=tmp_path / "elsewhere")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "bound.json").is_file()
    # What was found of results that are replaced is not told of the new ones.
    assert door.call(*run, cwd=tmp_path).returncode == 0
    assert not (tmp_path / "out" / "bound.json").exists()
