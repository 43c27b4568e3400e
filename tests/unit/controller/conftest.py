"""Roads without a simulator: vehicles, greens, and emission maps that can be worked by hand."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import controller.plan
from controller import MEMORY_WIDTH, Beyond, Eco, EcoParameters, Observation, Traffic

CAR = {
    "distance_m": 300.0,
    "speed_mps": 14.0,
    "ceiling_mps": 14.0,
    "crossing_mps": 14.0,
    "accel_mps2": 2.6,
    "decel_mps2": 4.5,
    "storage_m": np.inf,
    "space_m": 7.5,
    "lane": 0,
    "link": 0,
}
NOTHING_BEYOND = {
    "link": -1,
    "lane": -1,
    "way_m": np.nan,
    "storage_m": np.nan,
    "ceiling_mps": np.nan,
    "crossing_mps": np.nan,
}


def make_traffic(cars, greens, *, longer_s=0.0, step_length_s=1.0):
    """Traffic of cars (what differs from `CAR`) and of greens, a list of (start, end) per link.

    Args:
        cars: A dictionary each; under `beyond` what differs from `NOTHING_BEYOND`.
        greens: Per link; NaN fills what is not there.
        longer_s: So much longer greens last in nine cases of ten.
    """
    rows = [
        {
            **CAR,
            **dict.fromkeys(("present_lane", "stop_edge"), car.get("lane", 0)),
            "position_m": 1000.0 - car.get("distance_m", CAR["distance_m"]),
            **car,
        }
        for car in cars
    ]
    columns = columns_of(rows, (*CAR, "present_lane", "stop_edge", "position_m"))
    columns["yields_first"] = np.array([car.get("yields_first", False) for car in cars], dtype=bool)
    onward = [{**NOTHING_BEYOND, **car.get("beyond", {})} for car in cars]
    width = max((len(windows) for windows in greens), default=0)
    starts_s, ends_s = np.full((2, len(greens), width), np.nan)
    for link, windows in enumerate(greens):
        for place, (start_s, end_s) in enumerate(windows):
            starts_s[link, place], ends_s[link, place] = start_s, end_s
    return Traffic(
        **columns,
        step_length_s=step_length_s,
        green_start_s=starts_s,
        green_end_s=ends_s,
        likely_start_s=starts_s,
        likely_end_s=ends_s,
        start_q10_s=starts_s,
        start_q90_s=starts_s,
        end_q90_s=ends_s + longer_s,
        beyond=Beyond(**columns_of(onward, NOTHING_BEYOND)),
    )


def columns_of(rows, names):
    """One array per name; those of lanes and links are whole numbers."""
    numbers = {"lane", "present_lane", "stop_edge", "link"}
    return {
        name: np.array([row[name] for row in rows], dtype=np.int64 if name in numbers else float)
        for name in names
    }


def make_seen(cars, greens, *, equipped=None, early_s=0.0, late_s=0.0, longer_s=0.0, **columns):
    """What a policy sees of them.

    Args:
        cars: As for the traffic.
        greens: As for the traffic.
        equipped: Rows of those who may be advised; None: all.
        early_s: The 10th percentile of starts is so much before the likely start.
        late_s: The 90th is so much behind it.
        longer_s: The 90th percentile of ends is so much behind the likely end.
        columns: What else differs.
    """
    step_length_s = columns.get("step_length_s", 1.0)
    traffic = make_traffic(cars, greens, longer_s=longer_s, step_length_s=step_length_s)
    traffic = replace(
        traffic,
        start_q10_s=traffic.likely_start_s - early_s,
        start_q90_s=traffic.likely_start_s + late_s,
    )
    rows = np.arange(len(cars)) if equipped is None else np.array(equipped, dtype=np.int64)
    starts_s, ends_s = traffic.likely_start_s[traffic.link], traffic.likely_end_s[traffic.link]
    filler = np.zeros(rows.size)
    content = {
        "time_s": 100.0,
        "step_length_s": step_length_s,
        **{
            name: getattr(traffic, name)[rows]
            for name in ("distance_m", "speed_mps", "ceiling_mps", "accel_mps2", "decel_mps2")
        },
        "green_start_s": starts_s[rows] + late_s,
        "green_end_s": ends_s[rows],
        "likely_start_s": starts_s[rows],
        "likely_end_s": ends_s[rows],
        "start_q10_s": starts_s[rows] - early_s,
        "start_q90_s": starts_s[rows] + late_s,
        "end_q10_s": ends_s[rows],
        "end_q90_s": ends_s[rows] + longer_s,
        "spat_age_s": filler,
        "yields_first": traffic.yields_first[rows],
        "on_junction": filler.astype(bool),
        "must_change": filler.astype(bool),
        "hears_beyond": traffic.beyond.link[rows] >= 0,
        "previous_advice_mps": np.full(rows.size, np.nan),
        "driver": None,
        "memory": np.full((rows.size, MEMORY_WIDTH), np.nan),
        "traffic": traffic,
        "traffic_row": rows,
    }
    return Observation(**{**content, **columns})


@dataclass(frozen=True)
class Engine:
    """A rate that rises with the power at the wheels, above what idling takes."""

    idle: float
    per_power: float
    cuts_fuel: bool = False
    """Whether nothing is burnt while braking harder than by coasting."""
    regains: float = 0.0
    """Share of the power of braking that is regained."""

    def at(self, speed_mps, accel_mps2, slope_deg):
        # W/kg: rolling, drag, inertia.
        power = speed_mps * (accel_mps2 + 0.14 + 0.0009 * speed_mps**2) + 0.0 * slope_deg
        used = np.maximum(power, 0.0) + self.regains * np.minimum(power, 0.0)
        rate = self.idle + self.per_power * used
        return np.where(self.cuts_fuel & (power < 0.0), 0.0, rate)


THIRSTY_IDLE = Engine(idle=1.5, per_power=0.25)
FUEL_CUT = Engine(idle=0.75, per_power=0.3, cuts_fuel=True)
ELECTRIC = Engine(idle=0.2, per_power=0.4, regains=0.6)


@pytest.fixture(scope="session")
def traffic_of():
    return make_traffic


@pytest.fixture(scope="session")
def seen_of():
    return make_seen


@pytest.fixture(scope="session")
def rate_maps():
    """Three maps that disagree on what standing and braking cost."""
    return {"thirsty idle": THIRSTY_IDLE, "fuel cut": FUEL_CUT, "electric": ELECTRIC}


@pytest.fixture(scope="session")
def eco(rate_maps):
    return Eco(EcoParameters(), tuple(rate_maps.values()))


@pytest.fixture(scope="session")
def plan_of():
    """Notes of one plan: at 100 s it cruises; from 104 s on it slows down from 14 to 8 m/s."""

    def make(**changes):
        content = {
            "JOIN_S": 130.0,
            "JOIN_M": 16.0,
            "HOLD_MPS": 8.0,
            "RAMP_MPS2": -0.5,
            "RAMP_S": 104.0,
            "CRUISE_MPS": 14.0,
            "SLOT_S": 130.0,
            "PLACE_M": 1.0,
            "GREEN_S": 130.0,
            "DONE": 0.0,
            "AHEAD": 0.0,
            "LINK": 0.0,
            "BEYOND_M": 0.0,
        }
        notes = np.full((1, MEMORY_WIDTH), np.nan)
        for name, value in {**content, **changes}.items():
            notes[0, getattr(controller.plan, name)] = value
        return notes

    return make


@pytest.fixture(scope="session")
def car_at(seen_of):
    """One car at a time: what is seen of it."""

    def make(time_s=100.0, **changes):
        observed = {
            name: changes.pop(name)
            for name in ("driver", "previous_advice_mps", "step_length_s")
            if name in changes
        }
        return seen_of([changes], [[(30.0, 60.0)]], time_s=time_s, **observed)

    return make
