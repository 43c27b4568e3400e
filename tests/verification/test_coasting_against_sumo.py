"""The ramp of a coasting vehicle against the emission maps that drop to zero."""

import numpy as np
import pytest

from controller.ramps import COASTING_MPS2, COASTING_PER_M
from emissions import ACCOUNTS, load_accounts
from sumo_nets import sumo_home, sumo_version

DROPS = ("co2_hbefa4_g", "co2_phemlight5_g")
SPEED_MPS = np.arange(4.0, 27.8, 0.1)
LEVEL_DEG = np.zeros(1)


@pytest.fixture(scope="module")
def maps(cache_dir):
    made = load_accounts(
        ACCOUNTS,
        slopes_deg=(0.0,),
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=cache_dir,
    )
    return [found for account, found in made.items() if account.column in DROPS]


def g_per_s(maps, accel_mps2):
    return np.array([found.at(SPEED_MPS, accel_mps2, LEVEL_DEG) for found in maps])


@pytest.mark.sumo
def test_who_coasts_burns_nothing_and_brakes_by_little_more_than_that_takes(maps):
    coasting_mps2 = -(COASTING_MPS2 + COASTING_PER_M * SPEED_MPS**2)
    assert len(maps) == len(DROPS)
    assert (g_per_s(maps, coasting_mps2) == 0.0).all()
    assert (g_per_s(maps, coasting_mps2 + 0.1) > 0.0).any(axis=0).all()
