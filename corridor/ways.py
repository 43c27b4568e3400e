"""Vehicles one by one: how they enter, which way they take, and what is told when they leave."""

from dataclasses import dataclass
from typing import NamedTuple

from corridor.links import Approach, Movement


@dataclass(slots=True, kw_only=True)
class Way:
    """A vehicle's route, and where on it the vehicle is."""

    vehicle_id: str
    route: tuple[str, ...]
    approaches: tuple[Approach | None, ...]
    is_simple: bool
    """Whether the route takes no road twice."""
    place: int = 0
    movement: Movement | None = None

    def go_to(self, edge: str | None) -> bool:
        """Move on to an edge; false where it is not on the way ahead.

        A vehicle may be off its route where a teleport or an overtaking has brought it.
        """
        try:
            self.place = self.route.index(edge, self.place)
        except ValueError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """What is known of a vehicle when it enters the road, besides what the engine tells."""

    vehicle_id: str
    is_equipped: bool
    follows_advice: bool
    draw: float
    has_stops: bool


class Leaver(NamedTuple):
    """What is told of an equipped vehicle that leaves the road."""

    vehicle_id: str
    advised_time_s: float
    advice_changes: int
