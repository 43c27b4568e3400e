"""What tests with SUMO share: scenarios, a cache of their own, runs in child processes."""

import fcntl
import gzip
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from experiments.code_hash import code_hash
from experiments.config import Experiment
from experiments.engines.local import Runner
from experiments.order import Order
from sumo_nets import Scenario, load_scenario
from sumo_nets.binaries import run_program

MAIN = "left0A0 A0B0 B0right0"
ADDITIONAL = f"""<additional>
  <busStop id="stop" lane="A0B0_1" startPos="100" endPos="140" lines="77"/>
  <vTypeDistribution id="mix">
    <vType id="car" vClass="passenger" probability="0.7" scale="1.0"/>
    <vType id="lorry" vClass="truck" probability="0.3">
      <param key="has.ssm.device" value="true"/>
    </vType>
  </vTypeDistribution>
  <vType id="bus" vClass="bus" carFollowModel="IDM"/>
  <route id="through" edges="{MAIN}"/>
  <inductionLoop id="e1" lane="A0B0_1" pos="20" period="60" file="e1.xml"/>
  <laneAreaDetector id="e2" lane="A0B0_1" pos="20" length="30" period="60" file="e2.xml"/>
  <entryExitDetector id="e3" period="60" file="e3.xml">
    <detEntry lane="A0B0_1" pos="20"/><detExit lane="A0B0_1" pos="90"/></entryExitDetector>
  <edgeData id="ed" file="edges.xml" period="100"/>
  <tlLogic id="A0" programID="night" type="static" offset="0">NIGHT</tlLogic>
  <WAUT startProg="0" refTime="100" id="w"><wautSwitch time="200" to="night"/></WAUT>
  <wautJunction wautID="w" junctionID="A0"/>
  <timedEvent type="SaveTLSStates" source="A0" dest="states.xml"/>
  <flow id="early" begin="100" end="300" period="60" type="mix" route="through"/>
</additional>
"""
ROUTES = f"""<routes>
  <routeDistribution id="either">
    <route id="long" edges="{MAIN}" probability="0.5"/>
    <route id="short" edges="left0A0 A0top0" probability="0.5"/>
  </routeDistribution>
  <route id="stopping" edges="{MAIN}">
    <stop lane="A0B0_2" endPos="60" duration="5" until="70"/></route>
  <vehicle id="past" depart="50" route="through"/>
  <flow id="steady" begin="100" end="300" vehsPerHour="400" type="mix" from="left0A0" to="B0right0"
    departLane="free"/>
  <flow id="coin" begin="100" end="300" probability="0.05" type="mix" route="either"/>
  <flow id="chance" begin="100" end="300" period="exp(0.1)" route="through" departSpeed="max"/>
  <flow id="counted" begin="100" end="300" number="4" type="car" from="top0A0" to="A0bottom0"/>
  <flow id="halting" begin="100" end="300" period="80" type="car" route="stopping">
    <stop lane="B0right0_2" endPos="50" duration="3" until="160"/></flow>
  <personFlow id="walkers" begin="100" end="300" period="50">
    <walk from="left0A0" to="B0right0"/></personFlow>
  <vehicle id="drawn" depart="100" type="mix" route="either" departLane="best" departSpeed="max"/>
  <vehicle id="waiting" depart="triggered" type="car" route="through" departPos="10"/>
  <person id="driver" depart="101"><ride from="left0A0" to="B0right0" lines="waiting"/></person>
  <person id="rider" depart="102">
    <walk from="left0A0" busStop="stop"/><ride to="B0right0" lines="77"/></person>
  <vehicle id="line" depart="110" type="bus" line="77">
    <route edges="{MAIN}"/><stop busStop="stop" duration="20" until="180"/>
    <param key="has.rerouting.device" value="true"/><param key="colour.of.door" value="red"/>
  </vehicle>
  <trip id="via" depart="112.35" type="car" from="bottom0A0" to="B0right0" via="A0B0">
    <stop lane="B0right0_2" endPos="30" duration="5"/></trip>
  <trip id="plain" depart="130" from="A0B0" to="B0right0"/>
  <person id="owner" depart="140"><personTrip from="left0A0" to="B0right0" modes="car"/></person>
</routes>
"""
MORE = """<routes><include href="included.rou.xml"/>
  <trip id="zipped" depart="0:2:30" type="car" from="right0B0" to="A0left0"/></routes>"""
INCLUDED = (
    '<routes><trip id="inner" depart="149.5" type="lorry" from="right0B0" to="A0left0"/></routes>'
)
CONFIGURATION = """<sumoConfiguration>
  <input><net-file value="town.net.xml"/>
    <route-files value="a.rou.xml, more/b.rou.xml.gz"/>
    <additional-files value="a.add.xml"/></input>
  <output><tripinfo-output value="trips.xml"/><fcd-output value="fcd.xml"/></output>
  <time><begin value="100"/><end value="300"/><step-length value="0.5"/></time>
  <processing><time-to-teleport value="120"/><max-depart-delay value="60"/>
    <lateral-resolution value="0.8"/></processing>
  <routing><device.rerouting.probability value="0.3"/></routing>
  <random_number><seed value="7"/></random_number>
  <report><verbose value="true"/></report>
</sumoConfiguration>
"""


Load = Callable[..., Scenario]
RunArms = Callable[..., dict[str, Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The console command, with a cache that no other session of tests uses."""

    cache_home: Path

    def call(
        self, *words: str, cwd: Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self._command(words),
            cwd=cwd,
            env=self._environment(environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *words: str, cwd: Path) -> subprocess.Popen[str]:
        """Start a command; Ctrl-C reaches it even where a shell told us to ignore it."""
        return subprocess.Popen(
            self._command(words),
            cwd=cwd,
            env=self._environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_obey_ctrl_c,  # noqa: PLW1509 (no threads are about)
        )

    def _command(self, words: Sequence[str]) -> list[str]:
        return [str(Path(sys.executable).with_name("ecocorridor")), *words]

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**os.environ, "XDG_CACHE_HOME": str(self.cache_home), **more}


def _obey_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory) -> Path:
    """One for all processes of a session: emission maps take long to make."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache-home"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture(scope="session")
def cache_dir(cache_home) -> Path:
    return cache_home / "ecocorridor"


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser to look at pages with."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip(f"none of {', '.join(names)} is on this machine")
    return path


@pytest.fixture(scope="session")
def door(cache_home) -> Door:
    if not Path(sys.executable).with_name("ecocorridor").is_file():
        pytest.skip("the console script is not installed; 'make install' brings it")
    return Door(cache_home=cache_home)


@pytest.fixture(scope="session")
def load(cache_dir) -> Load:
    """`load_scenario` that skips where the public networks are not installed."""

    def find(name: str, **window: object) -> Scenario:
        if name.startswith("resco:") and importlib.util.find_spec("sumo_rl") is None:
            pytest.skip("needs the extra 'scenarios' (package sumo-rl)")
        return load_scenario(name, cache_dir=cache_dir, **window)

    return find


@pytest.fixture(scope="session")
def run_arms(cache_dir) -> RunArms:
    """Run some arms of a scenario, one child process each; the folder of each finished run."""

    def run(scenario: Scenario, arms: Sequence[str], out: Path, **wishes: object):
        api, seed = wishes.pop("api", "libsumo"), wishes.pop("seed", 1)
        records = wishes.pop("records", False)
        experiment = Experiment.model_validate(
            {"scenario": scenario.name, "arms": arms, "seeds": [seed], **wishes}
        )
        orders = {
            arm: Order(
                experiment=experiment,
                scenario=scenario,
                arm=arm,
                seed=seed,
                cache_dir=cache_dir,
                out=out / str(number),
                keeps_raw=True,
                records=records,
                api=api,
                gui=False,
                code_sha256=code_hash(),
            )
            for number, arm in enumerate(arms)
        }
        ends = Runner(n_jobs=1, tell=lambda _event: None).do(tuple(orders.values()))
        assert set(ends) == {None}, ends
        return {arm: order.out for arm, order in orders.items()}

    return run


NOTED = """
import numpy as np
from controller import Advice, Reason

class Noted:
    NOTES = ("target_s",)

    def advise(self, seen):
        n = seen.distance_m.size
        return Advice(
            speed_mps=np.full(n, np.nan),
            reason=np.full(n, Reason.NOT_NEEDED),
            memory=np.ones_like(seen.memory),
        )
"""


ONE_CLASS = """
version: "of the tests"
class_sets:
  petrol:
    {carrier: petrol, shares: {HBEFA4/PC_petrol_Euro-4: 1.0}, source: x, year: 2024,
     quality: assumed}
mixes:
  one-class:
    title: All drive the petrol car whose map is there anyway
    groups:
      all:
        vehicle_classes: [passenger, private, taxi, hov, delivery, truck, trailer, bus, coach, tram,
          motorcycle, moped, evehicle, emergency, custom1, custom2, pedestrian, bicycle]
        rows:
          - {powertrain: petrol, share: 1.0, classes: petrol, source: x, year: 2024,
             quality: assumed}
"""


@pytest.fixture(scope="session")
def small_results(door, tmp_path_factory) -> Path:
    """A folder of results with all that a run can write; beside it are its key and its mix."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "small"
    # All workers of a session have the same parent: one makes the results, the others wait.
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "results" / "report.html").is_file():
            _make_small_results(door, folder)
    return folder / "results"


def _make_small_results(door, folder):
    (folder / "noted.py").write_text(NOTED)
    (folder / "one_class.yaml").write_text(ONE_CLASS)
    arms = ("--arms", "unadvised,eco", "--policy", "noted.py:Noted", "--seeds", "2", "--end", "60")
    fleet = ("--fleet-mix", "one_class.yaml", "--grid", "CN/2023", "--penetration", "0.8")
    more = ("--accounts", "HBEFA4/PC_petrol_Euro-4:fuel", "--ledger", "--key", "key.pem")
    words = ("run", "arterial", *arms, *fleet, *more, "--out", "results")
    done = door.call(*words, cwd=folder)
    assert done.returncode == 0, done.stderr


SWEEP = """
scenario: arterial
end_s: 60
arms: [unadvised, eco]
seeds: 2
grid:
  penetration: [0.5, 1]
  rsu.range_m: [300, 600]
"""


@pytest.fixture(scope="session")
def small_sweep(door, small_results) -> Path:
    """A folder of a finished sweep; its file is beside it."""
    folder = small_results.parent
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "sweep" / "summary.json").is_file():
            (folder / "sweep.yaml").write_text(SWEEP)
            done = door.call("sweep", "sweep.yaml", "--out", "sweep", cwd=folder)
            assert done.returncode == 0, done.stderr
    return folder / "sweep"


@pytest.fixture(scope="session")
def crossings(tmp_path_factory) -> Path:
    """A network of two signals, `A0` and `B0`, in a row; its demand is empty."""
    folder = tmp_path_factory.mktemp("crossings")
    grid = "--grid --grid.x-number 2 --grid.y-number 1 --grid.length 300 --grid.attach-length 200"
    signals = ["--default-junction-type", "traffic_light"]
    done = run_program("netgenerate", [*grid.split(), *signals, "-o", "two.net.xml"], folder=folder)
    assert done.returncode == 0, done.stderr
    (folder / "two.rou.xml").write_text("<routes/>")
    return folder / "two.net.xml"


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Path:
    """A configuration with two signals in a folder of its own."""
    folder = tmp_path_factory.mktemp("town")
    grid = "--grid --grid.x-number 2 --grid.y-number 1 --grid.length 300 --grid.attach-length 200"
    rest = "--default.lanenumber 2 --sidewalks.guess --crossings.guess --tls.guess"
    done = run_program(
        "netgenerate", [*grid.split(), *rest.split(), "-o", "town.net.xml"], folder=folder
    )
    assert done.returncode == 0, done.stderr
    net = ElementTree.parse(folder / "town.net.xml")
    phases = next(logic for logic in net.iter("tlLogic") if logic.get("id") == "A0")
    night = "".join(f'<phase duration="20" state="{p.get("state")}"/>' for p in phases)
    (folder / "a.add.xml").write_text(ADDITIONAL.replace("NIGHT", night))
    (folder / "a.rou.xml").write_text(ROUTES)
    (folder / "more").mkdir()
    (folder / "more" / "b.rou.xml.gz").write_bytes(gzip.compress(MORE.encode()))
    (folder / "more" / "included.rou.xml").write_text(INCLUDED)
    (folder / "town.sumocfg").write_text(CONFIGURATION)
    return folder
