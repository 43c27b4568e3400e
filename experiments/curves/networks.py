"""Effects network by network, and their mean over networks.

An interval over the seeds of a network holds what chance does there. One over networks holds how
much the effect differs from road to road as well: it is the one for a road that was not tried, as
far as that is like these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from experiments.curves.estimates import Estimate, estimate
from experiments.curves.network_settings import Place, places
from experiments.curves.reading import Sweep
from experiments.measures import SAFETY_COUNTERS, SEEDS_WITH_MORE, effect_key
from experiments.statistics import Effect

FloatArray = NDArray[np.float64]

Vehicles = Literal["all", "equipped", "unequipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Events of a sort, summed over the seeds."""

    arm: int
    reference: int
    seeds_with_more: int
    """Seeds in which the arm has more of them than the reference."""

    def __add__(self, other: "Count") -> "Count":
        """Both together."""
        return Count(
            arm=self.arm + other.arm,
            reference=self.reference + other.reference,
            seeds_with_more=self.seeds_with_more + other.seeds_with_more,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OnNetwork:
    """What one arm does on one network, or on all of them together."""

    n_seeds: int
    """Those that count: finished in all arms that are compared there."""
    n_asked: int
    """Those that there were to be."""
    effects: Mapping[str, Effect | None]
    """Metric → change in percent over the seeds; None where it was not told."""
    counts: Mapping[str, Count]
    """Sort of events → how many; of all vehicles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverNetworks:
    """What one arm does at one setting of all other keys."""

    arm: str
    setting: str
    """Values of the other keys; empty where only networks differ."""
    networks: Mapping[str, OnNetwork]
    """By their names."""
    left_out: tuple[str, ...]
    """Networks of the sweeps on which nothing of it is compared."""
    means: Mapping[str, Estimate | None]
    """Metric → mean over networks, each of the same weight, with the interval over networks."""
    confidence: float
    """Probability that intervals are made for."""

    @property
    def total(self) -> OnNetwork:
        """What happened on all networks together; effects are the means."""
        each = tuple(self.networks.values())
        return OnNetwork(
            n_seeds=sum(one.n_seeds for one in each),
            n_asked=sum(one.n_asked for one in each),
            effects={m: None if mean is None else mean.effect for m, mean in self.means.items()},
            counts={
                name: sum((one.counts[name] for one in each[1:]), start=each[0].counts[name])
                for name in SAFETY_COUNTERS
            },
        )


def over_networks(
    sweeps: Sequence[Sweep],
    metrics: Sequence[str],
    *,
    arms: Sequence[str] = (),
    vehicles: Vehicles = "all",
) -> tuple[OverNetworks, ...]:
    """Effects of each arm network by network, out of one or several sweeps.

    Args:
        sweeps: Their networks together; each may have networks of its own.
        metrics: As in `co2_phemlight5`, `trip_time`.
        arms: Only these; empty: all that give advice or run signals otherwise.
        vehicles: Whose changes are told.

    Raises:
        ValueError: There is no such arm or metric, nothing is compared, the sweeps have different
            references, or an arm is twice on a network.
    """
    _check(sweeps, metrics, arms)
    chosen = tuple(dict.fromkeys(arms)) or _treated(sweeps)
    confidence = max(sweep.confidence for sweep in sweeps)
    found: dict[tuple[str, str], dict[str, OnNetwork | None]] = {}
    folders: dict[tuple[str, str, str], str] = {}
    for place in places(sweeps):
        for arm in chosen:
            if arm not in place.sweep.compared:
                continue
            row = found.setdefault((arm, place.setting), {})
            told = _on_network(place, arm, metrics, vehicles)
            if told is None:
                row.setdefault(place.network)
                continue
            where = arm, place.setting, place.network
            if where in folders:
                raise ValueError(
                    f"{arm} on '{place.network}' is in '{folders[where]}' and in "
                    f"'{place.sweep.folder}'; give one of them, seeds of two are not joined"
                )
            folders[where], row[place.network] = place.sweep.folder, told
    tables = tuple(
        OverNetworks(
            arm=arm,
            setting=setting,
            networks=known,
            left_out=tuple(name for name in row if name not in known),
            means=mean_over(tuple(known.values()), metrics, confidence),
            confidence=confidence,
        )
        for setting in dict.fromkeys(setting for _, setting in found)
        for arm in chosen
        for row in [found.get((arm, setting), {})]
        for known in [{name: told for name, told in row.items() if told is not None}]
        if known
    )
    if not tables:
        raise ValueError(f"there is no network on which {vehicles} vehicles of an arm are compared")
    return tables


def mean_over(
    networks: Sequence[OnNetwork], metrics: Sequence[str], confidence: float
) -> dict[str, Estimate | None]:
    """Metric → mean over some networks, each of the same weight."""
    return {
        metric: estimate(changes_on(networks, metric), confidence=confidence) for metric in metrics
    }


def changes_on(networks: Sequence[OnNetwork], metric: str) -> FloatArray:
    """(networks,) mean change on each; NaN where it was not told."""
    effects = (each.effects[metric] for each in networks)
    return np.array([np.nan if effect is None else effect.mean for effect in effects])


def _treated(sweeps: Sequence[Sweep]) -> tuple[str, ...]:
    """All arms that do something; where there are none, all that are compared."""
    every = dict.fromkeys(arm for sweep in sweeps for arm in sweep.compared)
    found = tuple(arm for arm in every if any(arm in sweep.treated for sweep in sweeps))
    return tuple(arm for arm in found if arm not in {"none", "unadvised"}) or found


def _n_asked(place: Place) -> int:
    """Seeds that a point was to have."""
    manifest = place.sweep.manifest
    points = manifest.get("points") or ()
    own = points[place.at].get("seeds") if place.at < len(points) else None
    seeds = own or manifest.get("experiment", {}).get("seeds")
    return len(seeds) if isinstance(seeds, list) else int(place.sweep.asked[place.at].sum())


def _check(sweeps: Sequence[Sweep], metrics: Sequence[str], arms: Sequence[str]) -> None:
    folders = [sweep.folder for sweep in sweeps]
    for folder in folders:
        if folders.count(folder) > 1:
            raise ValueError(f"'{folder}' is given twice")
    references = dict.fromkeys(sweep.reference for sweep in sweeps)
    if len(references) > 1:
        raise ValueError(f"all sweeps need one reference, got {', '.join(references)}")
    for arm in arms:
        known = dict.fromkeys(each for sweep in sweeps for each in sweep.compared)
        if arm not in known:
            raise ValueError(f"arm '{arm}' is not compared; there are {', '.join(known)}")
    for metric in metrics:
        known = dict.fromkeys(each for sweep in sweeps for each in sorted(sweep.figures))
        if metric not in known:
            raise ValueError(f"there is no metric '{metric}'; there are {', '.join(known)}")


def _on_network(
    place: Place, arm: str, metrics: Sequence[str], vehicles: Vehicles
) -> OnNetwork | None:
    """What an arm does at a point; None where nothing of it is compared there."""
    sweep, summary = place.sweep, place.sweep.summaries[place.at]
    effects = summary.get("effects", {}).get(arm) or {}
    told = effects if vehicles == "all" else effects.get(vehicles, {})
    changes = {metric: _effect(told.get(effect_key(metric))) for metric in metrics}
    if not any(changes.values()):
        return None
    return OnNetwork(
        n_seeds=len(summary["seeds"]),
        n_asked=_n_asked(place),
        effects=changes,
        counts={
            counter: Count(
                arm=int(summary["arms"][arm][counter]),
                reference=int(summary["arms"][sweep.reference][counter]),
                seeds_with_more=int(effects.get(SEEDS_WITH_MORE, {}).get(counter, 0)),
            )
            for counter in SAFETY_COUNTERS
        },
    )


def _effect(entry: Mapping[str, Any] | None) -> Effect | None:
    return None if entry is None else Effect(**entry)
