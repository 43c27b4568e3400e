import pytest

from corridor import Course, Equipment, RsuParameters, Session
from corridor.spat import SpatSource

MAIN = ("a", "b1", "b2", "c")


@pytest.fixture
def seen(monkeypatch):
    """Distances to the stop line of all vehicles that signals' predictions rest on, by step."""
    told, update = [], SpatSource.update

    def spy(self, time_s, sensed):
        told.append(sorted(sensed.distance_m.tolist()))
        update(self, time_s, sensed)

    monkeypatch.setattr(SpatSource, "update", spy)
    # As where traffic decides a signal; of fixed ones alone nothing is sensed.
    monkeypatch.setattr(SpatSource, "heeds_traffic", True)
    return told


@pytest.fixture
def engine(make_engine, make_program, main_way):
    """Two vehicles, 40 m apart; a stop line 100 m from where they enter."""
    made = make_engine()
    made.add_signal("J1", make_program(("rrrrr", 40), ("GGGGG", 60)))
    made.add_signal("J2", make_program(("GGG", 100)))
    made.add_vehicle("first", route=MAIN, way=main_way, speed_mps=10.0)
    made.add_vehicle("second", route=MAIN, way=main_way, speed_mps=10.0, depart_s=5.0)
    return made


@pytest.mark.parametrize(
    ("sensing", "range_m", "expected"),
    [("all", 300.0, [60.0, 100.0]), ("connected", 300.0, [60.0]), ("all", 80.0, [60.0])],
)
def test_predictions_rest_on_the_vehicles_that_roadside_units_see(
    sensing, range_m, expected, seen, engine, network
):
    course = Course(
        arguments=(), signal_files=(), begin_s=0.0, cap_s=9.0, step_length_s=1.0,
        vehicle_ids=frozenset(engine.known),
    )  # fmt: skip
    equipment = Equipment(
        equipped=frozenset({"first"}), sensing=sensing, rsu=RsuParameters(range_m=range_m)
    )
    with Session(engine, network, course, equipment, advises=True) as run:
        for _ in zip(range(5), run, strict=False):
            pass
    assert seen[-1] == pytest.approx(expected)
