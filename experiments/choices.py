"""Arms, seeds and classes as a user writes them, and what is wrong with them."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.arms import parse_arm
from experiments.own_policy import check_arm_name, split_reference
from experiments.strict_yaml import read_scalar

MAX_SEEDS = 1000
"""A greater count is taken for a seed that was meant by its own value."""

VehicleClass = Literal[
    "private", "emergency", "authority", "army", "vip", "passenger", "hov", "taxi", "bus",
    "coach", "delivery", "truck", "trailer", "motorcycle", "moped", "bicycle", "evehicle",
    "tram", "scooter", "custom1", "custom2",
]  # fmt: skip
"""Classes of SUMO that drive up to signals on a road."""

_MAX_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class WrongItem:
    """What is wrong with one item of a value."""

    item: int | str
    """Its position in a list, or its key."""
    message: str
    got: object


def split_items(value: object) -> object:
    """Items of a comma-separated text or of a list; anything else as it is."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(","))
    return tuple(value) if isinstance(value, list) else value


def written_seeds(value: object) -> object:
    """Seeds from a count, a list, or a comma-separated text, with or without brackets.

    Raises:
        ValueError: Neither of them, or a count out of range.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= MAX_SEEDS:
            named = f"; a list names seeds: [{value}]" if value >= 0 else ""
            raise ValueError(
                f"a count must be 1 to {MAX_SEEDS} (8 means the seeds 1 to 8), got {value}{named}"
            )
        return tuple(range(1, value + 1))
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    seeds = split_items(value)
    if not isinstance(seeds, tuple):
        raise ValueError(f"should be a count of seeds or a list of seeds, got {value!r}")
    return tuple(read_scalar(seed) if isinstance(seed, str) else seed for seed in seeds)


def wrong_seeds(seeds: Sequence[int]) -> list[WrongItem]:
    """Seeds out of SUMO's range, and those that repeat."""
    wrong = []
    for position, seed in enumerate(seeds):
        if not 0 <= seed <= _MAX_SEED:
            wrong.append(WrongItem(position, f"a seed must be 0 to {_MAX_SEED}, got {seed}", seed))
        if seed in seeds[:position]:
            wrong.append(WrongItem(position, f"seed {seed} repeats; each counts once", seed))
    return wrong


def wrong_arms(arms: Sequence[str], own: Collection[str]) -> list[WrongItem]:
    """Arms that are not known, and those that are the same as one before.

    Args:
        arms: As they were written.
        own: Names of the user's own policies, which are arms too.
    """
    wrong = []
    seen: dict[Hashable, str] = {}
    for position, text in enumerate(arms):
        what: Hashable = text
        if text not in own:
            try:
                arm = parse_arm(text, tuple(own))
            except ValueError as error:
                wrong.append(WrongItem(position, str(error), text))
                continue
            what = (arm.is_equipped, arm.policy, arm.device, arm.signals)
            if arm.policy == "own":
                what = (arm.advice, arm.signals)
        if what in seen:
            message = f"'{text}' is the same arm as '{seen[what]}' before it"
            wrong.append(WrongItem(position, message, text))
        seen.setdefault(what, text)
    return wrong


def wrong_policies(policies: Mapping[str, str]) -> list[WrongItem]:
    """Own policies whose name or whose reference cannot be."""
    wrong = []
    for name, reference in policies.items():
        try:
            check_arm_name(name)
            split_reference(reference)
        except ValueError as error:
            wrong.append(WrongItem(name, str(error), reference))
    return wrong


def repeated(names: Sequence[str]) -> list[WrongItem]:
    """Names that stand twice."""
    return [
        WrongItem(position, f"'{name}' repeats; each counts once", name)
        for position, name in enumerate(names)
        if name in names[:position]
    ]
