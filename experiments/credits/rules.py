"""The rules that points are given by, as written in a YAML file."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from experiments.data_files import read_data_file

LABEL: Final = "points, not tradable units"
"""Stands on every output."""
UNITS = {"co2": "g", "energy": "wh"}
"""How the metrics of what may be saved begin, and their columns end."""

TAILPIPE = ("co2_hbefa4", "co2_hbefa4_nojump", "co2_phemlight5")
"""Accounts of CO2 at the tailpipe of which the results tell, as far as they were counted."""


class Rules(BaseModel):
    """When a trip is credited, and with how many points."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    arm: str = Field(default="eco", min_length=1)
    """Advised arm whose trips are credited."""
    account: str = "co2_phemlight5"
    """Account whose saving counts; of our CO2 accounts this one promises advice the least."""
    amount_per_point: float = Field(default=1.0, gt=0.0)
    """Grams (Wh for an electric account) of conservative saving that make a point."""
    min_advised_s: float = Field(default=5.0, ge=0.0)
    """Advice for a shorter time is no advice that was received."""
    followed_share: float = Field(default=0.7, ge=0.0, le=1.0)
    """Advice is followed if it was in this share of the time in which it was shown (0 to 1)."""
    tolerance_mps: float = Field(default=1.4, ge=0.0)
    """Whoever drives faster than what is shown by more than this, and does not slow down, does not
    follow at that time."""
    daily_cap_points: float = Field(default=500.0, gt=0.0)
    """Most points of a vehicle in a day, over all ledgers."""
    day: str = Field(default="1", min_length=1)
    """Which day the traffic stands for, such as 2026-03-02: the cap counts by it, and a vehicle is
    credited once in it in a scenario. The same drive is not credited again on any other day."""

    @field_validator("account")
    @classmethod
    def _check_account(cls, account: str) -> str:
        quantity, _, name = account.partition("_")
        if quantity not in UNITS or not name:
            raise ValueError(
                "must be an account of CO2 or electricity, such as co2_phemlight5 or energy_bev, "
                f"got '{account}'"
            )
        return account

    @property
    def deciding(self) -> tuple[str, ...]:
        """Accounts that must all show a saving: one account of the user's choice may flatter."""
        is_tailpipe = self.account.startswith("co2_")
        return tuple(dict.fromkeys((self.account, *TAILPIPE))) if is_tailpipe else (self.account,)

    @property
    def column(self) -> str:
        """Of the table of vehicles: the account's."""
        return f"{self.account}_{UNITS[self.account.partition('_')[0]]}"


def load_rules(path: Path | None) -> Rules:
    """Rules of a YAML file; the defaults without one.

    Raises:
        ConfigError: With all problems.
    """
    return Rules() if path is None else read_data_file(path, Rules).content
