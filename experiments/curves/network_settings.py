"""Networks and settings of the points of several sweeps: which of them are to be put together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Any

from experiments.curves.levels import setting_text, value_text
from experiments.curves.reading import Sweep
from experiments.curves.response import SCENARIO
from experiments.dotted import dotted

WINDOW = ("begin_s", "end_s")
"""Keys that belong to a network, as long as each has but one window."""
_NO_SETTING = {"name", "arms", "seeds", "accounts", SCENARIO}
"""Keys of an experiment that say nothing of how the vehicles drive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point of a sweep."""

    sweep: Sweep
    at: int
    network: str
    setting: str
    """Values of all keys that were swept anywhere, or differ between the sweeps."""


def places(sweeps: Sequence[Sweep]) -> tuple[Place, ...]:
    """All points of some sweeps, each with its network and the setting of all other keys.

    Raises:
        ValueError: The points of a sweep were drawn: each is a setting of its own.
    """
    for sweep in sweeps:
        if sweep.kind == "sample":
            raise ValueError(
                f"'{sweep.folder}': its points are a sample, each a setting of its own; "
                "`curves` averages over them"
            )
    points = [(sweep, at) for sweep in sweeps for at in range(len(sweep.points))]
    networks = [_network(sweep, at) for sweep, at in points]
    names = network_names(networks)
    values = [dict(dotted(_experiment(sweep))) | dict(sweep.points[at]) for sweep, at in points]
    keys = _setting_keys(sweeps, networks, values)
    return tuple(
        Place(sweep=sweep, at=at, network=names[network], setting=setting_text(known, keys))
        for (sweep, at), network, known in zip(points, networks, values, strict=True)
    )


def network_names(values: Sequence[str]) -> dict[str, str]:
    """Scenario as it was written → how it is called.

    Files are called without their ending and the folders that all share, unless another scenario
    would be called so, too.
    """
    files = {value: PurePosixPath(value) for value in values if value.endswith(".sumocfg")}
    depths = zip(*(file.parent.parts for file in files.values()), strict=False)
    n_shared = len(list(takewhile(lambda folders: len(set(folders)) == 1, depths)))
    names = {
        value: str(PurePosixPath(*file.with_suffix("").parts[n_shared:]))
        for value, file in files.items()
    }
    called = {value: names.get(value, value) for value in values}
    n_called = Counter(called.values())
    return {value: name if n_called[name] == 1 else value for value, name in called.items()}


def _setting_keys(
    sweeps: Sequence[Sweep], networks: Sequence[str], values: Sequence[Mapping[str, Any]]
) -> list[str]:
    swept = dict.fromkeys(key for sweep in sweeps for key in sweep.swept)
    bases = [dict(dotted(_experiment(sweep))) for sweep in sweeps]
    # Those that lack a key are of another version of this program: the others are compared.
    known = sorted({key for base in bases for key in base})
    differ = [
        key for key in known if len({value_text(base[key]) for base in bases if key in base}) > 1
    ]
    keys = [key for key in dict.fromkeys([*swept, *differ]) if key not in _NO_SETTING]
    return [key for key in keys if key not in WINDOW or not _is_of_network(key, networks, values)]


def _is_of_network(key: str, networks: Sequence[str], values: Sequence[Mapping[str, Any]]) -> bool:
    pairs = {
        (network, value_text(known.get(key)))
        for network, known in zip(networks, values, strict=True)
    }
    return len(pairs) == len(set(networks))


def _network(sweep: Sweep, at: int) -> str:
    if SCENARIO in sweep.swept:
        return value_text(sweep.points[at].get(SCENARIO))
    return str(_experiment(sweep).get(SCENARIO, sweep.name))


def _experiment(sweep: Sweep) -> Mapping[str, Any]:
    found = sweep.manifest.get("experiment", {})
    return found if isinstance(found, Mapping) else {}
