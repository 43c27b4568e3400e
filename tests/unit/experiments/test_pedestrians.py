"""Waits of people on foot, of small walks."""

from types import SimpleNamespace

import polars as pl
import pytest

from experiments.pedestrians import crossing_waits, person_figures, person_rows
from experiments.people_on_foot import persons_of

SIGNALS = {":J_c0": "J", ":K_c1": "K"}


def write_people(path, *walks):
    """Walks as (person, begin, [(edge, speed), ...]), a step of 1 s each."""
    rows = [
        (float(begin_s + step), person, float(speed), edge)
        for person, begin_s, steps in walks
        for step, (edge, speed) in enumerate(steps)
    ]
    names = ("timestep_time", "person_id", "person_speed", "person_edge")
    pl.DataFrame(rows, schema=names, orient="row").sort("timestep_time").write_parquet(path)
    return path


WALK = [("a", 1.2), (":J_w0", 1.2), (":J_w0", 0.0), (":J_w0", 0.0), (":J_c0", 1.2), ("b", 1.2)]


def test_a_wait_lasts_from_standing_at_the_crossing_to_the_first_step_on_it(tmp_path):
    path = write_people(tmp_path / "p.parquet", ("p", 10, WALK), ("q", 0, [("c", 1.2)] * 30))
    assert crossing_waits(path, SIGNALS).rows() == [("p", "J", 14.0, 2.0)]


def test_who_walks_on_does_not_wait_and_crossings_without_signals_do_not_count(tmp_path):
    on = [("a", 1.2), (":J_w0", 1.2), (":J_c0", 1.2), (":J_w1", 0.0), (":J_c9", 1.2), ("b", 1.2)]
    path = write_people(tmp_path / "p.parquet", ("p", 0, on))
    assert crossing_waits(path, SIGNALS)["wait_s"].to_list() == [0.0]


def test_who_still_stands_at_a_crossing_in_the_end_has_waited_until_then(tmp_path):
    stuck = [("a", 1.2), (":K_w0", 1.2), *[(":K_w0", 0.0)] * 8]
    path = write_people(tmp_path / "p.parquet", ("p", 0, stuck), ("q", 0, WALK))
    assert ("p", "K", 9.0, 7.0) in crossing_waits(path, SIGNALS).rows()


def test_without_persons_there_are_no_waits(tmp_path):
    assert crossing_waits(tmp_path / "none.parquet", SIGNALS).is_empty()


def told(tmp_path):
    people = write_people(tmp_path / "p.parquet", ("p", 0, WALK), ("q", 0, [("c", 1.2)] * 30))
    tripinfo = tmp_path / "t.xml"
    tripinfo.write_text("""<tripinfos>
        <personinfo id="p" depart="0.00" duration="6.00">
            <walk duration="4.00" timeLoss="2.00"/><ride waitingTime="1.50" duration="2.00"/>
        </personinfo>
        <tripinfo id="v" duration="9.00"/>
        <personinfo id="q" depart="0.00" duration="-1"><walk duration="-1"/></personinfo>
    </tripinfos>""")
    return person_rows(tripinfo, people, SIGNALS)


def test_a_person_has_a_row_with_times_and_the_longest_wait(tmp_path):
    p, q = told(tmp_path).rows(named=True)
    assert p["trip_time_s"] == 6.0
    assert (p["walk_s"], p["walk_lost_s"], p["ride_wait_s"]) == (4.0, 2.0, 1.5)
    assert (p["crossings"], p["longest_wait_s"], p["longest_wait_signal"]) == (1, 2.0, "J")
    assert (q["trip_time_s"], q["finished"], q["crossings"]) == (None, False, 0)


def test_figures_are_of_those_who_arrived_and_of_those_who_crossed(tmp_path):
    found = person_figures(told(tmp_path))
    assert (found["persons"], found["arrived"], found["crossings"]) == (2, 1, 1)
    assert found["trip_time_s"] == 6.0
    assert (found["longest_wait_s"], found["longest_wait_person"]) == (2.0, "p")


def persons(waits_s, reference="unadvised", cycle_s=60.0):
    """What is told of the arms, whose only run has this longest wait."""

    def runs(wait_s):
        counted = {
            "persons": 4,
            "arrived": 4,
            "crossings": 4,
            "trip_time_s": 100.0 + wait_s,
            "ride_wait_s": 0.0,
            "wait_p95_s": wait_s,
            "longest_wait_s": wait_s,
            "longest_wait_person": "p",
            "longest_wait_signal": "J",
        }
        return [SimpleNamespace(counters={} if wait_s is None else {"persons": counted})]

    selection = SimpleNamespace(arms=tuple(waits_s), seeds=(1,), of=lambda arm: runs(waits_s[arm]))
    study = SimpleNamespace(confidence=0.95, cycles_s={"J": cycle_s})
    return persons_of(selection, reference, study)


def test_a_person_starves_by_the_rule_that_holds_for_vehicles():
    assert persons({"unadvised": 60.0, "x": 119.0}).warnings == []
    (sentence,) = persons({"unadvised": 60.0, "x": 121.0}).warnings
    assert "person p waits 121 s at signal J (seed 1)" in sentence


def test_times_of_persons_are_compared_with_the_reference():
    found = persons({"unadvised": 60.0, "x": 60.0 + 16.0}).figures
    assert found["x"]["trip_time_pct"]["mean"] == pytest.approx(10.0)
    assert "trip_time_pct" not in found["unadvised"]
