"""How vehicles come to their stop lines, and who of them keeps to a plan."""

from dataclasses import dataclass

import numpy as np

from controller.arrays import BoolArray, FloatArray
from controller.interface import Traffic
from controller.kinematics import free_arrival_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """How m vehicles come to their stop lines."""

    free_s: FloatArray
    """(m,) arrival with nobody and no red ahead; from now."""
    is_later: BoolArray
    """(m,) whether it is still before another signal: it is served behind all who are not, in the
    order of arrival."""

    @classmethod
    def freely(cls, traffic: Traffic) -> "Arrivals":
        """All before their next signals, and as their speeds let them."""
        nobody = np.zeros(traffic.lane.size, dtype=np.bool_)
        return cls(free_s=free_arrival_s(traffic), is_later=nobody)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledges:
    """Which of m vehicles keep to plans for their stop lines, and so to their places in the queue.

    By its speed alone, one that has slowed down for its place would no longer come too early, and
    those behind it would move up into the place.
    """

    keeps_place: BoolArray
    """(m,) who is in the queue, however late he comes by now."""
    rolls: BoolArray
    """(m,) who of these will not have stopped before he crosses: he is followed as traffic is, and
    not as a queue starts."""

    @classmethod
    def of_nobody(cls, n_vehicles: int) -> "Pledges":
        """Nobody keeps to a plan."""
        nobody = np.zeros(n_vehicles, dtype=np.bool_)
        return cls(keeps_place=nobody, rolls=nobody)
