from types import SimpleNamespace

import numpy as np
import pytest

from corridor import MainRoad, Tally
from experiments.accounting import _advised, _vehicle_facts, slope_slices


@pytest.mark.parametrize(
    ("slopes_deg", "expected"),
    [
        ((0.0, 0.0), (0.0,)),
        ((-0.4, 1.2), (-1.0, 0.0, 1.0, 2.0)),
        ((-40.0, 0.0), tuple(float(d) for d in range(-12, 1))),
        ((0.0, 40.0), tuple(float(d) for d in range(13))),
    ],
)
def test_slices_span_the_slopes_of_the_road_in_whole_degrees(slopes_deg, expected):
    assert slope_slices(SimpleNamespace(slope_range_deg=lambda: slopes_deg)) == expected


def prepared(routes, classes=None, *, equipped=(), device=None):
    n = len(routes)
    ids = [f"v{number}" for number in range(n)]
    road = MainRoad(name="", edges=("a", "b"), starts_m=(0.0, 100.0), length_m=200.0, stop_lines=())
    return SimpleNamespace(
        demand=SimpleNamespace(
            vehicle_ids=ids,
            type_ids=["car"] * n,
            vehicle_classes=classes or ["passenger"] * n,
            routes=routes,
        ),
        main_road=(road,),
        network=SimpleNamespace(edge_length_m={"a": 100.0, "b": 100.0, "x": 100.0, "y": 101.0}),
        equipped=frozenset(equipped),
        arm=SimpleNamespace(device=device),
    )


def test_who_drives_half_the_way_on_the_main_road_counts_for_it():
    facts = _vehicle_facts(prepared([("a", "x"), ("a", "y"), ("x", "y"), ("a", "b", "y")]))
    assert facts["road"].to_list() == ["main", "side", "side", "main"]


def test_pedestrians_bicycles_and_trains_are_not_counted():
    kinds = ["passenger", "bicycle", "bus", "tram", "truck", "pedestrian"]
    facts = _vehicle_facts(prepared([("a",)] * 6, kinds))
    assert facts["vehicle_class"].to_list() == ["passenger", "bus", "truck"]


def test_the_equipped_are_marked():
    facts = _vehicle_facts(prepared([("a",)] * 2, equipped=["v1"]))
    assert facts["equipped"].to_list() == [False, True]


def test_what_advice_was_given_is_unknown_for_the_device_of_sumo_only():
    tally = Tally()
    tally.advised_time_s["v0"] = 12.0
    tally.advice_changes["v0"] = 3
    ours = _advised(prepared([("a",)] * 2), tally)
    assert ours["advised_s"].to_list() == [12.0, 0.0]
    assert ours["advice_changes"].to_list() == [3, 0]
    device = _advised(prepared([("a",)] * 2, device=(100.0, 5.0, 1.1)), tally)
    assert np.isnan(device["advised_s"].to_numpy()).all()
    assert device["advice_changes"].to_list() == [None, None]
