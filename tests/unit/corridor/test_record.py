import numpy as np
import pytest

from controller import MEMORY_WIDTH, Advice, Driver, Glosa, Reason
from corridor import Course, Equipment, RsuParameters, Session

MAIN = ("a", "b1", "b2", "c")


@pytest.fixture
def road(make_engine, make_program):
    engine = make_engine()
    engine.add_signal("J1", make_program(("rrrrr", 40), ("GGGGG", 60)))
    engine.add_signal("J2", make_program(("GGG", 100)))
    return engine


def drive(engine, network, policy, *, records=True, note_names=(), **equipment):
    """The session after a run under a policy."""
    course = Course(
        arguments=(),
        signal_files=(),
        begin_s=engine.begin_s,
        cap_s=300.0,
        step_length_s=engine.step_length_s,
        vehicle_ids=frozenset(engine.known),
        records_advice=records,
    )
    run = Session(
        engine,
        network,
        course,
        Equipment(**{"equipped": frozenset({"v"}), **equipment}),
        advises=True,
    )
    run.tally.record.note_names = note_names
    with run:
        for frame in run:
            run.apply(policy(frame.seen))
    return run


def glosa(seen):
    return Glosa().advise(seen)


def noting(seen):
    """Advice with two notes of each vehicle."""
    n = seen.distance_m.size
    memory = np.full((n, MEMORY_WIDTH), np.nan)
    memory[:, 0], memory[:, 1] = seen.time_s, 7.0
    reason = np.full(n, Reason.ADVISED, dtype=np.int64)
    return Advice(speed_mps=np.full(n, 6.0), reason=reason, memory=memory)


def test_a_run_that_does_not_record_keeps_nothing(road, network, main_way):
    road.add_vehicle("v", route=MAIN, way=main_way, depart_s=30.0)
    run = drive(road, network, glosa, records=False)
    assert run.tally.advised_time_s["v"] > 0
    assert run.tally.record.vehicle_ids == []
    assert all(column.size == 0 for column in run.tally.record.columns().values())


def test_only_the_equipped_in_range_are_recorded(road, network, main_way):
    road.add_vehicle("v", route=MAIN, way=main_way)
    road.add_vehicle("w", route=MAIN, way=main_way, depart_s=2.0)
    run = drive(road, network, glosa, rsu=RsuParameters(range_m=60.0))
    told = run.tally.record.columns()
    assert set(run.tally.record.vehicle_ids) == {"v"}
    assert 0 < told["distance_m"].max() <= 60.0
    assert not set(told["reason"]) & {Reason.NO_SIGNAL, Reason.OUT_OF_RANGE}


def test_windows_are_recorded_at_the_times_of_the_simulation(road, network, main_way):
    road.add_vehicle("v", route=MAIN, way=main_way, depart_s=10.0)
    told = drive(road, network, glosa).tally.record.columns()
    is_told = np.isfinite(told["likely_start_1_s"]) & (told["link_row"] == told["link_row"][0])
    assert is_told.sum() > 3
    assert set(told["likely_start_1_s"][is_told]) == {40.0}
    assert set(told["likely_end_1_s"][is_told]) == {100.0}


def test_whoever_has_heard_nothing_is_recorded_without_windows(road, network, main_way):
    road.add_vehicle("v", route=MAIN, way=main_way)
    told = drive(road, network, glosa).tally.record.columns()
    is_deaf = told["reason"] == Reason.NOT_HEARD
    assert is_deaf.any()
    assert np.isnan(told["likely_start_1_s"][is_deaf]).all()
    assert np.isnan(told["advised_mps"][is_deaf]).all()


def test_the_driver_follows_what_is_shown_after_his_reaction(road, network, main_way):
    road.add_vehicle("v", route=MAIN, way=main_way)
    driver = Driver(lag_s=2.0, hold_s=2.0)
    told = drive(road, network, noting, driver=driver).tally.record.columns()
    shown, followed = told["shown_mps"], told["followed_mps"]
    first_shown = np.flatnonzero(np.isfinite(shown))[0]
    first_followed = np.flatnonzero(np.isfinite(followed))[0]
    assert told["time_s"][first_followed] - told["time_s"][first_shown] == 2.0
    assert shown[first_shown] == pytest.approx(20 / 3.6)  # 6 m/s, in steps of 5 km/h
    assert followed[first_followed] == shown[first_shown]


def test_cruise_control_follows_advice_and_shows_nothing(road, network, main_way):
    road.add_vehicle("v", route=MAIN, way=main_way)
    told = drive(road, network, noting, execution="automated").tally.record.columns()
    is_advised = np.isfinite(told["advised_mps"])
    assert is_advised.any()
    assert np.array_equal(told["followed_mps"][is_advised], told["advised_mps"][is_advised])
    assert np.isnan(told["shown_mps"]).all()


def test_notes_have_the_names_that_the_policy_gave_them(road, network, main_way):
    road.add_vehicle("v", route=MAIN, way=main_way)
    told = drive(road, network, noting, note_names=("asked_s", "lucky")).tally.record.columns()
    is_advised = told["reason"] == Reason.ADVISED
    assert np.array_equal(told["note_asked_s"][is_advised], told["time_s"][is_advised])
    assert set(told["note_lucky"][is_advised]) == {7.0}


def test_notes_without_a_name_are_not_told(road, network, main_way):
    road.add_vehicle("v", route=MAIN, way=main_way)
    told = drive(road, network, noting).tally.record.columns()
    assert not [name for name in told if name.startswith("note_")]
