"""Looking through a green light: the signal behind the next one.

Whoever passes the next signal without waiting, and will wait at the one behind it, may slow down
for that one already before the first: where signals are close, this is most of the way there is.
He may do so as long as he and all who follow him still make the first green, and nobody follows
closely who leaves the way between the two.
"""

from dataclasses import fields, replace
from typing import Any

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.discharge import Arrivals, Discharge, discharge
from controller.eco_parameters import EcoParameters
from controller.interface import Traffic
from controller.kinematics import free_arrival_s

PER_VEHICLE = (
    *("lane", "present_lane", "link", "distance_m", "speed_mps", "ceiling_mps", "crossing_mps"),
    *("accel_mps2", "decel_mps2", "storage_m", "space_m"),
)
"""Fields of `Traffic` that have a row per vehicle."""


def passes(
    traffic: Traffic, served: Discharge, rows: IntArray, *, later_s: float
) -> tuple[BoolArray, FloatArray]:
    """Who of some vehicles passes the next signal for certain, and by when he must.

    Args:
        traffic: Everybody.
        served: When they pass the next signals.
        rows: (k,) whom to look at.
        later_s: So much later than without advice he may pass it.

    Returns:
        (k,) whether he passes without waiting, in a green that lasts for all who follow him in it;
        (k,) time from now by which he must be past the stop line.
    """
    n_windows = traffic.green_end_s.shape[1]
    is_served = np.isfinite(served.cross_s)
    window = np.minimum(served.window, n_windows - 1)
    queue = traffic.lane * n_windows + window
    last_s = np.full(int(queue.max(initial=0)) + 1, -np.inf)
    np.maximum.at(last_s, queue[is_served], served.cross_s[is_served])
    end_s = traffic.green_end_s[traffic.link[rows], window[rows]]
    spare_s = end_s - last_s[queue[rows]]
    waits = (served.wait_s[rows] > 0.0) | served.may_make_earlier[rows]
    # Whoever turns slows down for that first.
    turns = traffic.crossing_mps[rows] < traffic.speed_mps[rows]
    may = is_served[rows] & ~waits & ~turns & (spare_s > 0.0)
    return may, served.cross_s[rows] + np.minimum(spare_s, later_s)


def serve_beyond(
    traffic: Traffic, served: Discharge, parameters: EcoParameters, rows: IntArray
) -> Discharge:
    """When some vehicles cross the signal behind the next one; (k,) each.

    Args:
        traffic: Everybody, on the way to the next signals.
        served: When they pass those.
        parameters: What may be configured.
        rows: (k,) who is looked at: all who will pass, and meet another signal.
    """
    onward = _as_passing(traffic, served, rows)
    arrivals = Arrivals(
        free_s=np.concatenate(
            [free_arrival_s(traffic), served.cross_s[rows] + free_arrival_s(onward)]
        ),
        is_later=np.arange(traffic.lane.size + rows.size) >= traffic.lane.size,
    )
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(traffic, name), getattr(onward, name)])
        for name in PER_VEHICLE
    }
    together = replace(traffic, **columns, beyond=None)
    found = discharge(
        together,
        parameters.wave,
        tolerance_s=parameters.min_wait_s,
        hope_s=parameters.hope_s,
        arrivals=arrivals,
    )
    own = slice(traffic.lane.size, None)
    return Discharge(**{each.name: getattr(found, each.name)[own] for each in fields(Discharge)})


def _as_passing(traffic: Traffic, served: Discharge, rows: IntArray) -> Traffic:
    """(k,) rows of the traffic as they will be when they pass the next signal."""
    beyond = traffic.beyond
    assert beyond is not None
    accel_mps2 = traffic.accel_mps2[rows]
    waits = served.wait_s[rows] > 0.0
    run_up_m = np.where(waits, served.place_m[rows], traffic.distance_m[rows])
    from_mps = np.where(waits, 0.0, traffic.speed_mps[rows])
    passing_mps = np.sqrt(from_mps**2 + 2.0 * accel_mps2 * run_up_m)
    passing_mps = np.minimum(passing_mps, traffic.crossing_mps[rows])
    ceiling_mps = beyond.ceiling_mps[rows]
    return replace(
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
