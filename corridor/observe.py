"""What roadside units and vehicles know at a step: from the table to an observation."""

from dataclasses import dataclass

import numpy as np

from controller import Beyond, Driver, Observation, Reason, Traffic
from corridor.columns import BoolArray, Columns, FloatArray, IntArray
from corridor.spat import (
    END_LIKELY,
    END_MIN,
    END_Q10,
    END_Q90,
    N_TIMES,
    START_LIKELY,
    START_MAX,
    START_Q10,
    START_Q90,
    from_now,
)

ADVISED, NO_SIGNAL, OUT_OF_RANGE, NOT_HEARD, STALE, NO_SPAT, AT_STOP, REFUSED = map(
    int,
    (
        *(Reason.ADVISED, Reason.NO_SIGNAL, Reason.OUT_OF_RANGE, Reason.NOT_HEARD),
        *(Reason.STALE, Reason.NO_SPAT, Reason.AT_STOP, Reason.REFUSED),
    ),
)
"""As numbers: to look a member up in its class takes longer than to fill a column with it."""


def reasons_without_advice(
    columns: Columns,
    *,
    range_m: float,
    stale_s: float,
    age_s: FloatArray,
    is_told: BoolArray,
    is_at_stop: BoolArray | None,
) -> IntArray:
    """Why each vehicle of the table cannot be advised; `Reason.ADVISED` where it can.

    Args:
        columns: All vehicles.
        range_m: Reach of the roadside units.
        stale_s: Greatest age of a message that is used.
        age_s: (n,) age of what each vehicle heard last; inf: nothing.
        is_told: (links,) whether anything is known of the link's future.
        is_at_stop: (n,) whether the vehicle serves a scheduled stop; None: nobody does.
    """
    link_row, distance_m = columns.ints("link_row"), columns.floats("distance_m")
    # From the last reason to the first: each hides those before it.
    reason = np.empty_like(link_row)
    reason.fill(ADVISED)
    if not is_told.all():
        reason[~is_told.take(link_row, mode="wrap")] = NO_SPAT
    reason[age_s > stale_s + 1e-9] = STALE
    reason[np.isinf(age_s)] = NOT_HEARD
    if is_at_stop is not None:
        reason[is_at_stop] = AT_STOP
    reason[~columns.flags("follows_advice")] = REFUSED
    reason[distance_m > range_m] = OUT_OF_RANGE
    reason[~(distance_m > 0.0)] = NO_SIGNAL
    return reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something is observed, and by whom advice on it will be carried out."""

    time_s: float
    step_length_s: float
    driver: Driver | None
    """None: an automatic cruise control."""


def observe(
    told: Columns,
    windows: FloatArray,
    moment: Moment,
    *,
    traffic: Traffic,
    traffic_row: IntArray,
) -> Observation:
    """The observation of some vehicles.

    Args:
        told: The m vehicles that can be advised.
        windows: (10, m, W) absolute times of the greens that each of them was told.
        moment: When, and who carries advice out.
        traffic: Everybody whom the roadside sees.
        traffic_row: (m,) row in it of each vehicle that can be advised.
    """
    ahead = from_now(windows, moment.time_s)
    return Observation(
        time_s=moment.time_s,
        step_length_s=moment.step_length_s,
        distance_m=told.floats("distance_m"),
        speed_mps=told.floats("speed_mps"),
        ceiling_mps=told.floats("ceiling_mps"),
        accel_mps2=told.floats("accel_mps2"),
        decel_mps2=told.floats("decel_mps2"),
        green_start_s=ahead[START_MAX],
        green_end_s=ahead[END_MIN],
        likely_start_s=ahead[START_LIKELY],
        likely_end_s=ahead[END_LIKELY],
        start_q10_s=ahead[START_Q10],
        start_q90_s=ahead[START_Q90],
        end_q10_s=ahead[END_Q10],
        end_q90_s=ahead[END_Q90],
        spat_age_s=moment.time_s - told.floats("heard_s"),
        previous_advice_mps=told.floats("advised_mps"),
        yields_first=told.flags("yields_first"),
        on_junction=told.flags("on_junction"),
        must_change=told.flags("must_change"),
        hears_beyond=told.flags("hears_beyond"),
        driver=moment.driver,
        memory=told.memory,
        traffic=traffic,
        traffic_row=traffic_row,
    )


def see_traffic(
    near: Columns,
    windows: FloatArray,
    time_s: float,
    *,
    step_length_s: float,
    start_step_s: float = np.nan,
) -> Traffic:
    """What the roadside sees.

    Args:
        near: The m vehicles that it sees, ahead of a signal.
        windows: (10, links, W) absolute times of the greens of all links.
        time_s: Now.
        step_length_s: Of the simulation.
        start_step_s: From one start in a queue to the next; NaN: not known.
    """
    ahead = from_now(windows, time_s)
    return Traffic(
        lane=near.ints("stop_lane"),
        present_lane=near.ints("present_lane"),
        stop_edge=near.ints("stop_edge"),
        link=near.ints("link_row"),
        position_m=near.floats("position_m"),
        distance_m=near.floats("distance_m"),
        speed_mps=near.floats("speed_mps"),
        ceiling_mps=near.floats("ceiling_mps"),
        crossing_mps=near.floats("crossing_mps"),
        accel_mps2=near.floats("accel_mps2"),
        decel_mps2=near.floats("decel_mps2"),
        storage_m=near.floats("storage_m"),
        space_m=near.floats("space_m"),
        yields_first=near.flags("yields_first"),
        green_start_s=ahead[START_MAX],
        green_end_s=ahead[END_MIN],
        likely_start_s=ahead[START_LIKELY],
        likely_end_s=ahead[END_LIKELY],
        start_q10_s=ahead[START_Q10],
        start_q90_s=ahead[START_Q90],
        end_q90_s=ahead[END_Q90],
        start_step_s=start_step_s,
        step_length_s=step_length_s,
        beyond=Beyond(
            link=near.ints("beyond_link"),
            lane=near.ints("beyond_lane"),
            way_m=near.floats("beyond_m"),
            storage_m=near.floats("beyond_storage_m"),
            ceiling_mps=near.floats("beyond_ceiling_mps"),
            crossing_mps=near.floats("beyond_crossing_mps"),
        ),
    )


def nothing_seen(moment: Moment) -> Observation:
    """The observation of nobody, by nobody."""
    nobody = Columns.unknown(0)
    windows = np.zeros((N_TIMES, 0, 0))
    return observe(
        nobody,
        windows,
        moment,
        traffic=see_traffic(nobody, windows, moment.time_s, step_length_s=moment.step_length_s),
        traffic_row=np.zeros(0, dtype=np.int64),
    )
