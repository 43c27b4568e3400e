"""The policy of docs/own_policy.md: an example of an entry."""

import numpy as np

from controller import Advice, Observation, Reason


class Gentle:
    """Arrive when the next green is likely to begin."""

    def advise(self, seen: Observation) -> Advice:
        """Say a speed where it is of use."""
        speed_mps = seen.distance_m / np.maximum(seen.likely_start_s[:, 0], 0.1)
        is_useful = (speed_mps > 5.0) & (speed_mps < seen.ceiling_mps)
        reason = np.where(is_useful, Reason.ADVISED, Reason.NOT_NEEDED)
        return Advice(speed_mps=np.where(is_useful, speed_mps, np.nan), reason=reason)
