"""Who waits inside a junction for a gap when his green ends, and how long he takes to leave it."""

import math

from corridor.links import Link

SPACING_M = 7.5
"""Those who wait stand so far apart."""
START_S = 1.0
"""Each starts so long after the one ahead."""
ACCEL_MPS2 = 2.6
"""As the cars of most scenarios start."""


def n_inside(link: Link) -> int:
    """How many may wait inside a junction; the last one may stick out.

    Args:
        link: The way over the junction.
    """
    return math.floor(link.waiting_m / SPACING_M) + 1 if link.waiting_m > 0.0 else 0


def leaving_s(link: Link) -> float:
    """How long those who may wait inside a junction take to leave it; 0 where nobody waits there.

    They are as many as there is room for, and start when those whom they yield to are stopped.
    Oncoming drivers who run the yellow are not added, nor is taken off how long the first who
    has green next takes to come up to them: both are about two seconds.

    Args:
        link: The way over the junction.
    """
    n_behind = n_inside(link) - 1
    if n_behind < 0:
        return 0.0
    limit_mps = max(link.crossing_limit_mps, 1.0)
    starting_m = 0.5 * limit_mps**2 / ACCEL_MPS2
    if link.crossing_m <= starting_m:
        crossing_s = math.sqrt(2.0 * link.crossing_m / ACCEL_MPS2)
    else:
        crossing_s = limit_mps / ACCEL_MPS2 + (link.crossing_m - starting_m) / limit_mps
    return n_behind * START_S + crossing_s
