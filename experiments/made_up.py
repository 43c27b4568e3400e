"""An observation without a simulator: what a policy is asked in a rehearsal."""

import numpy as np

from controller import MEMORY_WIDTH, Observation, Traffic

NAN = np.nan
GREENS_S = np.array(
    [
        # latest start, earliest end, likely start, likely end of the next three greens
        [[12.0, 72.0, 132.0], [40.0, 100.0, 160.0], [12.0, 72.0, 132.0], [40.0, 100.0, 160.0]],
        [[-5.0, 65.0, 130.0], [4.0, 80.0, 141.0], [-5.0, 60.0, 121.0], [9.0, 85.0, 150.0]],
        [[20.0, NAN, NAN], [45.0, NAN, NAN], [20.0, NAN, NAN], [45.0, NAN, NAN]],
    ]
)
"""(links, 4, W) a fixed program, an actuated one that is green, and one told for a short time."""

EQUIPPED = np.array([0, 2, 3, 5])
"""Rows of the traffic that are to be advised."""


def made_up_observation() -> Observation:
    """Four equipped vehicles ahead of three signals, among six that the roadside sees."""
    link = np.array([0, 0, 0, 1, 1, 2])
    n = link.size
    traffic = Traffic(
        lane=np.array([3, 3, 3, 7, 8, 12]),
        present_lane=np.array([3, 3, 3, 7, 7, 11]),
        stop_edge=np.array([3, 3, 3, 7, 7, 12]),
        link=link,
        position_m=np.array([40.0, 298.5, 160.0, 10.0, 70.0, 55.0]),
        distance_m=np.array([260.0, 1.5, 140.0, 90.0, 30.0, 45.0]),
        speed_mps=np.array([13.2, 0.0, 11.8, 13.9, 9.0, 8.1]),
        ceiling_mps=np.array([14.3, 13.1, 13.9, 14.6, 13.4, 8.3]),
        crossing_mps=np.array([14.3, 13.1, 13.9, 14.6, 7.2, 8.3]),
        accel_mps2=np.full(n, 2.6),
        decel_mps2=np.full(n, 4.5),
        storage_m=np.full(n, 280.0),
        space_m=np.full(n, 7.5),
        step_length_s=1.0,
        yields_first=np.zeros(n, dtype=np.bool_),
        green_start_s=GREENS_S[:, 0],
        green_end_s=GREENS_S[:, 1],
        likely_start_s=GREENS_S[:, 2],
        likely_end_s=GREENS_S[:, 3],
        start_q10_s=GREENS_S[:, 2],
        start_q90_s=GREENS_S[:, 0],
        end_q90_s=GREENS_S[:, 3],
    )
    return Observation(
        time_s=25_200.0,
        step_length_s=1.0,
        distance_m=traffic.distance_m[EQUIPPED],
        speed_mps=traffic.speed_mps[EQUIPPED],
        ceiling_mps=traffic.ceiling_mps[EQUIPPED],
        accel_mps2=traffic.accel_mps2[EQUIPPED],
        decel_mps2=traffic.decel_mps2[EQUIPPED],
        green_start_s=traffic.green_start_s[link[EQUIPPED]],
        green_end_s=traffic.green_end_s[link[EQUIPPED]],
        likely_start_s=traffic.likely_start_s[link[EQUIPPED]],
        likely_end_s=traffic.likely_end_s[link[EQUIPPED]],
        start_q10_s=traffic.likely_start_s[link[EQUIPPED]],
        start_q90_s=traffic.green_start_s[link[EQUIPPED]],
        end_q10_s=traffic.green_end_s[link[EQUIPPED]],
        end_q90_s=traffic.likely_end_s[link[EQUIPPED]],
        spat_age_s=np.full(EQUIPPED.size, 0.1),
        previous_advice_mps=np.array([NAN, 9.7, NAN, NAN]),
        yields_first=np.zeros(EQUIPPED.size, dtype=np.bool_),
        hears_beyond=np.zeros(EQUIPPED.size, dtype=np.bool_),
        on_junction=np.zeros(EQUIPPED.size, dtype=np.bool_),
        must_change=np.zeros(EQUIPPED.size, dtype=np.bool_),
        driver=None,
        memory=np.full((EQUIPPED.size, MEMORY_WIDTH), NAN),
        traffic=traffic,
        traffic_row=EQUIPPED,
    )
