"""Signal-controlled links, and the next signal as it is approached."""

import math
from dataclasses import dataclass

NO_LINK = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One signal-controlled way over a junction, from one lane."""

    signal: str
    """Id of the signal."""
    index: int
    """Place of its letter in the signal's state."""
    lane: str
    """Id of the lane that ends at its stop line."""
    row: int
    """Its row in the arrays over all links."""
    crossing_limit_mps: float
    """Speed limit on its way over the junction, where turns are slower."""
    leads_to: str = ""
    """Id of the lane behind the junction."""
    crossing_m: float = 0.0
    """Length of its way over the junction."""
    waiting_m: float = 0.0
    """Of it, the first part, at whose end drivers wait for a gap; 0: nobody waits on it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Movement:
    """All links that lead from one edge to the next."""

    links: dict[str, Link]
    """By id of the lane before the stop line."""

    @property
    def first_link(self) -> Link:
        """The link of the rightmost lane."""
        return next(iter(self.links.values()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Approach:
    """The next signal on a route, seen from the start of one of its edges."""

    movement: Movement
    """The links by which the route crosses it."""
    way: tuple[str, ...]
    """Edges from the one where the vehicle is to the one that ends at the stop line."""
    distance_m: float
    """From the start of the edge where the vehicle is, to the stop line."""
    storage_m: float = math.inf
    """From the last signal, or where the route begins, to the stop line: room for its queue."""
    yields_first: bool = False
    """Whether the vehicle must yield to others at a junction without a signal on that way."""
    beyond: "Approach | None" = None
    """The signal behind this one on the route, seen from the edge behind this one."""
    crossing_m: float = 0.0
    """Length of the way over the junction of this signal."""
