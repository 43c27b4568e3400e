"""How often vehicles were, or were not, advised for each reason."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from controller import Reason
from corridor.columns import Columns, IntArray

N_REASONS = max(Reason) + 1


@dataclass(slots=True)
class ReasonCounts:
    """Vehicle-steps of equipped vehicles by reason."""

    _counts: IntArray = field(default_factory=lambda: np.zeros(N_REASONS, dtype=np.int64))

    def add(self, columns: Columns) -> None:
        """Count a step of all vehicles of the table."""
        reasons = columns.ints("reason")[columns.flags("is_equipped")]
        self._counts += np.bincount(reasons, minlength=N_REASONS)

    def told(self) -> Counter[str]:
        """By name of the reason; those that never were are left out."""
        counts = self._counts.tolist()
        return Counter({each.name.lower(): counts[each] for each in Reason if counts[each]})
