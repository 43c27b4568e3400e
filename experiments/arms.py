"""Arms of a comparison: what differs between two runs of the same traffic."""

import difflib
import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

PolicyName = Literal["glosa", "eco"]
"""Policies that we bring; each is the name of an arm."""

POLICIES: tuple[PolicyName, ...] = get_args(PolicyName)

PLAIN_ARMS = ("none", "unadvised", "glosa-sumo", *POLICIES)
"""Names a user may write; `glosa-sumo` also takes its settings."""

PlanName = Literal["actuated", "delay_based", "coordinator", "cycle-adaptation", "optimized"]
"""Ways to control signals by a program that SUMO runs from a file."""

PLANS: tuple[PlanName, ...] = get_args(PlanName)

PLANNED: tuple[PlanName, ...] = ("coordinator", "cycle-adaptation", "optimized")
"""Of these, plans that are made of a demand."""

OnlineName = Literal["max-pressure", "max-pressure-cyclic", "committed"]
"""Ways to control signals by a controller of ours that is asked while a run goes on."""

ONLINE: tuple[OnlineName, ...] = get_args(OnlineName)

SIGNALS: tuple[str, ...] = (*PLANS, *ONLINE)
"""Ways to control signals; each is the name of an arm, alone and with `+ADVICE` behind it."""

OWN_PLAN = "own plan"
"""Level of the signals in arms that leave the scenario's own programs in force."""

PARAMETERS: dict[str, tuple[str, ...]] = {
    "glosa": ("glosa",),
    "eco": ("eco", "eco_accounts"),
    "optimized": ("signal_plan",),
    "max-pressure": ("max_pressure", "control_limit_s"),
    "max-pressure-cyclic": ("max_pressure", "control_limit_s"),
    "committed": ("committed", "control_limit_s"),
}
"""Policy, or way to control signals → keys of an experiment that only runs with it depend on."""

RESERVED_NAMES = (*PLAIN_ARMS, *SIGNALS, "smoothing")
"""Names that no policy of a user may take: our arms, and what stands beside arms in results."""

DEVICE_DEFAULTS = (100.0, 5.0, 1.1)
"""Range (m), lowest speed (m/s) and speed factor that SUMO's own device starts from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalArm:
    """How an arm controls the signals."""

    name: str
    """Which way, as in `SIGNALS`."""
    promise_s: float | None = None
    """How long before it happens a switch is committed (`committed:PROMISE`); None: as set."""

    @property
    def plan(self) -> PlanName | None:
        """Which program SUMO runs from a file, if it does."""
        return next((plan for plan in PLANS if plan == self.name), None)

    @property
    def online(self) -> OnlineName | None:
        """Which controller of ours is asked, if one is."""
        return next((name for name in ONLINE if name == self.name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One arm; its name is its key in all results."""

    name: str
    """As the user wrote it."""
    advice: str
    """What of it says who is advised: a name of `PLAIN_ARMS`, with settings, or an own policy."""
    policy: PolicyName | Literal["own"] | None = None
    """Which policy advises, if any; `own`: one that the user brings."""
    device: tuple[float, float, float] | None = None
    """Range (m), lowest speed (m/s), greatest speed factor of SUMO's own GLOSA device, if used."""
    signals: SignalArm | None = None
    """How signals are controlled; None: by the scenario's own programs."""

    @property
    def is_equipped(self) -> bool:
        """Whether vehicles are equipped (all arms but `none`)."""
        return self.advice != "none"

    @property
    def is_advised(self) -> bool:
        """Whether anybody is advised, by a policy or by SUMO's own device."""
        return self.policy is not None or self.device is not None


def split_arm(text: str) -> tuple[str, str]:
    """What an arm's name says of signals (empty: nothing) and of advice.

    `unadvised` is left out beside signals: `actuated` is `actuated+unadvised`.
    """
    first, plus, second = text.strip().partition("+")
    if plus:
        return first, second
    is_signals = first.partition(":")[0] in SIGNALS
    return (first, "unadvised") if is_signals else ("", first)


def gives_advice(name: str) -> bool:
    """Whether anybody is advised in an arm.

    Args:
        name: Of an arm, as in results.
    """
    return split_arm(name)[1] not in ("none", "unadvised")


def parse_arm(text: str, own: tuple[str, ...] = ()) -> Arm:
    """Arm from its written form, as in `none`, `glosa-sumo:300/2/1.0` or `actuated+eco`.

    Args:
        text: As the user wrote it.
        own: Names of the user's own policies.

    Raises:
        ValueError: Unknown name or settings out of range.
    """
    signals, advice = split_arm(text)
    if "+" in text:
        _check_two(text, signals, advice, own)
    found = _advice(text, advice, own)
    if not signals:
        return found
    if not found.is_equipped:
        raise ValueError(
            f"'{text}': 'none' is the scenario as it came; write '{signals}' for its traffic "
            "without advice"
        )
    if advice == "unadvised" and "+" in text:
        raise ValueError(f"'{text}' is written '{signals}'")
    return Arm(
        name=text.strip(),
        advice=advice,
        policy=found.policy,
        device=found.device,
        signals=_signals(text, signals),
    )


def _check_two(text: str, signals: str, advice: str, own: tuple[str, ...]) -> None:
    """Refuse what is not SIGNALS+ADVICE, with what was meant where that can be told."""
    plain = (*PLAIN_ARMS, *own)
    first, second = (part.partition(":")[0] for part in (signals, advice))
    if first in plain and second in SIGNALS:
        meant = advice if first in ("none", "unadvised") else f"{advice}+{signals}"
        raise ValueError(f"'{text}': signals come first; did you mean '{meant}'?")
    if first == "unadvised" and second in plain:
        raise ValueError(
            f"'{text}': without signals in front, the scenario's own plan is in force; did you "
            f"mean '{advice}'?"
        )
    if not signals or not advice or "+" in advice or first in plain or second in SIGNALS:
        raise ValueError(
            f"'{text}' must be SIGNALS+ADVICE, for example {SIGNALS[0]}+eco; signals: "
            f"{', '.join(SIGNALS)}"
        )


def _advice(text: str, advice: str, own: tuple[str, ...]) -> Arm:
    if advice in own:
        return Arm(name=advice, advice=advice, policy="own")
    name, _, settings = advice.partition(":")
    if name not in PLAIN_ARMS:
        known = (*PLAIN_ARMS, *SIGNALS, *own)
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known arms: {', '.join(known)}"
        raise ValueError(f"unknown arm '{text}'; {hint}")
    if name == "glosa-sumo":
        return Arm(name=advice, advice=advice, device=_device_settings(advice, settings))
    if settings or advice != name:
        raise ValueError(f"arm '{name}' takes no settings, got '{settings}'")
    return Arm(name=name, advice=advice, policy=next((p for p in POLICIES if p == name), None))


def _signals(text: str, signals: str) -> SignalArm:
    name, colon, settings = signals.partition(":")
    if name not in SIGNALS:
        close = difflib.get_close_matches(name, SIGNALS, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(SIGNALS)}"
        raise ValueError(f"'{text}': unknown control of signals '{name}'; {hint}")
    if colon and name != "committed":
        raise ValueError(f"'{text}': '{name}' takes no settings, got '{settings}'")
    return SignalArm(name=name, promise_s=_promise_s(text, settings) if colon else None)


def _promise_s(text: str, settings: str) -> float:
    from controller import LONGEST_PROMISE_S

    promise_s = float(settings) if re.fullmatch(r"\d+(\.\d+)?", settings) else math.nan
    if not 0.0 <= promise_s <= LONGEST_PROMISE_S:
        raise ValueError(
            f"'{text}' must be committed:PROMISE, in seconds from 0 to {LONGEST_PROMISE_S:g}, for "
            f"example committed:20; got '{settings}'"
        )
    return promise_s


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
