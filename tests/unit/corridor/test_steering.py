import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller import StagePlan
from corridor import Course, Equipment, Session
from corridor.programs import Control
from corridor.signal_control import control
from sumo_nets import RightOfWay

J1 = (("GGrrr", 20), ("yyrrr", 3), ("rrrrr", 2), ("rrGGr", 10), ("rryyr", 3), ("rrrrr", 2))
J1 += (("rrrrG", 8), ("rrrry", 3), ("rrrrr", 1))
J2 = (("Grg", 15), ("yrg", 3), ("rGG", 10), ("ryy", 3))
N_S = 200


class Road:
    """A session on the small road, in which a test says what is planned."""

    def __init__(self, engine, network, course, promise_s):
        self.engine = engine
        equipment = Equipment(equipped=frozenset())
        self.session = Session(
            engine, network, course, equipment, advises=False, promise_s=promise_s
        )
        self.letters = {"J1": [], "J2": []}
        self.seen = []

    def run(self, plan, fall_back_s=None, end_s=N_S):
        with self.session as session:
            for frame in session:
                for signal, shown in self.letters.items():
                    shown.append(*self.engine.signal_letters([signal]))
                if frame.time_s >= end_s:
                    break
                self.seen.append(frame.signals)
                if frame.time_s == fall_back_s:
                    session.fall_back("a test")
                session.steer(plan(frame.signals))
        return self


@pytest.fixture
def road(make_engine, make_program, network, tmp_path):
    def make(promise_s=0.0, programs=(J1, J2), **others):
        engine = make_engine()
        for name, rows in zip(("J1", "J2"), programs, strict=True):
            engine.add_signal(name, make_program(*rows, **others))
        engine.add_vehicle("late", route=("a", "b1", "b2", "c"), way=(), depart_s=1e6)
        net_file = tmp_path / "road.net.xml"
        net_file.write_text("<net/>")
        course = Course(
            arguments=(),
            signal_files=(net_file,),
            begin_s=0.0,
            cap_s=1e9,
            step_length_s=1.0,
            vehicle_ids=frozenset({"late"}),
        )
        return Road(engine, network, course, promise_s)

    return make


def plan_of(stages, ends_s):
    return StagePlan(stages=np.array(stages), ends_s=np.array(ends_s, dtype=float))


def nothing(_seen):
    return {}


def check_safe(shown, rows, least_s=5):
    """What every signal keeps to, told from its letters alone."""
    states = [state for state, *_ in rows]
    n = len(states[0])
    together = {
        (i, j) for s in states for i in range(n) for j in range(n) if s[i] in "Gg" and s[j] in "Gg"
    }
    strong = {
        (i, j) for s in states for i in range(n) for j in range(n) if s[i] == "G" and s[j] == "G"
    }
    yellow_s = 3
    for letters in shown:
        greens = [i for i in range(n) if letters[i] in "Gg"]
        assert all((i, j) in together for i in greens for j in greens), letters
        protected = [i for i in greens if letters[i] == "G"]
        assert all((i, j) in strong for i in protected for j in protected), letters
    for i in range(n):
        course = "".join("G" if s[i] in "Gg" else s[i] for s in shown)
        for green in course.replace("y", " ").replace("r", " ").split()[1:-1]:
            assert len(green) >= least_s, (i, course)
        assert "Gr" not in course
        for yellow in course.replace("G", " ").replace("r", " ").split()[:-1]:
            assert len(yellow) == yellow_s, (i, course)
    for before, after in zip(range(len(shown)), range(1, len(shown)), strict=False):
        for j in range(n):
            if shown[after][j] in "Gg" and shown[before][j] not in "Gg":
                # All-red: whoever conflicts has been without green for yellow, at the least.
                for back in shown[max(after - yellow_s, 0) : after]:
                    assert all(back[i] not in "Gg" for i in range(n) if (i, j) not in together), (
                        shown[max(after - 8, 0) : after + 1]
                    )


def test_without_a_plan_a_signal_stays_where_it_is_until_somebody_waits_too_long(road):
    run = road().run(nothing, end_s=100)
    assert set(run.letters["J1"]) == {"GGrrr"}


def test_a_plan_is_carried_out_with_yellow_and_all_red(road):
    def once(seen):
        return {0: plan_of([0, 2], [30, np.inf])} if seen.time_s < 20 else {}

    run = road().run(once, end_s=50)
    # Shown from the step that begins at 30 on, which is read back a step later.
    assert run.letters["J1"][29] == "GGrrr"
    assert run.letters["J1"][30:36] == ["yyrrr"] * 3 + ["rrrrr"] * 2 + ["rrrrG"]


def test_what_lies_within_the_promise_is_committed_and_no_later_plan_changes_it(road):
    def fickle(seen):
        if seen.time_s == 20:
            return {0: plan_of([0, 1], [30, np.inf])}
        return {0: plan_of([int(seen.stage[0]), 2], [80, np.inf])} if seen.stage[0] != 2 else {}

    run = road(promise_s=10).run(fickle, end_s=60)
    assert run.letters["J1"][30] == "yyrrr"
    seen = run.seen[21]
    assert (seen.stage[0], seen.green_start_s[0]) == (1, 35)
    assert seen.free_s[0] == 40


def test_an_end_is_never_nearer_than_the_promise_nor_than_the_least_green(road):
    run = road(promise_s=12).run(
        lambda seen: {0: plan_of([seen.stage[0], 1 - seen.stage[0] % 2], [0, np.inf])}, end_s=120
    )
    promises = run.session.tally.steering.promises.done
    assert promises
    assert all(each.promised_s - each.announced_s >= 12 for each in promises)
    check_safe(run.letters["J1"], J1)


@pytest.mark.parametrize(
    "plan",
    [
        plan_of([0, 7], [30, np.inf]),
        plan_of([0, -1], [30, np.inf]),
        plan_of([1, 2], [30, np.inf]),
        plan_of([0, 0], [30, np.inf]),
        plan_of([0, 1], [np.nan, np.inf]),
        plan_of([0, 1], [np.inf, 40]),
        plan_of([0, 1], [40, 30]),
        plan_of([0, 1, 2], [30, 40]),
        plan_of([], []),
        plan_of([[0, 1]], [[30, 40]]),
        plan_of([0.0, 1.0], [30, 40]),
        StagePlan(stages=np.array(["a"]), ends_s=np.array([1.0])),
        StagePlan(stages=None, ends_s=None),
        "no plan",
        None,
    ],
)
def test_a_plan_that_is_none_is_not_used_and_counted(road, plan):
    run = road().run(lambda _seen: {0: plan}, end_s=50)
    assert set(run.letters["J1"]) == {"GGrrr"}
    assert run.session.tally.steering.n_invalid == 49


@pytest.mark.parametrize("said", [None, [1, 2], {9: plan_of([0], [5])}, {"J1": plan_of([0], [5])}])
def test_plans_for_nobody_are_counted_too(road, said):
    run = road().run(lambda _seen: said, end_s=10)
    assert run.session.tally.steering.n_invalid == 9


def test_nobody_can_change_a_plan_behind_the_check(road):
    plan = plan_of([0, 2], [30, np.inf])

    def crafty(seen):
        if seen.time_s == 10:
            return {0: plan}
        if seen.time_s > 10:
            plan.stages[:], plan.ends_s[:] = (0, 9), (seen.time_s, np.nan)
        return {}

    run = road().run(crafty, end_s=50)
    assert run.letters["J1"][35] == "rrrrG"


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10_000), promise_s=st.sampled_from([0.0, 4.0, 17.0]))
def test_whatever_is_planned_is_safe_and_as_promised(road, seed, promise_s):
    rng = np.random.default_rng(seed)

    def at_random(seen):
        plans = {}
        for number in range(2):
            stages = [int(seen.stage[number]), *rng.integers(0, 4, rng.integers(0, 4)).tolist()]
            ends_s = seen.time_s + np.cumsum(rng.uniform(-3, 9, len(stages)))
            plans[number] = plan_of(stages, ends_s)
        return plans

    run = road(promise_s).run(at_random)
    check_safe(run.letters["J1"], J1)
    check_safe(run.letters["J2"], J2)
    tally = run.session.tally.steering
    assert tally.fallbacks == []
    assert len(tally.promises.done) > 10
    assert tally.promises.n_kept == len(tally.promises.done)


def test_a_monitor_that_refuses_brings_the_signal_back_to_its_own_plan(road):
    run = road()

    def sabotage(seen):
        if seen.time_s == 30:
            # As if our own books were wrong: a green of the others, at once.
            schedule = run.session._control._steering.schedules[0]
            schedule.show_from(30.0, "rrGGr")
        return {}

    run.run(sabotage)
    check_safe(run.letters["J1"], J1)
    (fallback,) = run.session.tally.steering.fallbacks
    assert (fallback.signal, fallback.time_s) == ("J1", 30)
    assert "no yellow" in fallback.reason
    assert by_the_clock(run, J1, since_s=150)


def by_the_clock(run, rows, since_s):
    """Whether what was shown is the fixed program by its clock, which began at 0."""
    cycle = "|".join(state for state, length_s in rows for _ in range(length_s)).split("|")
    shown = run.letters["J1"]
    return all(shown[k] == cycle[k % len(cycle)] for k in range(since_s, len(shown)))


@pytest.mark.parametrize("promise_s", [0.0, 15.0])
def test_signals_that_fall_back_keep_their_promises_and_come_back_to_their_own_clock(
    road, promise_s
):
    def odd(seen):
        return (
            {0: plan_of([seen.stage[0], 2 - seen.stage[0]], [seen.time_s, np.inf])}
            if (seen.stage[0] != 1)
            else {}
        )

    run = road(promise_s).run(odd, fall_back_s=77.0)
    check_safe(run.letters["J1"], J1)
    assert by_the_clock(run, J1, since_s=150)
    tally = run.session.tally.steering
    assert tally.promises.n_kept == len(tally.promises.done)
    assert [each.signal for each in tally.fallbacks] == [""]


def open_once(seen):
    """The present greens, for ever; told but once."""
    return {k: plan_of([seen.stage[k]], [np.inf]) for k in (0, 1)} if seen.time_s == 1 else {}


def test_signals_fall_back_out_of_a_green_that_was_planned_for_ever(road):
    run = road().run(open_once, fall_back_s=60.0)
    assert set(run.letters["J1"][:60]) == {"GGrrr"}
    assert by_the_clock(run, J1, since_s=150)


def test_a_signal_that_chooses_its_next_green_or_has_but_one_is_left_to_itself(road):
    choosing = (("GGrrr", 20, 5, 30, (1, 2)), *J1[1:])
    run = road(programs=(choosing, (("Grg", 10), ("yrg", 3))), control=Control.ACTUATED)
    run.run(nothing, end_s=5)
    assert run.session.layouts == ()


def test_layouts_tell_what_each_stage_gives(road):
    run = road().run(nothing, end_s=5)
    first, second = run.session.layouts
    assert first.is_green.tolist() == [
        [True, True, False, False, False],
        [False, False, True, True, False],
        [False, False, False, False, True],
    ]
    assert second.is_protected.tolist() == [[True, False, False], [False, True, True]]
    assert first.change_s[0].tolist() == [0, 5, 5]
    assert first.cycle_s == 52
    assert np.all(first.lanes_behind >= 0)
    # Who turns left from the side road may wait inside, and nobody else.
    assert first.n_inside.tolist() == [0, 0, 1, 0, 0]
    assert second.saturation_flow_vps[0] == pytest.approx(1 / 1.9)


def test_layouts_tell_who_yields_to_whom(road, monkeypatch):
    yields = np.zeros((5, 5), dtype=np.bool_)
    yields[2, [2, 4]] = yields[3, 0] = True
    of_net = {"J1": RightOfWay(are_foes=yields | yields.T, yields=yields)}
    monkeypatch.setattr(control, "right_of_way", lambda _: of_net)
    first, second = road().run(nothing, end_s=2).session.layouts
    # Nobody yields to his own letter.
    assert np.argwhere(first.yields_to).tolist() == [[2, 4], [3, 0]]
    assert second.yields_to.shape == (3, 3)
    assert not second.yields_to.any()


@pytest.mark.parametrize("plan", [open_once, lambda seen: {0: plan_of([seen.stage[0]], [np.inf])}])
def test_nobody_waits_for_ever_whatever_is_planned(road, plan):
    run = road()
    run.engine.add_vehicle(
        "waits", route=("s", "b1"), way=(("s_0", 50.0), (":J1_3_0", 7.0)), speed_mps=0.01
    )
    run.run(plan)
    served = [k for k, letters in enumerate(run.letters["J1"]) if letters[3] == "G"]
    assert served
    # Four thirds of the cycle of 52 s, and the change of 5 s.
    assert served[0] <= 1 + 4 / 3 * 52 + 5 + 1
    assert run.session.tally.steering.n_owed >= 1


def test_people_on_foot_are_served_though_nobody_sees_them(road):
    walking = tuple(
        (f"{state}{'G' if state[2] == 'G' else 'r'}", length_s) for state, length_s in J1
    )
    run = road(programs=(walking, J2)).run(lambda seen: {0: plan_of([seen.stage[0]], [np.inf])})
    assert any(letters[5] == "G" for letters in run.letters["J1"])
    assert run.session.layouts[0].min_green_s.tolist() == [5, 10, 5]
