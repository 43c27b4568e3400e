"""Which demand at the stop lines makes phases long: the cases that their lengths are learned by."""

import numpy as np
from numpy.typing import NDArray

from corridor.lane_demand import ARRIVAL, NEAR, PLATOON, SEEN, STANDING
from corridor.open_plans import OpenPlans

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

REST, AGE = 5, 6
"""Behind the sorts of demand: time until a phase may end, and how long it has been able to."""
# Of what was tried on four actuated and delay-based networks (counts within 50 and 100 m, standing
# and slow vehicles, first arrival, platoons, time lasted), these told most of the rest of a phase.
EDGES = {
    PLATOON: (0.5, 2.0, 4.0, 6.0, 10.0, 15.0),
    STANDING: (0.5, 3.5),
    NEAR: (0.5,),
    SEEN: (0.5, 1.5, 2.5, 4.5, 7.5),
    ARRIVAL: (-18.0, -12.0, -7.5, -4.0),
    REST: (1.0, 3.0),
    AGE: (0.0, 5.0, 12.0, 20.0, 30.0),
}
N_CASES, N_AGES = 30, 6
"""Most cases and ages that are told apart."""
APART = 1e4
"""No value is greater: so far apart, one search serves for all sorts."""
SHIFTS = APART * np.arange(len(EDGES))
ALL_EDGES = np.concatenate([np.array(EDGES[sort]) + SHIFTS[sort] for sort in range(len(EDGES))])
N_BEFORE = np.cumsum([0, *(len(EDGES[sort]) for sort in range(len(EDGES) - 1))])
# How cases are made of bins: by gaps, by delay, age, and the case of the next open phase.
NUMBERS = np.zeros((len(EDGES), 4), dtype=np.int64)
NUMBERS[[PLATOON, REST], 0] = 3, 1
NUMBERS[[ARRIVAL, STANDING, NEAR], 1] = 6, 2, 1
NUMBERS[AGE, 2] = NUMBERS[SEEN, 3] = 1


def present_cases(
    plans: OpenPlans,
    phase: IntArray,
    demand: FloatArray,
    rest_s: FloatArray,
    beyond_s: FloatArray,
) -> IntArray:
    """(3, n) cases and ages of present phases, and cases of the open ones that come next.

    Gap-out controllers end a green when the platoon is over. Delay-based ones keep it until
    somebody comes to a red, or for those who were held up. How long a green becomes depends on
    how many wait for it.

    Args:
        plans: Numbers the phases.
        phase: (n,) present phases.
        demand: (5, lanes) what is seen at the stop lines.
        rest_s: (n,) time until each of them may end.
        beyond_s: (n,) how long each of them has outlasted its least length.
    """
    values = np.empty((phase.size, len(EDGES)))
    demand.ravel()[plans.demand_lanes[phase]].max(axis=2, out=values[:, :REST])
    values[:, REST], values[:, AGE] = rest_s, beyond_s
    np.minimum(values, APART / 2, out=values)
    values += SHIFTS
    bins = np.searchsorted(ALL_EDGES, values, side="right") - N_BEFORE
    by_gaps, by_delay, age, following = (bins @ NUMBERS).T
    cases = np.empty((3, phase.size), dtype=np.int64)
    cases[0] = np.where(plans.is_delay_based[phase], by_delay, by_gaps)
    cases[1], cases[2] = age, following
    return cases
