"""Arms of a comparison: what differs between two runs of the same traffic."""

import difflib
import re
from dataclasses import dataclass
from typing import Literal, get_args

PolicyName = Literal["glosa", "eco"]
"""Policies that we bring; each is the name of an arm."""

POLICIES: tuple[PolicyName, ...] = get_args(PolicyName)

PLAIN_ARMS = ("none", "unadvised", "glosa-sumo", *POLICIES)
"""Names a user may write; `glosa-sumo` also takes its settings."""

PARAMETERS: dict[str, tuple[str, ...]] = {"glosa": ("glosa",), "eco": ("eco", "eco_accounts")}
"""Policy → keys of an experiment that only runs with it depend on."""

RESERVED_NAMES = (*PLAIN_ARMS, "smoothing")
"""Names that no policy of a user may take: our arms, and what stands beside arms in results."""

DEVICE_DEFAULTS = (100.0, 5.0, 1.1)
"""Range (m), lowest speed (m/s) and speed factor that SUMO's own device starts from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm; its name is its key in all results."""

    name: str
    """As the user wrote it."""
    policy: PolicyName | Literal["own"] | None = None
    """Which policy advises, if any; `own`: one that the user brings."""
    device: tuple[float, float, float] | None = None
    """Range (m), lowest speed (m/s), greatest speed factor of SUMO's own GLOSA device, if used."""

    @property
    def is_equipped(self) -> bool:
        """Whether vehicles are equipped (all arms but `none`)."""
        return self.name != "none"

    @property
    def is_advised(self) -> bool:
        """Whether anybody is advised, by a policy or by SUMO's own device."""
        return self.policy is not None or self.device is not None


def parse_arm(text: str) -> Arm:
    """Arm from its written form, as in `none`, `glosa` or `glosa-sumo:300/2/1.0`.

    Raises:
        ValueError: Unknown name or settings out of range.
    """
    name, _, settings = text.strip().partition(":")
    if name not in PLAIN_ARMS:
        close = difflib.get_close_matches(name, PLAIN_ARMS, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known arms: {', '.join(PLAIN_ARMS)}"
        raise ValueError(f"unknown arm '{text}'; {hint}")
    if name == "glosa-sumo":
        return Arm(name=text.strip(), device=_device_settings(text, settings))
    if settings or text.strip() != name:
        raise ValueError(f"arm '{name}' takes no settings, got '{settings}'")
    return Arm(name=name, policy=next((p for p in POLICIES if p == name), None))


def _device_settings(text: str, settings: str) -> tuple[float, float, float]:
    if ":" in text and not settings:
        raise ValueError(f"'{text}' names no settings; write glosa-sumo:RANGE/MIN/FACTOR")
    if not settings:
        return DEVICE_DEFAULTS
    number = r"(\d+(?:\.\d+)?)"
    match = re.fullmatch(f"{number}/{number}/{number}", settings)
    if match is None:
        raise ValueError(
            f"'{text}' must be glosa-sumo:RANGE/MIN/FACTOR (m, m/s, factor), for example "
            "glosa-sumo:300/2/1.0"
        )
    range_m, min_speed_mps, factor = (float(part) for part in match.groups())
    if range_m <= 0 or min_speed_mps <= 0 or factor < 1.0:
        raise ValueError(
            f"'{text}': range and lowest speed must be positive and the factor at least 1"
        )
    return range_m, min_speed_mps, factor
