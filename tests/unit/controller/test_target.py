import numpy as np
import pytest

from controller import EcoParameters
from controller.target import aim

PARAMETERS = EcoParameters()
SLOWED = {"distance_m": 110.0, "speed_mps": 5.0}
"""Who has slowed down so far that he will come just in time for a green in 10 s."""


@pytest.fixture
def target_of(seen_of, plan_of):
    """What the second of two vehicles is to meet, with a plan of the first."""

    def target(**changes):
        seen = seen_of([SLOWED, {"distance_m": 130.0}], [[(10.0, 40.0)]], time_s=100.0)
        seen.memory[0] = plan_of(**{"JOIN_S": 110.0, "HOLD_MPS": 5.0, **changes})[0]
        return aim(seen, PARAMETERS)

    return target


def test_who_keeps_to_a_plan_has_his_place_in_the_queue(target_of):
    under_way, done = target_of(), target_of(DONE=1.0)
    assert (under_way.n_ahead[1], done.n_ahead[1]) == (1, 0)
    assert under_way.place_m[1] == pytest.approx(done.place_m[1] + 7.5)


def test_behind_one_who_rolls_the_place_moves_sooner_than_behind_one_who_stops(target_of):
    wave = PARAMETERS.wave
    assert target_of().slot_s[1] == pytest.approx(10.0 + wave.follow_s)
    assert target_of(HOLD_MPS=0.0).slot_s[1] == pytest.approx(10.0 + wave.step_s)


def test_a_plan_for_another_line_keeps_no_place(seen_of, plan_of):
    seen = seen_of([SLOWED, {"distance_m": 130.0}], [[(10.0, 40.0)]], time_s=100.0)
    seen.memory[0] = plan_of(JOIN_S=110.0, HOLD_MPS=5.0, LINK=3.0)[0]
    np.testing.assert_array_equal(aim(seen, PARAMETERS).n_ahead, [0, 0])
