"""Persons in vehicles, and whether somebody starves."""

import polars as pl
import pytest

from experiments.occupancy import persons_in
from experiments.people import arm_figures, run_figures
from experiments.starving import starving_drivers


def vehicles(waits_s, delays_s=(10.0, 10.0, 40.0), entry_s=0.0):
    persons = [1.0, 1.0, 18.0]
    return pl.DataFrame(
        {
            "vehicle_id": ["a", "b", "bus"],
            "depart_delay_s": [0.0, entry_s, 0.0],
            "delay_s": list(delays_s),
            "persons": persons,
            "person_time_s": [100.0 * each for each in persons],
            "person_delay_s": [delay * n for delay, n in zip(delays_s, persons, strict=True)],
            "longest_wait_s": [float(wait) for wait in waits_s],
            "longest_wait_signal": ["J" if wait else None for wait in waits_s],
        }
    )


def arm(*tables):
    seeds = dict(enumerate(tables, start=1))
    return arm_figures([run_figures(table) for table in tables], seeds)


def test_a_bus_weighs_as_many_cars_as_it_has_persons_in_terms_of_them():
    figures = run_figures(vehicles([0, 0, 0]))
    assert figures["delay_s"] == pytest.approx(20.0)
    assert figures["person_delay_s"] == pytest.approx((10 + 10 + 18 * 40) / 20)
    assert figures["person_trip_time_s"] == pytest.approx(100.0)


def test_persons_are_those_of_the_class_unless_the_experiment_says_otherwise():
    classes = pl.Series(["passenger", "bus", "truck", "taxi"])
    assert persons_in(classes, {}).to_list() == [1.7, 11.0, 1.0, 1.7]
    assert persons_in(classes, {"bus": 30.0}).to_list() == [1.7, 30.0, 1.0, 1.7]


def test_the_longest_wait_of_an_arm_is_that_of_all_its_seeds_and_has_a_place():
    found = arm(vehicles([5, 60, 0]), vehicles([0, 90, 30]))
    assert found["longest_wait_s"] == 90.0
    assert found["longest_wait_at"] == {"seed": 2, "vehicle_id": "b", "signal_id": "J"}
    assert arm(vehicles([0, 0, 0]))["longest_wait_at"] is None


def test_results_of_earlier_versions_have_no_such_figures():
    old = vehicles([0, 0, 0]).drop("longest_wait_s")
    assert run_figures(old) == {}
    assert arm(old) == {}


def test_somebody_starves_who_waits_much_longer_and_for_more_than_two_cycles():
    reference = arm(vehicles([5, 100, 0]))

    def told(wait_s, cycle_s):
        return starving_drivers("x", arm(vehicles([5, wait_s, 0])), reference, {"J": cycle_s})

    assert told(125, 50) == []
    assert told(150, 80) == []
    (sentence,) = told(150, 50)
    assert "vehicle b waits 150 s at signal J (seed 1)" in sentence
    assert "reference is 100 s" in sentence
    assert "two cycles of the own plan there are 100 s" in sentence


def test_whoever_waits_to_enter_the_road_may_starve_too():
    here, there = arm(vehicles([0, 0, 0], entry_s=300.0)), arm(vehicles([0, 0, 0], entry_s=10.0))
    (sentence,) = starving_drivers("x", here, there, {"J": 90.0})
    assert "waits 300 s to enter the road" in sentence
    assert starving_drivers("x", there, here, {"J": 90.0}) == []
