from corridor.looks import Looks


def seen(interval_s, n_steps=7, step_length_s=0.5):
    """Steps in which the road is looked at, and since when those may be there who are new."""
    looks = Looks(step_length_s, interval_s, 10.0)
    found = {}
    for step in range(n_steps):
        time_s = 10.0 + step * step_length_s
        if looks.is_due(time_s):
            found[time_s] = looks.came_s
        else:
            assert looks.came_s == time_s
    return found


def test_without_an_interval_each_step_is_a_look():
    assert seen(0.0, n_steps=3) == {10.0: 10.0, 10.5: 10.5, 11.0: 11.0}


def test_whoever_is_new_at_a_look_may_have_come_right_behind_the_last_one():
    assert seen(1.5) == {10.0: 10.0, 11.5: 10.5, 13.0: 12.0}


def test_an_interval_between_two_steps_is_rounded_up():
    assert list(seen(1.2)) == [10.0, 11.5, 13.0]


def test_before_the_first_look_nobody_came_before_the_simulation_began():
    assert Looks(1.0, 4.0, 10.0).came_s == 10.0
