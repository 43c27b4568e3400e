"""Whether an attempt was the last one of an order, told as it is found out."""

import threading
from dataclasses import dataclass, field

from experiments.engines.end import End
from experiments.engines.events import Event, Tell
from experiments.order import Order

RETRIES = 2
"""Further attempts after a failure of the machine."""
PAUSE_S = 1.0
"""Before the next attempt."""


@dataclass(slots=True, kw_only=True)
class Attempts:
    """Tells events one at a time, and decides on further attempts."""

    tell_one: Tell
    retries: int
    """Further attempts where the machine failed, not the run."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, event: Event) -> None:
        """Tell an event, while no other one is told."""
        with self._lock:
            self.tell_one(event)

    def is_last(self, order: Order, end: End, n_before: int) -> bool:
        """Tell how an attempt ended; whether the order ended with it.

        Args:
            order: What was done.
            end: What came of it.
            n_before: Attempts before this one.
        """
        is_last = end.kind != "lost" or n_before >= self.retries
        if end.kind in ("done", "kept"):
            self.tell(Event(kind=end.kind, order=order, wall_s=end.wall_s))
        elif is_last and end.kind != "stopped":
            self.tell(Event(kind="failed", order=order, wall_s=end.wall_s, message=end.why))
        elif not is_last:
            why = f"{end.why} (attempt {n_before + 1} of {self.retries + 1})"
            self.tell(Event(kind="retried", order=order, wall_s=end.wall_s, message=why))
        return is_last
