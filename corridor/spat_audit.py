"""How well signals' futures are told: predicted greens against those that came."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corridor.course import Course
from corridor.engine import Engine
from corridor.network import RoadNetwork
from corridor.programs import GREEN, FloatArray
from corridor.spat import (
    END_LIKELY,
    END_MAX,
    END_MIN,
    START_LIKELY,
    START_MAX,
    START_MIN,
    SpatSource,
)

EVERY_S = 7.0
"""Time between two predictions that are checked; no divisor of common cycles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatAudit:
    """Predictions of one run, checked."""

    n_links: int
    n_untold: int
    """Links of which nothing can be told."""
    n_windows: int
    """Greens that were predicted and came."""
    n_outside: int
    """Starts or ends outside their bounds; anything but 0 is a bug."""
    errors_s: FloatArray
    """(m,) distance of the likely start or end from the true one."""
    next_errors_s: FloatArray
    """(k,) the same for the next switch of each link alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    time_s: float
    windows: FloatArray


def audit_spat(
    engine: Engine, network: RoadNetwork, course: Course, *, duration_s: float
) -> SpatAudit:
    """Run a course, predict now and then, and compare with what the signals did.

    Args:
        engine: What simulates.
        network: The road.
        course: What is simulated.
        duration_s: For how long.
    """
    looks: list[_Look] = []
    states: dict[str, list[str]] = {link.signal: [] for link in network.links}
    engine.start(course.arguments)
    try:
        source = SpatSource(
            engine,
            network.links,
            course.signal_files,
            course.begin_s,
            step_length_s=course.step_length_s,
        )
        n_steps = round(duration_s / course.step_length_s)
        stride = max(round(EVERY_S / course.step_length_s), 1)
        for step in range(n_steps):
            source.update(engine.time_s())
            if step % stride == 0:
                looks.append(_Look(time_s=engine.time_s(), windows=source.windows.copy()))
            engine.step()
            for signal, shown in states.items():
                shown.append(engine.signal_letters(signal))
        is_told = source.is_told.copy()
    finally:
        engine.close()
    found = [
        _check_link(link.row, _greens(states[link.signal], link.index, course), looks)
        for link in network.links
        if is_told[link.row]
    ]
    return SpatAudit(
        n_links=len(network.links),
        n_untold=int((~is_told).sum()),
        n_windows=sum(link.n_windows for link in found),
        n_outside=sum(link.n_outside for link in found),
        errors_s=np.array([error for link in found for error in link.errors_s]),
        next_errors_s=np.array([error for link in found for error in link.next_errors_s]),
    )


def _greens(states: Sequence[str], index: int, course: Course) -> FloatArray:
    """(n, 2) start and end of each green of a link that ended within the run."""
    is_green = np.array([state[index] in GREEN for state in states], dtype=np.int8)
    change = np.diff(is_green, prepend=0)
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    pairs = np.stack([starts[: ends.size], ends], axis=1)
    return course.begin_s + pairs * course.step_length_s


@dataclass(slots=True)
class _LinkAudit:
    n_windows: int
    n_outside: int
    errors_s: list[float]
    next_errors_s: list[float]


def _check_link(row: int, greens: FloatArray, looks: Sequence[_Look]) -> _LinkAudit:
    audit = _LinkAudit(0, 0, [], [])
    for look in looks:
        # A green that ends at the very moment of the look is still the present one.
        first = int(np.searchsorted(greens[:, 1], look.time_s - 1e-9))
        told = look.windows[:, row]
        told = told[:, ~(np.isnan(told[START_MIN]) | (told[END_MAX] < look.time_s))]
        for place, (window, green) in enumerate(zip(told.T, greens[first:], strict=False)):
            audit.n_windows += 1
            pairs = [(END_MIN, END_LIKELY, END_MAX, green[1])]
            if window[START_MAX] > look.time_s:
                pairs.insert(0, (START_MIN, START_LIKELY, START_MAX, green[0]))
            for lower, likely, upper, true_s in pairs:
                is_inside = window[lower] - 1e-6 <= true_s <= window[upper] + 1e-6
                audit.n_outside += not is_inside
                audit.errors_s.append(abs(window[likely] - true_s))
            if place == 0:
                audit.next_errors_s.append(audit.errors_s[-len(pairs)])
    return audit
