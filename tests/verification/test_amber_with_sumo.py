"""Who crosses when the amber comes: SUMO's cars, and what the discharge takes of them."""

from xml.etree import ElementTree

import numpy as np
import pytest

from controller.wave import Wave, last_on_amber_s
from sumo_nets.binaries import run_program

pytestmark = pytest.mark.sumo

CYCLE_S, GREEN_S, AMBER_S = 60.0, 30.0, 3.0
DRIVE_S, GRID_S = 20.0, 0.1
LATENESS_S = [round(GRID_S * i, 1) for i in range(-12, 31)]
"""How late cars that nothing slows down come to the line, behind the end of green."""
NODES = """<nodes><node id="a" x="0" y="0"/><node id="b" x="400" y="0" type="traffic_light"/>
  <node id="c" x="800" y="0"/></nodes>"""
EDGES = """<edges><edge id="ab" from="a" to="b" speed="20"/>
  <edge id="bc" from="b" to="c" speed="20"/></edges>"""
SIGNAL = f"""<additional><tlLogic id="b" programID="own" type="static" offset="0">
  <phase duration="{GREEN_S}" state="G"/><phase duration="{AMBER_S}" state="y"/>
  <phase duration="{CYCLE_S - GREEN_S - AMBER_S}" state="r"/></tlLogic></additional>"""


@pytest.mark.parametrize(
    ("model", "decel_mps2", "step_s", "speed_mps"),
    [
        *(("Krauss", 4.5, step_s, 14.0) for step_s in (1.0, 0.5, 0.1)),
        *(("Krauss", 3.0, 1.0, 14.0), ("Krauss", 2.0, 0.5, 14.0), ("Krauss", 4.5, 1.0, 9.0)),
        *(("Krauss", 4.5, 1.0, 18.0), ("IDM", 1.7, 0.5, 14.0), ("IDM", 4.5, 1.0, 14.0)),
    ],
)
def test_cars_cross_on_amber_as_late_as_the_discharge_takes_it(
    tmp_path, model, decel_mps2, step_s, speed_mps
):
    kind = f'carFollowModel="{model}" decel="{decel_mps2}" maxSpeed="{speed_mps}"'
    found_s = latest_s(tmp_path, kind, step_s, speed_mps)
    expected_s = last_on_amber_s(
        Wave(), np.array([speed_mps]), np.array([decel_mps2]), step_length_s=step_s
    )
    assert found_s == pytest.approx(float(expected_s[0]), abs=GRID_S + 1e-6)


def latest_s(folder, kind, step_s, speed_mps):
    """How long behind the end of green the last car comes that crosses: one car a cycle.

    A car that is inserted first moves a step later.
    """
    lane_m = network(folder)
    cars = [
        f'<vehicle id="{i}" type="car" route="way" departLane="0" departSpeed="max"'
        f' departPos="{lane_m - speed_mps * (DRIVE_S - step_s + late_s):.2f}"'
        f' depart="{(i + 1) * CYCLE_S + GREEN_S - DRIVE_S}"/>'
        for i, late_s in enumerate(LATENESS_S)
    ]
    kind += ' sigma="0" speedFactor="1" speedDev="0"'
    (folder / "cars.rou.xml").write_text(
        f'<routes><vType id="car" {kind}/><route id="way" edges="ab bc"/>{"".join(cars)}</routes>'
    )
    words = "-n one.net.xml -a signal.add.xml -r cars.rou.xml --tripinfo-output trips.xml"
    done = run_program("sumo", [*words.split(), "--step-length", str(step_s)], folder=folder)
    assert done.returncode == 0, done.stderr
    trips = ElementTree.parse(folder / "trips.xml").getroot()
    waits_s = {int(trip.get("id")): float(trip.get("waitingTime")) for trip in trips}
    assert len(waits_s) == len(LATENESS_S)
    crossed = [late_s for i, late_s in enumerate(LATENESS_S) if waits_s[i] == 0.0]
    assert LATENESS_S[0] in crossed and LATENESS_S[-1] not in crossed
    return max(crossed)


def network(folder):
    """A road with a signal; the length of the way to its line."""
    for name, text in (("one.nod.xml", NODES), ("one.edg.xml", EDGES), ("signal.add.xml", SIGNAL)):
        (folder / name).write_text(text)
    words = "-n one.nod.xml -e one.edg.xml -o one.net.xml --no-turnarounds"
    done = run_program("netconvert", words.split(), folder=folder)
    assert done.returncode == 0, done.stderr
    net = ElementTree.parse(folder / "one.net.xml")
    return float(net.find("edge[@id='ab']/lane").get("length"))
