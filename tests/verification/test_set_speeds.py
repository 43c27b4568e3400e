"""What SUMO makes of speeds that are set: the traffic ahead comes first."""

import numpy as np
import pytest

from corridor import SumoEngine
from sumo_nets import load_scenario, sumo_home

STEP_S = 0.5
TRAFFIC = """<routes>
  <vType id="close" carFollowModel="IDM" tau="0.3" accel="0.8" decel="1.5" speedDev="0"
    lcStrategic="-1" lcSpeedGain="0" lcCooperative="0" lcKeepRight="0"/>
  <vType id="firm" decel="4.5" sigma="0" speedDev="0"/>
  <route id="way" edges="east_start"/>
  <vehicle id="leader" type="firm" route="way" depart="0" departLane="0"
    departPos="70" departSpeed="12">
    <stop lane="east_start_0" startPos="145" endPos="150" duration="60"/></vehicle>
  <vehicle id="follower" type="close" route="way" depart="0" departLane="0"
    departPos="50" departSpeed="12"/>
</routes>"""


@pytest.fixture
def drive(tmp_path):
    """Drive the two in an engine: speeds of the follower, and gaps between them."""
    scenario = load_scenario("arterial", cache_dir=tmp_path / "cache")
    routes = tmp_path / "two.rou.xml"
    routes.write_text(TRAFFIC)

    def run(engine):
        speeds_mps, gaps_m = [], []
        engine.start(
            [
                *("--net-file", str(scenario.net_file), "--route-files", str(routes)),
                *("--step-length", str(STEP_S), "--no-step-log", "true"),
                *("--collision.action", "warn", "--time-to-teleport", "-1"),
            ]
        )
        try:
            for _ in range(40):
                engine.step()
                ahead_m, behind_m = engine.positions_m(["leader", "follower"])
                gaps_m.append(ahead_m - 5.0 - behind_m)
                speeds_mps.append(float(engine.speeds_mps(["follower"])[0]))
                engine.set_speeds(["follower"], [12.0])
        finally:
            engine.close()
        return np.array(speeds_mps), np.array(gaps_m)

    return run


@pytest.mark.sumo
def test_whose_speed_is_set_still_brakes_as_hard_as_the_traffic_ahead_demands(drive):
    engine = SumoEngine(sumo_home())
    # Nor is the second run of an engine another one, with vehicles of the same names.
    for _ in range(2):
        speeds_mps, gaps_m = drive(engine)
        assert speeds_mps[-1] < 0.1
        assert np.diff(speeds_mps).min() / STEP_S < -1.6
        assert gaps_m.min() > 0.0
