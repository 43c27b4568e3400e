"""Looking through a green light: the signal behind the next one.

Whoever passes the next signal without waiting, and will wait at the one behind it, may slow down
for that one already before the first: where signals are close, this is most of the way there is.
He may do so as long as he and all who follow him still make the first green, and nobody follows
closely who leaves the way between the two.
"""

from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray, is_first_of_run
from controller.arrivals import Arrivals
from controller.discharge import Discharge, discharge
from controller.eco_parameters import EcoParameters
from controller.interface import Traffic
from controller.kinematics import free_arrival_s
from controller.queues import CLEAR_BEFORE_S, FAR

EACH_LATER_S = 0.6
"""Whoever passes slowly keeps those behind farther apart: each of them comes later by so much more,
where all are advised (tried with up to 12 in a platoon)."""
PER_VEHICLE = (
    *("lane", "present_lane", "stop_edge", "link", "position_m", "distance_m", "speed_mps"),
    *("ceiling_mps", "crossing_mps", "accel_mps2", "decel_mps2", "storage_m", "space_m"),
    "yields_first",
)
"""Fields of `Traffic` that have a row per vehicle."""


class Passing(NamedTuple):
    """How k vehicles pass the next signal on the way to the one behind it."""

    may: BoolArray
    """(k,) whether the green lasts for each and for all who follow him in it, if he comes later."""
    is_certain: BoolArray
    """(k,) whether he passes without waiting, turning, or hoping for a green."""
    latest_s: FloatArray
    """(k,) time from now by which he must be past the stop line."""


def passes(traffic: Traffic, served: Discharge, rows: IntArray, *, later_s: float) -> Passing:
    """Who of some vehicles passes the next signal, and by when he must.

    Args:
        traffic: Everybody.
        served: When they pass the next signals.
        rows: (k,) whom to look at.
        later_s: So much later than without advice he may pass it.
    """
    is_served = np.isfinite(served.cross_s)
    window = np.minimum(served.window, traffic.green_end_s.shape[1] - 1)
    cell = traffic.link[rows], window[rows]
    cross_s = served.cross_s[rows]
    spare_s = _spare_s(traffic, served, window)[rows]
    is_sure_to_run = ~(traffic.start_q90_s[cell] > cross_s)
    waits = (served.wait_s[rows] > 0.0) | served.may_make_earlier[rows]
    # Whoever turns slows down for that first.
    turns = traffic.crossing_mps[rows] < traffic.speed_mps[rows]
    return Passing(
        may=is_served[rows] & (spare_s > 0.0) & is_sure_to_run,
        is_certain=~(waits | turns),
        latest_s=cross_s + np.minimum(spare_s, later_s),
    )


def _spare_s(traffic: Traffic, served: Discharge, window: IntArray) -> FloatArray:
    """(m,) by how much each may pass later, so that nobody who follows him loses his green.

    Args:
        traffic: Everybody.
        served: When they pass the next signals.
        window: (m,) in which green each does.
    """
    is_served = np.isfinite(served.cross_s)
    cross_s = np.where(is_served, served.cross_s, 0.0)
    lane = np.where(is_served, traffic.lane, -1)
    order = np.lexsort((cross_s, lane))
    place = np.arange(order.size)
    # Whoever gets green when the one ahead has crossed does not follow him.
    is_first = is_first_of_run(lane[order])
    is_first[1:] |= served.green_s[order[1:]] > cross_s[order[:-1]] + CLEAR_BEFORE_S
    by_platoon = FAR * is_first.cumsum()
    left_s = traffic.green_end_s[traffic.link, window] - cross_s
    least_s = left_s[order] - EACH_LATER_S * place + by_platoon
    spare_s = np.empty(order.size)
    spare_s[order] = np.minimum.accumulate(least_s[::-1])[::-1] - by_platoon + EACH_LATER_S * place
    return spare_s


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
        # Whoever would have to yield on the way there is not among them.
        stop_edge=np.full(rows.size, -1),
        yields_first=np.zeros(rows.size, dtype=np.bool_),
        link=beyond.link[rows],
        position_m=traffic.position_m[rows],
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
