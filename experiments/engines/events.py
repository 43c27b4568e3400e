"""What does orders, and what it tells while it works."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from experiments.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What an engine tells while it works."""

    kind: Literal["started", "progress", "retried", "done", "kept", "failed"]
    order: Order
    time_s: float = 0.0
    """Simulated time (progress)."""
    n_running: int = 0
    """Vehicles under way (progress)."""
    share_arrived: float = 0.0
    """Of its vehicles (progress)."""
    wall_s: float = 0.0
    """Since the run started."""
    message: str = ""
    """Why it failed, or why it is done once more."""


Tell = Callable[[Event], None]
"""Is called with each event, perhaps from several threads but never at the same time."""


class Engine(Protocol):
    """Does orders, on this machine or on others."""

    def do(self, orders: Sequence[Order]) -> list[str | None]:
        """Do all orders; a finished one is not done again.

        Returns:
            For each order: None if the run's folder stands, else why it does not.

        Raises:
            KeyboardInterrupt: After the children have ended; finished runs are kept.
        """
