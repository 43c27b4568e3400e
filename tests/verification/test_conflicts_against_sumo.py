"""Conflicts that we find in a recorded trace, against those that SUMO's SSM device tells."""

from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

from corridor import Course, Equipment, RoadNetwork, Session, SumoEngine
from experiments.conflicts import (
    HIGH_DRAC_MPS2,
    LOW_TTC_S,
    conflict_rows,
    follow,
    needed_deceleration,
    time_to_collision,
)
from experiments.trace import read_trace
from sumo_nets import comparison_arguments, freeze_routes, sumo_arguments, sumo_home

pytestmark = pytest.mark.sumo

ROUNDING = 0.0051
"""SUMO writes two decimals."""
UNSEEN_SHARE = 0.02
"""Of SUMO's conflicts: with leaders on lanes further on, or on one that is yet to be changed to."""
FOLLOWS, LEADS = "2", "3"
"""SUMO's numbers for a vehicle behind the other one on its way, and ahead of it."""


@dataclass
class Told:
    """(time, follower, leader) → value, by SUMO and by us; and our table of vehicles."""

    sumo_ttc_s: dict
    sumo_drac_mps2: dict
    our_ttc_s: dict
    our_drac_mps2: dict
    rows: pl.DataFrame
    step_length_s: float


@pytest.fixture(scope="module", params=[1.0, 0.5])
def told(request, load, cache_dir, tmp_path_factory):
    """Five minutes of demand on the arterial, with lorries, vans and buses among the cars."""
    folder = tmp_path_factory.mktemp("conflicts")
    scenario = load("arterial", end_s=300.0)
    scenario = scenario.model_copy(update={"step_length_s": request.param})
    length_m = drive(scenario, freeze_routes(scenario, seed=1, cache_dir=cache_dir), folder)
    assert len(set(length_m.values())) >= 3
    trace = read_trace(folder / "fcd.parquet")
    following = follow(trace, length_m, request.param)
    sumo = read_device(folder / "ssm.xml")
    return Told(
        sumo_ttc_s=sumo["TTC"],
        sumo_drac_mps2=sumo["DRAC"],
        our_ttc_s=by_pair(trace, following, time_to_collision),
        our_drac_mps2=by_pair(trace, following, needed_deceleration),
        rows=conflict_rows(trace, length_m, request.param, is_sublane=False),
        step_length_s=request.param,
    )


def drive(scenario, demand, folder):
    """Run the scenario as our runs do, with SUMO's device on; the length of each vehicle."""
    course = Course(
        arguments=(
            *sumo_arguments(scenario, demand.route_file, demand.additional_files),
            *comparison_arguments(scenario, junction_blocker_s=60.0),
            *("--seed", "1", "--no-step-log", "--no-warnings", "--output.compression", "zstd"),
            *("--fcd-output", str(folder / "fcd.parquet"), "--fcd-output.acceleration"),
            *("--fcd-output.attributes", "id,speed,lane,pos,slope,acceleration"),
            *("--device.ssm.probability", "1", "--device.ssm.file", str(folder / "ssm.xml")),
            *("--device.ssm.measures", "TTC DRAC", "--device.ssm.thresholds", "1.5 3.0"),
            *("--device.ssm.range", "100", "--device.ssm.trajectories"),
        ),
        signal_files=(),
        begin_s=scenario.begin_s,
        cap_s=3600.0,
        step_length_s=scenario.step_length_s,
        vehicle_ids=frozenset(demand.vehicle_ids),
    )
    engine, network = SumoEngine(sumo_home()), RoadNetwork(scenario.net_file)
    with Session(engine, network, course, Equipment(equipped=frozenset()), advises=False) as run:
        for _ in run:
            pass
    assert run.tally.n_arrived == len(demand.vehicle_ids)
    return run.tally.length_m


def read_device(path):
    """What SUMO tells of vehicles that follow each other; each pair is told from both sides."""
    found = {"TTC": {}, "DRAC": {}}
    for _, conflict in ElementTree.iterparse(path):
        if conflict.tag != "conflict":
            continue
        sides = {FOLLOWS: ("ego", "foe"), LEADS: ("foe", "ego")}
        columns = (
            spans(conflict, name) for name in ("timeSpan", "typeSpan", "TTCSpan", "DRACSpan")
        )
        for time_s, kind, *values in zip(*columns, strict=True):
            for measure, value in zip(("TTC", "DRAC"), values, strict=True):
                if kind in sides and value != "NA":
                    pair = (conflict.get(side) for side in sides[kind])
                    found[measure][float(time_s), *pair] = float(value)
        conflict.clear()
    return found


def spans(conflict, name):
    return conflict.find(name).get("values").split()


def by_pair(trace, following, measure):
    values = measure(following.gap_m, following.closing_mps)
    ids, times_s = trace["vehicle_id"].to_list(), trace["time_s"].to_list()
    return {
        (round(times_s[row], 3), ids[row], ids[following.leader[row]]): float(values[row])
        for row in np.flatnonzero(np.isfinite(values))
    }


def test_time_to_collision_is_what_sumo_tells_step_by_step(told):
    # The single precision of the trace matters only where speeds are next to equal.
    near = {key for key, ttc_s in told.sumo_ttc_s.items() if ttc_s <= 10.0}
    both = near & told.our_ttc_s.keys()
    assert len(both) > 1000
    errors = [abs(told.our_ttc_s[key] - told.sumo_ttc_s[key]) for key in both]
    assert max(errors) <= ROUNDING


def test_the_needed_deceleration_is_what_sumo_tells_step_by_step(told):
    both = [key for key in told.our_drac_mps2 if told.sumo_drac_mps2.get(key, 0.0) > 0.0]
    assert len(both) > 1000
    for key in both:
        assert told.our_drac_mps2[key] == pytest.approx(
            told.sumo_drac_mps2[key], abs=ROUNDING, rel=1e-4
        )


def test_no_conflict_is_invented(told):
    ours = {key for key, ttc_s in told.our_ttc_s.items() if ttc_s < LOW_TTC_S}
    assert len(ours) > 150
    assert all(told.sumo_ttc_s[key] <= LOW_TTC_S + ROUNDING for key in ours)
    ours = {key for key, drac in told.our_drac_mps2.items() if drac > HIGH_DRAC_MPS2}
    assert len(ours) > 150
    assert all(told.sumo_drac_mps2[key] >= HIGH_DRAC_MPS2 - ROUNDING for key in ours)


def test_the_time_in_conflict_is_what_sumo_tells_but_for_leaders_out_of_sight(told):
    ttc_s = np.array(list(told.sumo_ttc_s.values()))
    # What is written as 1.50 may have been less.
    least_s, most_s = (
        told.step_length_s * np.count_nonzero(is_low)
        for is_low in (ttc_s < LOW_TTC_S, ttc_s <= LOW_TTC_S)
    )
    assert (1 - UNSEEN_SHARE) * least_s <= told.rows["low_ttc_s"].sum() <= most_s


def test_the_worst_moment_of_each_pair_is_what_sumo_tells(told):
    ours, sumo = worst(told.our_ttc_s), worst(told.sumo_ttc_s)
    in_conflict = {pair for pair, ttc_s in sumo.items() if ttc_s < LOW_TTC_S}
    agreeing = [p for p in in_conflict if p in ours and abs(ours[p] - sumo[p]) <= ROUNDING]
    assert len(in_conflict) > 100
    assert len(agreeing) >= (1 - UNSEEN_SHARE) * len(in_conflict)


def worst(ttc_s):
    """(follower, leader) → least time to collision."""
    found = {}
    for (_, *pair), value in ttc_s.items():
        found[tuple(pair)] = min(value, found.get(tuple(pair), np.inf))
    return found
