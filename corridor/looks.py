"""When the road is looked at: in each step, or less often where nobody is advised."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Looks:
    """Times at which the road is looked at.

    Args:
        step_length_s: Of the simulation.
        interval_s: From one look to the next; 0: each step.
        came_s: When the simulation begins.
    """

    step_length_s: float
    interval_s: float
    came_s: float
    """Whoever was not seen before this step came into sight at this time or later."""
    _last_s: float | None = field(default=None, init=False)

    def is_due(self, time_s: float) -> bool:
        """Whether to look in a step; asked once in each, in turn."""
        self.came_s = time_s
        last_s = self._last_s
        if last_s is not None:
            if time_s < last_s + self.interval_s - 1e-6:
                return False
            self.came_s = last_s + self.step_length_s
        self._last_s = time_s
        return True
