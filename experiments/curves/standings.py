"""Arms side by side on equal networks: their means, and who is ahead on how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.curves.estimates import Estimate, estimate
from experiments.curves.networks import OnNetwork, OverNetworks, changes_on, mean_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One arm beside all others that advise, on the networks that have them all."""

    arm: str
    means: Mapping[str, Estimate | None]
    """Metric → mean over these networks."""
    ahead: Mapping[str, int]
    """Metric → on how many of these it is lower than every other arm."""
    lead: Mapping[str, Estimate | None]
    """Metric → mean over these networks of its change less that of whichever other arm is lowest
    there, as if one could choose that afterwards; points. None where it is told of no network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Several arms at one setting, on equal networks."""

    setting: str
    standings: tuple[Standing, ...]
    networks: tuple[str, ...]
    """Those that have all arms."""
    left_out: Mapping[str, tuple[str, ...]]
    """Each other network → the arms that it lacks."""


def compare_over_networks(tables: Sequence[OverNetworks]) -> tuple[Comparison, ...]:
    """Arms side by side, one comparison for each setting that has several."""
    settings = dict.fromkeys(each.setting for each in tables)
    groups = [[each for each in tables if each.setting == setting] for setting in settings]
    found = (_comparison(group) for group in groups if len(group) > 1)
    return tuple(each for each in found if each.networks)


def _comparison(group: Sequence[OverNetworks]) -> Comparison:
    metrics = tuple(group[0].means)
    every = dict.fromkeys(name for table in group for name in (*table.networks, *table.left_out))
    shared = [name for name in every if all(name in table.networks for table in group)]
    alike = [[table.networks[name] for name in shared] for table in group]
    confidence = group[0].confidence
    ahead = {metric: _ahead(alike, metric, confidence) for metric in metrics}
    return Comparison(
        setting=group[0].setting,
        standings=tuple(
            Standing(
                arm=table.arm,
                means=mean_over(networks, metrics, confidence),
                ahead={metric: ahead[metric][place][0] for metric in metrics},
                lead={metric: ahead[metric][place][1] for metric in metrics},
            )
            for place, (table, networks) in enumerate(zip(group, alike, strict=True))
        ),
        networks=tuple(shared),
        left_out={
            name: tuple(table.arm for table in group if name not in table.networks)
            for name in every
            if name not in shared
        },
    )


def _ahead(
    alike: Sequence[Sequence[OnNetwork]], metric: str, confidence: float
) -> list[tuple[int, Estimate | None]]:
    """On how many networks each arm is lower than all others, and by how much on the mean.

    Args:
        alike: What each arm does, on equal networks.
        metric: By which.
        confidence: Probability that intervals are made for.
    """
    changes = np.array([changes_on(networks, metric) for networks in alike])
    others = [np.delete(changes, place, axis=0).min(axis=0) for place in range(len(changes))]
    return [
        (int((own < least).sum()), estimate(own - least, confidence=confidence))
        for own, least in zip(changes, others, strict=True)
    ]
