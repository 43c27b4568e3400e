"""Accounts: what one recorded drive costs under several emission models.

An emission class does not change how a SUMO vehicle drives, so one trace of (speed, acceleration,
slope) serves all accounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emissions.map_loading import load_map
from emissions.maps import JOULE_PER_WATTHOUR, EmissionMap, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One emission model under which a drive is accounted."""

    column: str
    """Column of the results, with its unit."""
    emission_class: str
    """SUMO's name of the class."""
    quantity: str
    """`CO2` or `electricity`."""
    has_coasting_jump: bool = True
    """Whether SUMO's drop to zero when coasting is kept."""

    @property
    def unit_per_rate_s(self) -> float:
        """What one rate unit (g/s, W) makes in a second: g, or Wh."""
        return 1.0 / JOULE_PER_WATTHOUR if self.quantity == "electricity" else 1.0


ACCOUNTS = (
    Account(column="co2_hbefa4_g", emission_class="HBEFA4/PC_petrol_Euro-4", quantity="CO2"),
    Account(
        column="co2_hbefa4_nojump_g",
        emission_class="HBEFA4/PC_petrol_Euro-4",
        quantity="CO2",
        has_coasting_jump=False,
    ),
    Account(column="co2_phemlight5_g", emission_class="PHEMlight5/PC_EU4_G", quantity="CO2"),
    Account(column="energy_bev_wh", emission_class="HBEFA4/PC_BEV", quantity="electricity"),
)
"""The four accounts of every headline."""


def load_accounts(
    *, slopes_deg: tuple[float, ...], sumo_home: Path, sumo_version: str, cache_dir: Path
) -> dict[Account, EmissionMap]:
    """Maps of all accounts; see `load_map` for the arguments."""
    maps = {}
    for account in ACCOUNTS:
        found = load_map(
            account.emission_class,
            account.quantity,
            slopes_deg=slopes_deg,
            sumo_home=sumo_home,
            sumo_version=sumo_version,
            cache_dir=cache_dir,
        )
        maps[account] = found if account.has_coasting_jump else found.without_coasting_jump()
    return maps


def account_steps(
    maps: Mapping[Account, EmissionMap],
    speed_mps: FloatArray,
    accel_mps2: FloatArray,
    slope_deg: FloatArray,
    *,
    step_length_s: float,
) -> dict[str, FloatArray]:
    """Grams or watt-hours of each step of a trace, by the column of its account.

    Args:
        maps: As from `load_accounts`.
        speed_mps: (n,) speed reached in the step.
        accel_mps2: (n,) acceleration during the step.
        slope_deg: (n,) slope of the road.
        step_length_s: Length of a step.

    Returns:
        (n,) per account: g of CO2, or Wh (negative where a battery is charged).
    """
    speed_mps = np.maximum(speed_mps, 0.0)
    return {
        account.column: found.at(speed_mps, accel_mps2, slope_deg)
        * (step_length_s * account.unit_per_rate_s)
        for account, found in maps.items()
    }
