import pytest

from corridor.signal_control.monitor import ConflictMonitor
from corridor.signal_control.stages import stages_of

PROGRAM = (("GGrg", 20), ("yyrg", 3), ("rrrG", 6), ("rrry", 3), ("rrrr", 2), ("rrGr", 20))
PROGRAM += (("rryr", 3), ("rrrr", 2))


@pytest.fixture
def engine(make_engine):
    return make_engine()


@pytest.fixture
def monitor(make_program, engine):
    stages = stages_of("J", make_program(*PROGRAM), (), {}, 1.0)
    return ConflictMonitor(engine, stages, "GGrg", 0.0)


def showing(monitor, *steps):
    """Show letters at times; what was refused last."""
    wrong = ""
    for time_s, letters in steps:
        wrong = monitor.show(letters, time_s)
        if wrong:
            break
    return wrong


def test_the_programs_own_course_passes(monitor, engine):
    steps = ((20, "yyrg"), (23, "rrrG"), (29, "rrry"), (32, "rrrr"), (34, "rrGr"), (54, "rryr"))
    assert showing(monitor, *steps, (57, "rrrr"), (59, "GGrg")) == ""
    assert engine.shown[-1][2] == "GGrg"


@pytest.mark.parametrize(
    ("letters", "why"),
    [
        ("GGGg", "green together"),
        ("GGrG", "green together"),
        ("GGrgg", "5 letters"),
        ("GG", "2 letters"),
        ("GGrx", "letter 'x'"),
        ("", "0 letters"),
    ],
)
def test_letters_that_are_never_safe_are_refused_at_any_time(monitor, engine, letters, why):
    assert why in monitor.show(letters, 500.0)
    assert engine.shown == []
    assert monitor.letters == "GGrg"


def test_a_green_without_yellow_behind_it_is_refused(monitor):
    assert "no yellow" in showing(monitor, (20, "rrrg"))


def test_a_short_yellow_is_refused(monitor):
    assert "yellow of link 0 is shorter" in showing(monitor, (20, "yyrg"), (22, "rrrG"))


def test_a_short_green_is_refused(monitor):
    steps = ((20, "yyry"), (23, "rrrr"), (25, "rrGr"))
    assert showing(monitor, *steps) == ""
    assert "green of link 2 is shorter" in showing(monitor, (29, "rryr"))
    assert showing(monitor, (30, "rryr")) == ""


def test_a_conflicting_green_must_wait_for_the_all_red(monitor):
    assert "too soon" in showing(monitor, (20, "yyry"), (23, "rrGr"))
    assert "too soon" in showing(monitor, (24, "rrGr"))
    assert showing(monitor, (23, "rrrr"), (25, "rrGr")) == ""


def test_a_green_cannot_jump_to_a_conflicting_one(monitor):
    assert showing(monitor, (20, "yyGy")) != ""
