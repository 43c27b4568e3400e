import math
from dataclasses import replace

import numpy as np
import pytest

from controller import Advice, Driver, Glosa, Reason
from corridor import Course, EngineError, Equipment, Outage, RsuParameters, Session
from corridor.engine import SignalState
from corridor.programs import Control
from corridor.start_wave import StartWave

MAIN = ("a", "b1", "b2", "c")
PROMPT = Driver(lag_s=0.0, hold_s=0.0, step_mps=0.001, ease_off_mps2=1.5)


@pytest.fixture
def road(make_engine, make_program):
    """An engine with the signals of the small network; J1 is red until 40 s, then green."""

    def make(**settings):
        engine = make_engine(**settings)
        engine.add_signal("J1", make_program(("rrrrr", 40), ("GGGGG", 60)))
        engine.add_signal("J2", make_program(("GGG", 100)))
        return engine

    return make


def session(
    engine,
    network,
    vehicle_ids=("v",),
    *,
    advises=True,
    cap_s=300.0,
    promise_s=None,
    course=None,
    **equipment,
):
    course = replace(course_of(engine, cap_s), **(course or {}))
    made = {"equipped": frozenset(vehicle_ids), "driver": PROMPT, **equipment}
    equipped = Equipment(**made)
    return Session(engine, network, course, equipped, advises=advises, promise_s=promise_s)


def course_of(engine, cap_s):
    return Course(
        arguments=(),
        signal_files=(),
        begin_s=engine.begin_s,
        cap_s=cap_s,
        step_length_s=engine.step_length_s,
        vehicle_ids=frozenset(engine.known),
        records_advice=True,
    )


def drive(run, policy=None):
    """All frames of a run; the advice of a policy is applied to each."""
    frames = []
    with run:
        for frame in run:
            if policy is not None:
                run.apply(policy(frame.seen))
            frames.append(frame)
    return frames


def glosa(seen):
    return Glosa().advise(seen)


class Always:
    """Advises all who are seen one speed, and remembers whom it saw when."""

    def __init__(self, speed_mps=6.0):
        self.speed_mps, self.seen = speed_mps, []

    def __call__(self, seen):
        self.seen.append(seen)
        n = seen.distance_m.size
        return Advice(
            speed_mps=np.full(n, self.speed_mps), reason=np.full(n, Reason.ADVISED, dtype=np.int64)
        )


def add_main(engine, main_way, name="v", **settings):
    engine.add_vehicle(name, route=MAIN, way=main_way, **settings)


@pytest.mark.parametrize("execution", ["automated", "driver"])
def test_advice_reaches_the_vehicle_and_it_arrives_on_green(road, network, main_way, execution):
    engine = road()
    add_main(engine, main_way, depart_s=30.0)
    run = session(engine, network, execution=execution)
    crossed_s = math.inf
    with run:
        for frame in run:
            run.apply(glosa(frame.seen))
            if engine.known["v"]["along_m"] > 100.0:
                crossed_s = min(crossed_s, frame.time_s)
    # Unadvised it would cross the line, 100 m away, at 37.2 s; J1 is red until 40 s.
    assert {kind for _, kind, _, _ in engine.commands} == {
        {"automated": "speed", "driver": "factor"}[execution]
    }
    assert 40.0 < crossed_s <= 42.0
    speeds = [value for *_, value in engine.commands]
    assert speeds[0] == pytest.approx((13.89 - 1.5) / (13.89 if execution == "driver" else 1.0))


def test_advice_is_withdrawn_behind_the_line(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    policy = Always()
    run = session(engine, network, execution="automated", rsu=RsuParameters(range_m=50.0))
    drive(run, policy)
    # Out of range, advised within 50 m of J1, out of range again, advised at J2, at last free.
    values = [value for *_, value in engine.commands]
    starts = [i for i, value in enumerate(values) if value == -1.0]
    assert len(starts) == 2
    assert starts[-1] == len(values) - 1
    assert run.tally.reasons["out_of_range"] > 0
    assert run.tally.reasons["no_signal"] > 0


def test_the_distance_seen_is_that_to_the_line(road, network, main_way):
    engine = road()
    add_main(engine, main_way, speed_mps=10.0)
    policy = Always(10.0)
    drive(session(engine, network, execution="automated"), policy)
    with_rows = [seen for seen in policy.seen if seen.distance_m.size]
    # In the first step the vehicle is put on the road, in the second it hears for the first time.
    assert [seen.distance_m[0] for seen in with_rows[:3]] == [90.0, 80.0, 70.0]
    assert with_rows[0].time_s == 2.0
    # Behind the line it is J2's turn, over both junctions.
    distances_m = [float(seen.distance_m[0]) for seen in with_rows]
    assert min(distances_m) > 0
    assert max(distances_m) <= 212


def test_the_green_seen_is_that_of_the_next_signal(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    policy = Always()
    drive(session(engine, network, execution="automated"), policy)
    first = next(seen for seen in policy.seen if seen.distance_m.size)
    assert first.likely_start_s[0, 0] + first.time_s == pytest.approx(40.0)
    assert first.likely_end_s[0, 0] + first.time_s == pytest.approx(100.0)
    last = [seen for seen in policy.seen if seen.distance_m.size][-1]
    assert math.isinf(last.likely_end_s[0, 0])


def test_a_message_is_as_old_as_its_latency(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    policy = Always()
    rsu = RsuParameters(latency_s=0.4, rate_hz=10.0)
    drive(session(engine, network, rsu=rsu), policy)
    ages_s = np.concatenate([seen.spat_age_s for seen in policy.seen])
    np.testing.assert_allclose(ages_s, 0.4)


def test_what_is_heard_late_is_what_was_told_then(road, network, main_way, make_program):
    # The actuated controller tells 1 s more each second; with 2 s of latency it is old news.
    engine = road()
    phases = (("rrrrr", 30, 1, 1e3), ("GGGGG", 60))
    program = make_program(*phases, control=Control.ACTUATED)
    engine.add_signal("J1", program, state=lambda time_s: SignalState("0", 0, time_s, time_s + 1.0))
    add_main(engine, main_way, speed_mps=5.0)
    policy = Always(5.0)
    rsu = RsuParameters(latency_s=2.0, stale_s=3.0, rate_hz=1.0)
    drive(session(engine, network, rsu=rsu, execution="automated"), policy)
    seen = next(s for s in policy.seen if s.distance_m.size and s.time_s == 10.0)
    # Made at 8 s: the red, so the unit said, may end at 9 s at the earliest; green 60 s on.
    assert seen.spat_age_s[0] == pytest.approx(2.0)
    assert seen.green_end_s[0, 0] == pytest.approx(9.0 + 60.0 - 10.0)


def test_stale_messages_make_no_advice(road, network, main_way):
    engine = road()
    add_main(engine, main_way, speed_mps=2.0)
    rsu = RsuParameters(outages=(Outage(signal="J1", begin_s=10.0, end_s=30.0),))
    policy = Always(2.0)
    run = session(engine, network, rsu=rsu, execution="automated")
    drive(run, policy)
    advised_s = {seen.time_s for seen in policy.seen if seen.distance_m.size}
    # The last message was made at 9.9 s and is used for 3 s; from 30.1 s on there are others.
    assert {12.0, 31.0} <= advised_s
    assert not advised_s & set(np.arange(13.0, 31.0))
    assert run.tally.reasons["stale"] == 18
    # In that time the vehicle was given back to its driver, once.
    assert (13.0, "speed", "v", -1.0) in engine.commands
    assert not [c for c in engine.commands if 13.0 < c[0] < 31.0]


def test_a_signal_that_is_never_heard_makes_no_advice(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    run = session(engine, network, rsu=RsuParameters(loss=1.0))
    drive(run, glosa)
    assert engine.commands == []
    assert run.tally.reasons["advised"] == 0
    assert run.tally.reasons["not_heard"] > 0


@pytest.mark.parametrize(
    ("equipped", "advises"), [((), True), (("v",), False)], ids=["nobody", "no policy"]
)
def test_without_anyone_to_advise_nothing_is_read(road, network, main_way, equipped, advises):
    engine = road()
    add_main(engine, main_way)
    run = session(engine, network, equipped, advises=advises)
    frames = drive(run, glosa)
    assert set(engine.calls) == {"start", "step", "close"}
    assert engine.commands == []
    assert frames[0].seen.distance_m.shape == (0,)
    assert run.tally.speed_factor == {"v": 1.0}
    assert run.tally.n_arrived == 1


def test_those_who_are_not_equipped_are_never_told_anything(road, network, main_way):
    engine = road()
    add_main(engine, main_way, "v", depart_s=30.0)
    add_main(engine, main_way, "w", depart_s=31.0)
    run = session(engine, network, ("v",))
    drive(run, glosa)
    assert {vehicle_id for _, _, vehicle_id, _ in engine.commands} == {"v"}
    assert set(run.tally.advised_time_s) == {"v"}
    assert set(run.tally.speed_factor) == {"v", "w"}


@pytest.mark.parametrize(("sensing", "expected"), [("all", 1), ("connected", 0)])
def test_who_stands_ahead_is_known_by_sensors_or_by_radio(
    road, network, main_way, sensing, expected
):
    engine = road()
    add_main(engine, main_way, "w", speed_mps=1.0)
    add_main(engine, main_way, "v", depart_s=3.0, speed_mps=1.0)
    policy = Always(5.0)
    drive(session(engine, network, ("v",), sensing=sensing), policy)
    first = next(seen for seen in policy.seen if seen.distance_m.size)
    assert first.n_queued.tolist() == [expected]


def test_a_driver_who_refuses_is_counted_and_left_alone(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    run = session(engine, network, driver=Driver(compliant_drivers=0.0))
    drive(run, glosa)
    assert engine.commands == []
    assert run.tally.reasons["refused"] > 0
    assert run.tally.advised_time_s == {"v": 0.0}


def test_cruise_control_has_no_opinion(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    driver = Driver(compliant_drivers=0.0)
    run = session(engine, network, driver=driver, execution="automated")
    drive(run, Always())
    assert engine.commands


def test_a_vehicle_at_its_stop_is_left_alone(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    engine.stopped = {"v"}
    run = session(engine, network, stopping=frozenset({"v"}))
    drive(run, Always())
    assert run.tally.reasons["at_stop"] > 0
    assert engine.commands == []


def test_only_vehicles_with_stops_are_asked_for_them(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    drive(session(engine, network), glosa)
    assert "is_stopped" not in engine.calls


def test_each_vehicle_step_of_the_equipped_has_one_reason(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    add_main(engine, main_way, "w", depart_s=2.0)
    run = session(engine, network, ("v", "w"))
    frames = drive(run, glosa)
    assert run.tally.reasons.total() == sum(frame.n_running for frame in frames)
    assert set(run.tally.reasons) <= {reason.name.lower() for reason in Reason}


def test_the_time_with_advice_is_the_number_of_advised_steps(road, network, main_way):
    engine = road(step_length_s=0.5)
    add_main(engine, main_way, depart_s=30.0)
    run = session(engine, network)
    drive(run, glosa)
    n_advised = run.tally.reasons["advised"]
    assert n_advised > 0
    assert run.tally.advised_time_s["v"] == pytest.approx(0.5 * n_advised)
    assert np.isfinite(run.tally.record.columns()["advised_mps"]).sum() == n_advised
    assert set(run.tally.record.vehicle_ids) == {"v"}


@pytest.mark.parametrize("execution", ["automated", "driver"])
def test_changes_of_advice_are_told_of_each_vehicle(road, network, main_way, execution):
    engine = road()
    add_main(engine, main_way)
    add_main(engine, main_way, "w", depart_s=2.0)
    run = session(
        engine, network, execution=execution, rsu=RsuParameters(range_m=50.0), sensing="all"
    )
    drive(run, Always())
    # It comes within 50 m of either signal, and goes behind it.
    assert run.tally.advice_changes == {"v": 4}
    assert run.tally.length_m.keys() == {"v", "w"}


@pytest.mark.parametrize("wrong", ["speed_mps", "reason", "decel_mps2", "memory"])
def test_advice_of_the_wrong_shape_is_refused(road, network, main_way, wrong):
    engine = road()
    add_main(engine, main_way)
    parts = {"speed_mps": np.zeros(0), "reason": np.zeros(0, dtype=np.int64), "decel_mps2": None}
    said = Advice(**{**parts, wrong: np.zeros(2, dtype=np.int64)})
    run = session(engine, network)
    with pytest.raises(ValueError, match=r"must have 0 rows.* of shape \(2,\)"):
        drive(run, lambda seen: said)
    assert engine.calls[-1] == "close"


def test_a_driver_brakes_as_firmly_as_the_policy_asks(road, network, main_way):
    eased = Driver(lag_s=0.0, hold_s=0.0, step_mps=0.001, ease_off_mps2=0.5)

    def first_command_mps(decel_mps2):
        def policy(seen):
            n = seen.speed_mps.size
            told = None if decel_mps2 is None else np.full(n, decel_mps2)
            reason = np.zeros(n, dtype=np.int64)
            return Advice(speed_mps=np.full(n, 6.0), reason=reason, decel_mps2=told)

        engine = road()
        add_main(engine, main_way)
        drive(session(engine, network, execution="driver", driver=eased), policy)
        _, kind, _, factor = engine.commands[0]
        assert kind == "factor"
        return factor * 13.89

    assert first_command_mps(None) == pytest.approx(13.89 - 0.5)
    assert first_command_mps(1.4) == pytest.approx(13.89 - 1.4)


def test_a_run_ends_with_its_last_vehicle(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    run = session(engine, network)
    drive(run)
    assert run.tally.n_arrived == 1
    assert run.tally.n_running == 0
    assert not run.tally.cap_hit
    assert engine.now_s < 40.0


def test_a_run_that_does_not_end_hits_its_cap(road, network, main_way):
    engine = road()
    add_main(engine, main_way, speed_mps=0.01)
    run = session(engine, network, cap_s=25.0)
    frames = drive(run, glosa)
    assert run.tally.cap_hit
    assert frames[-1].time_s == 25.0
    assert run.tally.advised_time_s["v"] >= 0.0


@pytest.mark.parametrize("begin_s", [0.0, 100.0])
def test_a_run_without_arrivals_is_given_up_after_some_patience(road, network, main_way, begin_s):
    engine = road(begin_s=begin_s)
    add_main(engine, main_way, speed_mps=0.01)
    run = session(engine, network, cap_s=begin_s + 300.0, course={"patience_s": 20.0})
    drive(run)
    assert run.tally.cap_hit
    assert run.tally.end_s == begin_s + 20.0


def test_nobody_is_given_up_while_others_are_still_to_depart(road, network, main_way):
    engine = road()
    add_main(engine, main_way, speed_mps=0.01)
    run = session(engine, network, course={"patience_s": 20.0, "last_departure_s": 30.0})
    drive(run)
    assert run.tally.cap_hit
    assert run.tally.end_s == 50.0


def test_each_arrival_renews_the_patience(road, network, main_way):
    engine = road()
    add_main(engine, main_way, speed_mps=0.01)
    add_main(engine, main_way, "w", speed_mps=20.0)
    run = session(engine, network, course={"patience_s": 40.0})
    arrival_s, n_before = math.nan, 0
    with run:
        for frame in run:
            if run.tally.n_arrived > n_before:
                arrival_s, n_before = frame.time_s, run.tally.n_arrived
    assert n_before == 1
    assert run.tally.cap_hit
    assert run.tally.end_s == arrival_s + 40.0


def test_a_run_whose_last_vehicle_arrives_at_the_cap_has_not_hit_it(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    run = session(engine, network)
    drive(run)
    again = road()
    add_main(again, main_way)
    capped = session(again, network, cap_s=run.tally.end_s)
    drive(capped)
    assert (capped.tally.end_s, capped.tally.cap_hit) == (run.tally.end_s, False)
    assert capped.tally.n_arrived == 1


@pytest.mark.parametrize(
    ("other_mps", "still_running"), [(0.01, 1), (30.0, 0)], ids=["the other later", "sooner"]
)
def test_a_run_ends_when_those_have_arrived_who_must(
    road, network, main_way, other_mps, still_running
):
    engine = road()
    add_main(engine, main_way)
    add_main(engine, main_way, "of a person", speed_mps=other_mps)
    run = session(engine, network, course={"vehicle_ids": frozenset({"v"})})
    drive(run)
    assert (run.tally.n_arrived, run.tally.n_running) == (1, still_running)
    assert not run.tally.cap_hit


def test_a_run_ends_when_nobody_is_left_though_somebody_never_came(road, network, main_way):
    engine = road()
    add_main(engine, main_way)
    run = session(engine, network, course={"vehicle_ids": frozenset({"v", "never there"})})
    drive(run)
    assert run.tally.n_arrived == 1
    assert not run.tally.cap_hit
    assert run.tally.end_s == engine.now_s < 40.0


def test_a_vehicle_that_vanishes_without_arriving_is_let_go(road, network, main_way):
    engine = road()
    add_main(engine, main_way, "v", speed_mps=3.0)
    add_main(engine, main_way, "w", depart_s=5.0, speed_mps=3.0)
    run = session(engine, network, ("v", "w"), cap_s=20.0)
    with run:
        for frame in run:
            if frame.time_s == 10.0:
                engine.vanished = {"v"}
            run.apply(glosa(frame.seen))
    assert run.tally.n_running == 1
    assert "v" in run.tally.advised_time_s


def test_who_is_under_way_by_teleport_is_kept_while_another_vanishes(road, network, main_way):
    engine = road()
    for name in ("v", "w"):
        add_main(engine, main_way, name, speed_mps=3.0)
    run = session(engine, network, ("v", "w"), cap_s=20.0)
    with run:
        for frame in run:
            if frame.time_s == 10.0:
                engine.vanished, engine.teleporting = {"v"}, {"w"}
            if frame.time_s == 12.0:
                assert frame.n_running == 1
                engine.teleporting = set()
            run.apply(glosa(frame.seen))
    assert frame.seen.distance_m.size == 1


def test_an_engine_that_fails_is_closed_and_heard(road, network, main_way):
    engine = road()
    add_main(engine, main_way)

    def fail():
        raise EngineError("no more fuel")

    engine.step = fail
    with pytest.raises(EngineError, match="no more fuel"):
        drive(session(engine, network))
    assert engine.calls[-1] == "close"


def test_equal_seeds_give_equal_runs(road, network, main_way):
    def commands(seed):
        engine = road(step_length_s=0.5)
        for number in range(4):
            add_main(engine, main_way, f"v{number}", depart_s=28.0 + 2.0 * number)
        run = session(
            engine,
            network,
            [f"v{n}" for n in range(4)],
            seed=seed,
            rsu=RsuParameters(loss=0.5, stale_s=1.0),
            driver=Driver(compliant_time=0.5),
        )
        drive(run, glosa)
        return engine.commands

    assert commands(1)
    assert commands(1) == commands(1)
    assert commands(1) != commands(2)


@pytest.mark.parametrize("is_fed", [True, False])
def test_the_wave_of_starts_is_told_to_the_policy(road, network, main_way, monkeypatch, is_fed):
    looks = []
    monkeypatch.setattr(
        StartWave, "look", lambda _wave, columns, is_seen, time_s: looks.append((time_s, is_seen))
    )
    monkeypatch.setattr(StartWave, "step_s", property(lambda _wave: 2.5 if is_fed else math.nan))
    engine = road()
    add_main(engine, main_way, depart_s=5.0)
    policy = Always()
    run = session(engine, network)
    drive(run, policy)
    told_s = [seen.traffic.start_step_s for seen in policy.seen if seen.distance_m.size]
    assert told_s
    assert np.array_equal(np.unique(told_s), [2.5 if is_fed else math.nan], equal_nan=True)
    # In each step, with whoever is within range of a signal that is still ahead.
    times_s = [time_s for time_s, _ in looks]
    assert times_s == [1.0 * (k + 1) for k in range(len(times_s))]
    n_seen = [int(is_seen.sum()) for _, is_seen in looks]
    assert (n_seen[0], max(n_seen)) == (0, 1)


@pytest.mark.parametrize("promise_s", [None, 0.0])
def test_the_wave_is_looked_for_with_advice_alone(road, network, main_way, monkeypatch, promise_s):
    monkeypatch.setattr(StartWave, "look", lambda *_: pytest.fail("it was looked for"))
    engine = road()
    add_main(engine, main_way)
    drive(session(engine, network, advises=promise_s is not None, promise_s=promise_s))
