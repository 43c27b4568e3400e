"""The upper bound `spat: oracle`: signals of advised runs replay the run without advice."""

import polars as pl
import pytest

from sumo_nets import actuate_scenario

pytestmark = pytest.mark.sumo

ARMS = ["unadvised", "glosa", "glosa-sumo"]


@pytest.fixture(scope="module")
def actuated(load, tmp_path_factory):
    folder = tmp_path_factory.mktemp("actuated") / "new"
    path = actuate_scenario(load("resco:cologne1"), folder, control="actuated")
    return load(str(path), begin_s=25200.0, end_s=25800.0)


def vehicles(folder):
    # SUMO's own device does not tell of its advice.
    of_advice = ("arm", "advised_s", "advice_changes")
    return pl.read_parquet(folder / "vehicles.parquet").drop(*of_advice, strict=False)


def test_without_anyone_to_advise_a_replayed_run_is_the_unadvised_one(actuated, run_arms, tmp_path):
    found = run_arms(actuated, ARMS, tmp_path, spat="oracle", penetration=0.0)
    reference = vehicles(found["unadvised"])
    assert reference.height > 50
    for arm in ARMS[1:]:
        assert vehicles(found[arm]).equals(reference), arm


def test_the_reference_is_the_same_whatever_is_told(actuated, run_arms, tmp_path):
    wishes = {"execution": "automated"}
    plain = run_arms(actuated, ARMS[:2], tmp_path / "plain", **wishes)
    oracle = run_arms(actuated, ARMS[:2], tmp_path / "oracle", spat="oracle", **wishes)
    assert vehicles(oracle["unadvised"]).equals(vehicles(plain["unadvised"]))
    # Advice on the known future is another, and so are the signals under it.
    assert not vehicles(oracle["glosa"]).equals(vehicles(plain["glosa"]))


def test_a_plan_that_no_recording_outlives_is_told_before_anything_is_run(
    door, load, crossings, tmp_path
):
    folder = tmp_path / "new"
    text = crossings.read_text().replace('type="static"', 'type="actuated"')
    folder.mkdir()
    (folder / "two.net.xml").write_text(text)
    (folder / "two.rou.xml").write_text(
        '<routes><vehicle id="v" depart="0"><route edges="left0A0 A0B0"/></vehicle></routes>'
    )
    (folder / "plan.add.xml").write_text(
        '<additional><WAUT id="w" startProg="0"><wautSwitch time="60" to="0"/></WAUT>'
        '<wautJunction wautID="w" junctionID="A0"/></additional>'
    )
    (folder / "two.sumocfg").write_text(
        '<configuration><net-file value="two.net.xml"/><route-files value="two.rou.xml"/>'
        '<additional-files value="plan.add.xml"/></configuration>'
    )
    (folder / "bound.yaml").write_text("scenario: two.sumocfg\nspat: oracle\nseeds: 1\n")
    done = door.call("run", str(folder / "bound.yaml"), cwd=tmp_path)
    assert done.returncode == 2
    assert "signal 'A0' is decided by traffic and changes its program by plan" in done.stderr
    assert not (tmp_path / "runs").exists()
