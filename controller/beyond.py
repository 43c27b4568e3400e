"""Looking through a green light: the signal behind the next one.

Whoever passes the next signal without waiting, and will wait at the one behind it, may slow down
for that one already before the first: where signals are close, this is most of the way there is.
He may do so as long as he and all who follow him still make the first green, and nobody follows
closely who leaves the way between the two.
"""

from dataclasses import replace

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.discharge import STANDING_MPS, Discharge, discharge
from controller.eco_parameters import EcoParameters
from controller.interface import Traffic
from controller.kinematics import free_arrival_s

LATER_M = 1e5
"""Whoever is still before the first signal is behind everybody who has passed it."""
PER_VEHICLE = (
    *("lane", "present_lane", "link", "distance_m", "speed_mps", "ceiling_mps", "crossing_mps"),
    *("accel_mps2", "decel_mps2", "storage_m", "space_m"),
)
"""Fields of `Traffic` that have a row per vehicle."""


def reach_next(traffic: Traffic, served: Discharge, rows: IntArray) -> tuple[Traffic, FloatArray]:
    """The traffic on its way to the signals beyond, and when each arrives there freely.

    Args:
        traffic: Everybody, on the way to the next signals.
        served: When they pass those.
        rows: (k,) who is also looked at on the way to the signal beyond.

    Returns:
        m + k rows: everybody as he is, and the chosen ones as if they had passed; and (m + k,)
        free arrivals.
    """
    beyond = traffic.beyond
    assert beyond is not None
    accel_mps2 = traffic.accel_mps2[rows]
    waits = served.wait_s[rows] > 0.0
    run_up_m = np.where(waits, served.place_m[rows], traffic.distance_m[rows])
    from_mps = np.where(waits, 0.0, traffic.speed_mps[rows])
    passing_mps = np.sqrt(from_mps**2 + 2.0 * accel_mps2 * run_up_m)
    passing_mps = np.minimum(passing_mps, traffic.crossing_mps[rows])
    ceiling_mps = beyond.ceiling_mps[rows]
    onward = replace(
        traffic,
        lane=beyond.lane[rows],
        present_lane=traffic.present_lane[rows],
        link=beyond.link[rows],
        distance_m=beyond.way_m[rows],
        speed_mps=np.minimum(passing_mps, ceiling_mps),
        ceiling_mps=ceiling_mps,
        crossing_mps=np.minimum(beyond.crossing_mps[rows], ceiling_mps),
        accel_mps2=accel_mps2,
        decel_mps2=traffic.decel_mps2[rows],
        storage_m=beyond.storage_m[rows],
        space_m=traffic.space_m[rows],
        beyond=None,
    )
    arrival_s = served.cross_s[rows] + free_arrival_s(onward)
    # They line up in the order in which they arrive; none of them stands there yet.
    arriving = replace(
        onward,
        distance_m=LATER_M + arrival_s,
        speed_mps=np.maximum(onward.speed_mps, 2.0 * STANDING_MPS),
    )
    together = replace(
        traffic,
        **{
            name: np.concatenate([getattr(traffic, name), getattr(arriving, name)])
            for name in PER_VEHICLE
        },
        beyond=None,
    )
    return together, np.concatenate([free_arrival_s(traffic), arrival_s])


def passes(
    traffic: Traffic, served: Discharge, parameters: EcoParameters, rows: IntArray
) -> tuple[BoolArray, FloatArray]:
    """Who of some vehicles passes the next signal for certain, and by when he must.

    Args:
        traffic: Everybody.
        served: When they pass the next signals.
        parameters: What may be configured.
        rows: (k,) whom to look at.

    Returns:
        (k,) whether he passes without waiting, in a green that lasts for all who follow him in it;
        (k,) time from now by which he must be past the stop line.
    """
    n_windows = traffic.green_end_s.shape[1]
    is_served = served.window < n_windows
    green = traffic.link * n_windows + np.minimum(served.window, n_windows - 1)
    lane_green = traffic.lane * n_windows + np.minimum(served.window, n_windows - 1)
    last_s = np.full(int(lane_green.max(initial=0)) + 1, -np.inf)
    np.maximum.at(last_s, lane_green[is_served], served.cross_s[is_served])
    end_s = traffic.green_end_s.take(green[rows])
    spare_s = end_s - last_s.take(lane_green[rows])
    cross_s = served.cross_s[rows]
    may = (
        is_served[rows]
        & np.isfinite(cross_s)
        & (served.wait_s[rows] <= 0.0)
        & ~served.may_make_earlier[rows]
    )
    # Whoever turns slows down for that first.
    may &= traffic.crossing_mps[rows] >= traffic.speed_mps[rows]
    with np.errstate(invalid="ignore"):
        may &= spare_s > 0.0
        latest_s = cross_s + np.minimum(spare_s, parameters.beyond_s)
    return may, latest_s


def serve_beyond(
    traffic: Traffic, served: Discharge, parameters: EcoParameters, rows: IntArray
) -> Discharge:
    """When some vehicles cross the signal behind the next one; (k,) each."""
    together, free_s = reach_next(traffic, served, rows)
    found = discharge(
        together,
        parameters.wave,
        tolerance_s=parameters.min_wait_s,
        hope_s=parameters.hope_s,
        free_s=free_s,
    )
    own = slice(traffic.lane.size, None)
    return Discharge(**{name: getattr(found, name)[own] for name in Discharge.__dataclass_fields__})
