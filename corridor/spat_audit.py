"""How well signals' futures are told: predicted greens against those that came."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor.calibration import (
    GREEN_AHEAD_S,
    Calibration,
    Foretold,
    GreenAhead,
    calibrate,
    probability,
)
from corridor.course import Course
from corridor.engine import Engine
from corridor.network import RoadNetwork
from corridor.outlook import LIKELY, MAX, MIN
from corridor.programs import GREEN
from corridor.spat import END_MAX, END_MIN, START_MAX, START_MIN
from corridor.spat_watch import SpatRecord, SpatWatch

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

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
    calibration: Calibration | None
    """Of the switches that traffic decides; None where there are none."""


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
    engine.start(course.arguments)
    try:
        n_steps = round(duration_s / course.step_length_s)
        stride = max(round(EVERY_S / course.step_length_s), 1)
        watch = SpatWatch(engine=engine, network=network, course=course)
        record = watch.run(n_steps, stride)
    finally:
        engine.close()
    return check(record, network, course)


def check(record: SpatRecord, network: RoadNetwork, course: Course) -> SpatAudit:
    """Compare each predicted green with the one that it should be, in order."""
    switches: list[_Switches] = []
    ahead: list[GreenAhead] = []
    for link in network.links:
        if not record.is_told[link.row]:
            continue
        letters = (state[link.index] for state in record.states[link.signal])
        shown = np.array([letter in GREEN for letter in letters])
        switches += _switches(record, link.row, _greens(shown, course))
        ahead.append(_green_ahead(record, link.row, shown, course))
    told = _Switches.joined(switches)
    errors_s = np.abs(told.told_s[LIKELY] - told.true_s)
    is_inside = (told.true_s >= told.told_s[MIN] - 1e-6) & (told.true_s <= told.told_s[MAX] + 1e-6)
    is_open = told.told_s[MAX] > told.told_s[MIN] + 1e-6
    calibration = None
    if is_open.any():
        foretold = Foretold(
            time_s=told.time_s[is_open],
            told_s=told.told_s[:, is_open],
            plain_s=told.plain_s[is_open],
            true_s=told.true_s[is_open],
            step_length_s=course.step_length_s,
        )
        calibration = calibrate(foretold, GreenAhead.joined(ahead))
    return SpatAudit(
        n_links=len(network.links),
        n_untold=int((~record.is_told).sum()),
        n_windows=int(told.is_end.sum()),
        n_outside=int((~is_inside).sum()),
        errors_s=errors_s,
        next_errors_s=errors_s[told.is_next],
        calibration=calibration,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Switches:
    """Starts or ends of greens that were told and came."""

    time_s: FloatArray
    """(m,) when it was told."""
    told_s: FloatArray
    """(5, m)"""
    plain_s: FloatArray
    """(m,)"""
    true_s: FloatArray
    """(m,)"""
    is_end: BoolArray
    """(m,) whether it ends a green, or else starts one."""
    is_next: BoolArray
    """(m,) whether it is the next one of its link."""

    @classmethod
    def joined(cls, parts: Sequence["_Switches"]) -> "_Switches":
        """All of them as one."""
        names = ("time_s", "told_s", "plain_s", "true_s", "is_end", "is_next")
        return cls(**{n: np.concatenate([getattr(p, n) for p in parts], axis=-1) for n in names})


def _greens(shown: BoolArray, course: Course) -> FloatArray:
    """(n, 2) start and end of each green of a link that ended within the run."""
    change = np.diff(shown.astype(np.int8), prepend=0)
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    pairs = np.stack([starts[: ends.size], ends], axis=1)
    return course.begin_s + pairs * course.step_length_s


def _switches(record: SpatRecord, row: int, greens: FloatArray) -> tuple[_Switches, _Switches]:
    """Told starts and ends of one link's greens, each with the one that came."""
    windows = record.windows[:, :, row].swapaxes(0, 1)
    now_s = np.broadcast_to(record.time_s[:, np.newaxis], windows.shape[1:])
    with np.errstate(invalid="ignore"):
        is_told = ~np.isnan(windows[START_MIN]) & ~(windows[END_MAX] < now_s)
        is_ahead = windows[START_MAX] > now_s
    order = np.cumsum(is_told, axis=1) - 1
    # A green that ends at the very moment of the look is still the present one.
    number = np.searchsorted(greens[:, 1], now_s - 1e-9) + order
    came = is_told & (number < len(greens))
    greens = np.concatenate([greens, np.zeros((1, 2))])
    true_s = greens[np.where(came, number, 0)]
    is_first = order == 0
    found = []
    for side, chosen in enumerate((came & is_ahead, came)):
        part = windows[START_MIN : START_MAX + 1] if side == 0 else windows[END_MIN : END_MAX + 1]
        found.append(
            _Switches(
                time_s=now_s[chosen],
                told_s=part[:, chosen],
                plain_s=record.plain_s[:, side, row][chosen],
                true_s=true_s[..., side][chosen],
                is_end=np.full(int(chosen.sum()), side == 1),
                is_next=(is_first & (is_ahead if side == 0 else ~is_ahead))[chosen],
            )
        )
    return found[0], found[1]


def _green_ahead(record: SpatRecord, row: int, shown: BoolArray, course: Course) -> GreenAhead:
    """Told probabilities of green a while ahead, at the looks where traffic decides."""
    windows = record.windows[:, :, row].swapaxes(0, 1)
    starts_s, ends_s = windows[START_MIN : START_MAX + 1], windows[END_MIN : END_MAX + 1]
    then_s = record.time_s + GREEN_AHEAD_S
    step = np.round((then_s - course.begin_s) / course.step_length_s).astype(np.int64)
    with np.errstate(invalid="ignore"):
        is_open = ((starts_s[MAX] > starts_s[MIN]) | (ends_s[MAX] > ends_s[MIN])).any(axis=1)
    chosen = is_open & (step < shown.size)
    at_s = then_s[:, np.newaxis]
    is_green = probability(starts_s, at_s) - probability(ends_s, at_s)
    told = np.where(np.isnan(starts_s[MIN]), 0.0, is_green).sum(axis=1)
    return GreenAhead(
        told=np.clip(told, 0.0, 1.0)[chosen],
        usual=np.full(int(chosen.sum()), shown.mean()),
        was_green=shown[step[chosen]],
    )
