"""What our accounts make of a recorded trace, against what SUMO's own device counted."""

import re
from xml.etree import ElementTree

import polars as pl
import pytest

from sumo_nets.binaries import run_program

pytestmark = pytest.mark.sumo

TOLERANCE = 0.005
CLASSES = {
    "HBEFA4/PC_petrol_Euro-4": ("CO2_abs", 1e-3, "co2_hbefa4_g"),
    "PHEMlight5/PC_EU4_G": ("CO2_abs", 1e-3, "co2_phemlight5_g"),
    "HBEFA4/PC_BEV": ("electricity_abs", 1.0, "energy_bev_wh"),
}
"""SUMO's class: its attribute in tripinfo, the factor to our unit, our column."""

NODES = """<nodes>
  <node id="west" x="0" y="0" z="0"/> <node id="foot" x="400" y="0" z="0" type="traffic_light"/>
  <node id="top" x="800" y="0" z="13" type="traffic_light"/> <node id="east" x="1200" y="0" z="1"/>
  <node id="n" x="400" y="200" z="6"/> <node id="s" x="800" y="-200" z="8"/>
</nodes>"""
EDGES = "west-foot foot-west foot-top top-foot top-east east-top n-foot foot-n s-top top-s"


def with_class(load, base, emission_class, folder):
    """The scenario with all vehicles of one emission class."""
    (routes,) = base.route_files
    path = folder / "classed.rou.xml"
    text, n_types = re.subn(
        r"<vType ", f'<vType emissionClass="{emission_class}" ', routes.read_text()
    )
    path.write_text(text)
    assert n_types == 1
    return load(f"{base.net_file},{path}", begin_s=base.begin_s, end_s=base.end_s)


def totals(folder, emission_class):
    """What SUMO counted of each vehicle beside what we account, in g or Wh."""
    attribute, factor, column = CLASSES[emission_class]
    rows = [
        (trip.get("id"), float(trip.find("emissions").get(attribute)) * factor)
        for trip in ElementTree.parse(folder / "tripinfo.xml").iter("tripinfo")
    ]
    sumo = pl.DataFrame(rows, schema=["vehicle_id", "sumo"], orient="row")
    ours = pl.read_parquet(folder / "vehicles.parquet").select("vehicle_id", "co2_own_g", column)
    return ours.rename({column: "ours"}).join(sumo, on="vehicle_id", how="inner", validate="1:1")


def assert_equal(folder, emission_class):
    table = totals(folder, emission_class)
    assert table.height > 50
    assert table["sumo"].sum() > 0
    assert table["ours"].sum() == pytest.approx(table["sumo"].sum(), rel=TOLERANCE)
    # One by one as well: errors do not just cancel out.
    mean = table["sumo"].mean()
    assert (table["ours"] - table["sumo"]).abs().max() < 0.03 * mean
    if CLASSES[emission_class][0] == "CO2_abs":
        assert table["co2_own_g"].to_list() == pytest.approx(table["sumo"].to_list())


@pytest.mark.parametrize("step_length_s", [1.0, 0.5])
@pytest.mark.parametrize("emission_class", CLASSES)
def test_an_account_is_what_sumo_counts_for_the_class(
    load, run_arms, tmp_path, emission_class, step_length_s
):
    base = load("resco:cologne1", end_s=25200.0 + 240)
    classed = with_class(load, base, emission_class, tmp_path)
    classed = classed.model_copy(update={"step_length_s": step_length_s})
    runs = run_arms(classed, ["none"], tmp_path / "runs")
    assert_equal(runs["none"], emission_class)


@pytest.fixture(scope="module")
def hill(tmp_path_factory):
    """A road of two signals over a hill of 3 %, with cars both ways."""
    folder = tmp_path_factory.mktemp("hill")
    (folder / "hill.nod.xml").write_text(NODES)
    edges = "".join(
        f'<edge id="{name}" from="{name.split("-")[0]}" to="{name.split("-")[1]}" numLanes="1"/>'
        for name in EDGES.split()
    )
    (folder / "hill.edg.xml").write_text(f"<edges>{edges}</edges>")
    done = run_program(
        "netconvert", "-n hill.nod.xml -e hill.edg.xml -o hill.net.xml".split(), folder=folder
    )
    assert done.returncode == 0, done.stderr
    flows = "".join(
        f'<flow id="{start}" type="car" begin="0" end="300" number="{number}" '
        f'from="{start}" to="{end}"/>'
        for start, end, number in (
            ("west-foot", "top-east", 40),
            ("east-top", "foot-west", 40),
            ("n-foot", "top-s", 10),
        )
    )
    content = f'<vType id="car" vClass="passenger"/>{flows}'
    (folder / "hill.rou.xml").write_text(f"<routes>{content}</routes>")
    return folder / "hill.net.xml"


@pytest.mark.parametrize("emission_class", CLASSES)
def test_accounts_take_slopes_as_sumo_does(load, run_arms, tmp_path, hill, emission_class):
    classed = with_class(load, load(str(hill)), emission_class, tmp_path)
    runs = run_arms(classed, ["none"], tmp_path / "runs")
    slopes = pl.read_parquet(runs["none"] / "fcd.parquet")["vehicle_slope"]
    assert slopes.min() < -1.5
    assert slopes.max() > 1.5
    assert_equal(runs["none"], emission_class)
