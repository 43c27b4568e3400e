"""Accounts: what one recorded drive costs under several emission models.

An emission class does not change how a SUMO vehicle drives, so one trace of (speed, acceleration,
slope) serves all accounts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from emissions.map_loading import load_maps
from emissions.maps import JOULE_PER_WATTHOUR, EmissionMap, FloatArray, rates_of

Quantity = Literal["CO2", "fuel", "electricity", "NOx", "PMx"]
"""What SUMO's models tell of a drive, as SUMO calls it."""

_COLUMNS: dict[Quantity, tuple[str, str]] = {
    "CO2": ("co2", "g"),
    "fuel": ("fuel", "g"),
    "electricity": ("energy", "wh"),
    "NOx": ("nox", "g"),
    "PMx": ("pmx", "g"),
}
"""Quantity → how the name of its column begins and ends."""
_COLUMN = re.compile(r"(co2|co2e|fuel|energy|nox|pmx)_(\w+)_(g|wh)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One emission model under which a drive is accounted."""

    name: str
    """Of the model, as in `hbefa4`; letters, digits and underscores."""
    emission_class: str
    """SUMO's name of the class."""
    quantity: Quantity
    has_coasting_jump: bool = True
    """Whether SUMO's drop to zero when coasting is kept."""

    @property
    def column(self) -> str:
        """Column of the results, with its unit."""
        start, unit = _COLUMNS[self.quantity]
        return f"{start}_{self.name}_{unit}"

    @property
    def unit_per_rate_s(self) -> float:
        """What one rate unit (g/s, W) makes in a second: g, or Wh."""
        return 1.0 / JOULE_PER_WATTHOUR if self.quantity == "electricity" else 1.0


_PETROL = "HBEFA4/PC_petrol_Euro-4"
_PETROL_PHEM = "PHEMlight5/PC_EU4_G"
ACCOUNTS = (
    Account(name="hbefa4", emission_class=_PETROL, quantity="CO2"),
    Account(name="hbefa4_nojump", emission_class=_PETROL, quantity="CO2", has_coasting_jump=False),
    Account(name="phemlight5", emission_class=_PETROL_PHEM, quantity="CO2"),
    Account(name="bev", emission_class="HBEFA4/PC_BEV", quantity="electricity"),
)
"""The four accounts of every headline."""

POLLUTANTS = (
    Account(name="hbefa4", emission_class=_PETROL, quantity="NOx"),
    Account(name="hbefa4", emission_class=_PETROL, quantity="PMx"),
    Account(name="phemlight5", emission_class=_PETROL_PHEM, quantity="NOx"),
    Account(name="phemlight5", emission_class=_PETROL_PHEM, quantity="PMx"),
)
"""What must not be the price of a saving of CO2."""


class ColumnParts(NamedTuple):
    """What the column of an account is called by."""

    start: str
    """Of the quantity: co2, co2e (from well to wheel), fuel, energy, nox or pmx."""
    name: str
    unit: str
    """g or wh."""


def column_parts(column: str) -> ColumnParts | None:
    """Parts of the name of an account's column (`co2_hbefa4_g`); None: it is of no account.

    Args:
        column: Of a table of vehicles.
    """
    match = _COLUMN.fullmatch(column)
    return None if match is None else ColumnParts(*match.groups())


def load_accounts(
    accounts: Iterable[Account],
    *,
    slopes_deg: tuple[float, ...],
    sumo_home: Path,
    sumo_version: str,
    cache_dir: Path,
) -> dict[Account, EmissionMap]:
    """Maps of accounts; see `load_maps` for the arguments."""
    wanted = tuple(accounts)
    quantities: dict[str, list[str]] = {}
    for account in wanted:
        of_class = quantities.setdefault(account.emission_class, [])
        if account.quantity not in of_class:
            of_class.append(account.quantity)
    loaded = {
        name: load_maps(
            name,
            of_class,
            slopes_deg=slopes_deg,
            sumo_home=sumo_home,
            sumo_version=sumo_version,
            cache_dir=cache_dir,
        )
        for name, of_class in quantities.items()
    }
    maps = {}
    for account in wanted:
        found = loaded[account.emission_class][account.quantity]
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
    """What each step of a trace costs, by the column of its account.

    Args:
        maps: As from `load_accounts`.
        speed_mps: (n,) speed reached in the step.
        accel_mps2: (n,) acceleration during the step.
        slope_deg: (n,) slope of the road.
        step_length_s: Length of a step.

    Returns:
        (n,) per account: g, or Wh (negative where a battery is charged).
    """
    speed_mps = np.maximum(speed_mps, 0.0)
    rates = rates_of(list(maps.values()), speed_mps, accel_mps2, slope_deg)
    return {
        account.column: rate * (step_length_s * account.unit_per_rate_s)
        for account, rate in zip(maps, rates, strict=True)
    }
