"""A small road and a small engine: enough of SUMO to test what stands on it."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest

from corridor import EngineError, RoadNetwork
from corridor.engine import SignalState, VehicleFacts
from corridor.programs import Control, Phase, Program

# n0 =a=> J1 =b1=> K =b2=> J2 =c=> n3, back over rc, rb, ra; s joins at J1, d leaves at J2.
# J1 and J2 have signals. b2_1 leads to d only; from s a left turn crosses J1 in two parts.
LANES = {
    ":J1_0_0": (10.0, 13.89, "100,0 110,0"),
    ":J1_1_0": (10.5, 13.89, "100,3 110,3"),
    ":J1_2_0": (6.0, 5.0, "105,-5 103,-1"),
    ":J1_3_0": (7.0, 5.0, "105,-5 110,0"),
    ":J1_4_0": (4.0, 5.0, "103,-1 100,5"),
    ":J1_5_0": (10.0, 13.89, "110,8 100,8"),
    ":K_0_0": (2.0, 13.89, "190,0 192,0"),
    ":K_0_1": (2.0, 13.89, "190,3 192,3"),
    ":J2_0_0": (12.0, 13.89, "312,0 324,0"),
    ":J2_1_0": (9.0, 8.0, "312,3 318,9"),
    ":J2_2_0": (12.0, 13.89, "324,8 312,8"),
    "a_0": (100.0, 13.89, "0,0,0 100,0,1"),
    "a_1": (100.0, 13.89, "0,3,0 100,3,1"),
    "s_0": (50.0, 8.33, "105,-55 105,-5"),
    "b1_0": (80.0, 13.89, "110,0 190,0"),
    "b1_1": (80.0, 13.89, "110,3 190,3"),
    "b2_0": (120.0, 16.67, "192,0 312,0"),
    "b2_1": (120.0, 16.67, "192,3 312,3"),
    "c_0": (60.0, 13.89, "324,0 384,0"),
    "d_0": (70.0, 13.89, "318,9 318,79"),
    "rc_0": (60.0, 13.89, "384,8 324,8"),
    "rb_0": (202.0, 13.89, "312,8 110,8"),
    "ra_0": (100.0, 13.89, "100,8 0,8"),
}
ENDS = {
    "a": ("n0", "J1", "High Street"),
    "s": ("m", "J1", "Side Lane"),
    "b1": ("J1", "K", "High Street"),
    "b2": ("K", "J2", "High Street"),
    "c": ("J2", "n3", ""),
    "d": ("J2", "o", ""),
    "rc": ("n3", "J2", ""),
    "rb": ("J2", "J1", "High Street"),
    "ra": ("J1", "n0", ""),
}
# From lane, to lane, lanes over the junction, signal and letter, direction.
CONNECTIONS = (
    ("a_0", "b1_0", (":J1_0_0",), ("J1", 0), "s"),
    ("a_1", "b1_1", (":J1_1_0",), ("J1", 1), "s"),
    ("s_0", "ra_0", (":J1_2_0", ":J1_4_0"), ("J1", 2), "l"),
    ("s_0", "b1_0", (":J1_3_0",), ("J1", 3), "r"),
    ("rb_0", "ra_0", (":J1_5_0",), ("J1", 4), "s"),
    ("b1_0", "b2_0", (":K_0_0",), None, "s"),
    ("b1_1", "b2_1", (":K_0_1",), None, "s"),
    ("b2_0", "c_0", (":J2_0_0",), ("J2", 0), "s"),
    ("b2_1", "d_0", (":J2_1_0",), ("J2", 1), "l"),
    ("rc_0", "rb_0", (":J2_2_0",), ("J2", 2), "s"),
)


def _edges_text():
    edges = {}
    for lane, (length_m, limit_mps, shape) in LANES.items():
        edge, _, index = lane.rpartition("_")
        edges.setdefault(edge, []).append(
            f'<lane id="{lane}" index="{index}" speed="{limit_mps}" length="{length_m}" '
            f'shape="{shape}"/>'
        )
    for edge, lanes in edges.items():
        if edge.startswith(":"):
            head = f'<edge id="{edge}" function="internal">'
        else:
            begin, end, name = ENDS[edge]
            named = f' name="{name}"' if name else ""
            head = f'<edge id="{edge}" from="{begin}" to="{end}" priority="1"{named}>'
        yield f"{head}{''.join(lanes)}</edge>"


def _junctions_text():
    places = {"n0": (0, 0), "J1": (105, 0), "K": (191, 0), "J2": (318, 0), "n3": (384, 0)}
    places |= {"m": (105, -55), "o": (318, 79)}
    for name, (x, y) in places.items():
        within = " ".join(lane for lane in LANES if lane.startswith(f":{name}_"))
        kind = "traffic_light" if name in ("J1", "J2") else "priority"
        incoming = " ".join(
            lane for lane in LANES if ENDS.get(lane.rpartition("_")[0], ("", ""))[1] == name
        )
        yield (
            f'<junction id="{name}" type="{kind}" x="{x}" y="{y}" incLanes="{incoming}" '
            f'intLanes="{within}" shape="0,0 1,0 1,1"/>'
        )


def _connections_text():
    for begin, end, over, controlled, direction in CONNECTIONS:
        (from_edge, _, from_index), (to_edge, _, to_index) = (
            begin.rpartition("_"),
            end.rpartition("_"),
        )
        signal = f' tl="{controlled[0]}" linkIndex="{controlled[1]}"' if controlled else ""
        yield (
            f'<connection from="{from_edge}" to="{to_edge}" fromLane="{from_index}" '
            f'toLane="{to_index}" via="{over[0]}"{signal} dir="{direction}" state="o"/>'
        )
        for place, lane in enumerate(over):
            edge, _, index = lane.rpartition("_")
            via = f' via="{over[place + 1]}"' if place + 1 < len(over) else ""
            yield (
                f'<connection from="{edge}" to="{to_edge}" fromLane="{index}" '
                f'toLane="{to_index}"{via} dir="{direction}" state="M"/>'
            )


def _network_text():
    return "\n".join(
        (
            '<net version="1.20">',
            '<location netOffset="0,0" convBoundary="0,-55,384,79" origBoundary="0,-55,384,79" '
            'projParameter="!"/>',
            *_edges_text(),
            *_junctions_text(),
            *_connections_text(),
            "</net>",
        )
    )


@pytest.fixture(scope="session")
def net_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("net") / "small.net.xml"
    path.write_text(_network_text(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def network(net_file):
    return RoadNetwork(net_file)


def phases(*rows):
    """Phases from (state, duration[, least, greatest[, following]])."""
    made = []
    for state, duration_s, *rest in rows:
        least_s, greatest_s = rest[:2] if len(rest) >= 2 else (duration_s, duration_s)
        following = rest[2] if len(rest) > 2 else ()
        made.append(
            Phase(
                state=state,
                duration_s=float(duration_s),
                min_s=float(least_s),
                max_s=float(greatest_s),
                following=following,
            )
        )
    return tuple(made)


@pytest.fixture(scope="session")
def make_program():
    def make(*rows, control=Control.STATIC, offset_s=0.0, program_id="0"):
        return Program(
            program_id=program_id, control=control, offset_s=offset_s, phases=phases(*rows)
        )

    return make


NOWHERE = -1073741824.0
"""What SUMO tells of who is on no road."""


class Motion(NamedTuple):
    """Where a vehicle is and how fast."""

    lane: str
    position_m: float
    speed_mps: float


class FakeEngine:
    """Vehicles drive along lanes at the speed they are told; signals show what a test says."""

    def __init__(self, *, step_length_s=1.0, begin_s=0.0):
        self.step_length_s, self.now_s = step_length_s, begin_s
        self.begin_s, self.n_steps = begin_s, 0
        self.known = {}
        self.states, self.plans = {}, {}
        self.forced, self.shown = {}, []
        self.calls, self.commands = [], []
        self.n_read = Counter()
        self.stopped = set()
        self.vanished = set()
        self.teleporting = set()
        self._departed, self._arrived = [], []

    def add_signal(self, signal, program, state=None, **others):
        """A fixed program runs by itself; `state` overrides what the controller tells."""
        self.plans[signal] = {program.program_id: program, **others}
        self.states[signal] = state or (lambda time_s: self._fixed(program, time_s))

    def _fixed(self, program, time_s):
        place, end_s = program.position(self.begin_s, time_s)
        length_s = program.phases[place].duration_s
        return SignalState(program.program_id, place, length_s - (end_s - time_s), end_s)

    def add_vehicle(self, name, *, route, way, depart_s=0.0, speed_mps=13.89, **facts):
        """`way`: lanes and their lengths, in order."""
        plain = {
            "vehicle_class": "passenger",
            "speed_factor": 1.0,
            "max_speed_mps": 50.0,
            "accel_mps2": 2.6,
            "decel_mps2": 4.5,
            "length_m": 5.0,
            "min_gap_m": 2.5,
        }
        self.known[name] = {
            "facts": VehicleFacts(route=tuple(route), **{**plain, **facts}),
            "way": list(way),
            "depart_s": depart_s,
            "along_m": 0.0,
            "wish_mps": speed_mps,
            "speed_mps": speed_mps,
            "is_on_road": False,
            "is_gone": False,
        }

    def start(self, arguments):
        self.calls.append("start")

    def close(self):
        self.calls.append("close")

    def step(self):
        self.calls.append("step")
        self.n_steps += 1
        self.now_s = round(self.begin_s + self.n_steps * self.step_length_s, 6)
        self._departed, self._arrived = [], []
        for name, car in self.known.items():
            if car["is_on_road"]:
                car["along_m"] += car["speed_mps"] * self.step_length_s
                if car["along_m"] >= sum(length_m for _, length_m in car["way"]):
                    car["is_on_road"], car["is_gone"] = False, True
                    self._arrived.append(name)
            elif not car["is_gone"] and car["depart_s"] <= self.now_s:
                car["is_on_road"] = True
                self._departed.append(name)

    def time_s(self):
        return self.now_s

    def n_expected(self):
        return sum(not car["is_gone"] for car in self.known.values())

    def departed(self):
        return tuple(self._departed)

    def arrived(self):
        return tuple(self._arrived)

    def running(self):
        return tuple(
            name
            for name, car in self.known.items()
            if car["is_on_road"] and name not in self.vanished | self.teleporting
        )

    def facts(self, vehicle_id):
        return self.known[vehicle_id]["facts"]

    def lanes(self, vehicle_ids):
        return [self.motion(v).lane for v in vehicle_ids]

    def positions_m(self, vehicle_ids):
        self.calls.append("positions_m")
        self.n_read.update(vehicle_ids)
        return np.array([self.motion(v).position_m for v in vehicle_ids])

    def speeds_mps(self, vehicle_ids):
        return np.array([self.motion(v).speed_mps for v in vehicle_ids])

    def motion(self, vehicle_id):
        if vehicle_id in self.vanished:
            raise EngineError(f"Vehicle '{vehicle_id}' is not known.")
        if vehicle_id in self.teleporting:
            return Motion("", NOWHERE, NOWHERE)
        car = self.known[vehicle_id]
        rest_m = car["along_m"]
        for lane, length_m in car["way"]:
            if rest_m < length_m:
                return Motion(lane, rest_m, car["speed_mps"])
            rest_m -= length_m
        raise AssertionError(vehicle_id)

    def is_stopped(self, vehicle_id):
        self.calls.append("is_stopped")
        return vehicle_id in self.stopped

    def set_speeds(self, vehicle_ids, speeds_mps):
        for vehicle_id, speed_mps in zip(vehicle_ids, speeds_mps, strict=True):
            self.commands.append((self.now_s, "speed", vehicle_id, speed_mps))
            car = self.known[vehicle_id]
            car["speed_mps"] = car["wish_mps"] if speed_mps < 0 else speed_mps

    def set_speed_factors(self, vehicle_ids, factors):
        for vehicle_id, factor in zip(vehicle_ids, factors, strict=True):
            self.commands.append((self.now_s, "factor", vehicle_id, factor))
            car = self.known[vehicle_id]
            limit_mps = LANES[self.motion(vehicle_id).lane][1]
            car["speed_mps"] = min(car["wish_mps"], factor * limit_mps)

    def signal(self, signal_id):
        self.calls.append("signal")
        return self.states[signal_id](self.now_s)

    def signal_letters(self, signal_ids):
        return [self._letters(signal_id) for signal_id in signal_ids]

    def _letters(self, signal_id):
        if signal_id in self.forced:
            return self.forced[signal_id]
        state = self.states[signal_id](self.now_s)
        return self.plans[signal_id][state.program_id].phases[state.phase].state

    def set_signal_letters(self, signal_id, letters):
        self.forced[signal_id] = letters
        self.shown.append((self.now_s, signal_id, letters))

    def programs(self, signal_id):
        self.calls.append("programs")
        return self.plans[signal_id]


@pytest.fixture(scope="session")
def make_engine():
    return FakeEngine


@pytest.fixture(scope="session")
def main_way():
    """Lanes of the way a-b1-b2-c, with their lengths."""
    lanes = ("a_0", ":J1_0_0", "b1_0", ":K_0_0", "b2_0", ":J2_0_0", "c_0")
    return tuple((lane, LANES[lane][0]) for lane in lanes)
