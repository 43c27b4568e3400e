"""How advice is shown to a driver, and how the driver follows it."""

import math
from dataclasses import dataclass, replace

import numpy as np

from controller.arrays import BoolArray, FloatArray

FASTEST_MPS = 40.0
"""No display shows more."""
PASSENGER_CAR_MPS2 = 2.6
"""Acceleration of SUMO's default passenger car."""
WEAK_CAR_MPS2 = 1.0
"""Weak cars are taken to accelerate by this: of the ramps that are tabulated the next to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A driver who is shown advice and follows it by hand."""

    compliant_drivers: float = 1.0
    """Share of equipped drivers who follow advice at all (0 to 1)."""
    compliant_time: float = 1.0
    """Share of the displayed speeds that such a driver takes up (0 to 1)."""
    lag_s: float = 1.0
    """Reaction time from a change of the display to the change of the wished speed."""
    step_mps: float = 5.0 / 3.6
    """Advice is shown in multiples of this (5 km/h)."""
    floor_mps: float = 20.0 / 3.6
    """No slower speed is shown or planned (20 km/h), but near the stop line."""
    near_m: float = 100.0
    """Nearer to the stop line than this a driver sees the signal and its countdown ..."""
    near_floor_mps: float = 15.0 / 3.6
    """... and may be shown speeds down to this one (15 km/h): to spare him a stop, or to roll on
    off the pedal towards it."""
    weak_mps2: float = 1.5
    """In a car that accelerates by less than this (0: in none) he may, ..."""
    weak_near_m: float = 150.0
    """... nearer to the stop line than this, ..."""
    weak_floor_mps: float = 10.0 / 3.6
    """... be shown speeds down to this one (10 km/h): where such a car has to start from standing,
    all behind it lose."""
    dawdling_mps2: float = 0.9
    """A driver stays below the speed that he keeps to by this times the length of a step, on the
    mean: SUMO's dawdling (half of sigma times acceleration), and some for the traffic ahead. In a
    weak car it is less, in proportion to the acceleration."""
    ease_off_mps2: float = 0.35
    """Least deceleration by which a driver follows a lower speed: off the pedal, in gear:
    at 50 km/h SUMO's petrol cars need no traction from 0.28 (PHEMlight5) or 0.29 m/s2 (HBEFA4) on.
    `eco` plans with no gentler one, and with none below 0.35."""
    hold_s: float = 5.0
    """The display does not change more often than this."""

    def __post_init__(self) -> None:
        for name in ("compliant_drivers", "compliant_time"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must be between 0 and 1, got {getattr(self, name)}")
        if not self.lag_s >= 0:
            raise ValueError(f"lag_s must not be negative, got {self.lag_s}")
        if not self.hold_s >= self.lag_s:
            raise ValueError(
                f"hold_s must be at least lag_s ({self.lag_s}), or no advice would ever be "
                f"followed; got {self.hold_s}"
            )
        for name in ("near_m", "weak_mps2", "weak_near_m", "dawdling_mps2"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        for name in ("floor_mps", "near_floor_mps", "weak_floor_mps", "ease_off_mps2"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not self.step_mps > 0:
            raise ValueError(f"step_mps must be positive, got {self.step_mps}")

    @property
    def in_weak_car(self) -> "Driver":
        """The same driver in a car that accelerates weakly."""
        return replace(
            self,
            near_m=max(self.near_m, self.weak_near_m),
            near_floor_mps=min(self.near_floor_mps, self.weak_floor_mps),
            dawdling_mps2=self.dawdling_mps2 * WEAK_CAR_MPS2 / PASSENGER_CAR_MPS2,
        )

    @property
    def shown_speeds_mps(self) -> FloatArray:
        """(h,) what can be shown: 0 (a stop ahead), then steps from the lower floor upwards."""
        lowest_mps = self._step_above(min(self.floor_mps, self.near_floor_mps))
        first = round(lowest_mps / self.step_mps)
        steps = np.arange(first, int(FASTEST_MPS / self.step_mps) + 1) * self.step_mps
        return np.concatenate([[0.0], steps])

    def driven_mps(self, shown_mps: FloatArray, step_length_s: float) -> FloatArray:
        """(n,) what a driver drives on the mean who is shown each of some speeds."""
        return np.maximum(shown_mps - self.dawdling_mps2 * step_length_s, 0.0)

    @property
    def shown_floor_mps(self) -> float:
        """Slowest speed that is shown: no step of the display is below the floor."""
        return self._step_above(self.floor_mps)

    def floor_at_mps(self, distance_m: FloatArray) -> FloatArray:
        """(n,) the same at distances from the stop line."""
        near_mps = self._step_above(min(self.floor_mps, self.near_floor_mps))
        return np.where(distance_m > self.near_m, self.shown_floor_mps, near_mps)

    def _step_above(self, speed_mps: float) -> float:
        return math.ceil(speed_mps / self.step_mps - 1e-9) * self.step_mps


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """What n drivers see, and what they act on."""

    shown_mps: FloatArray
    """(n,) speed on the display; NaN: blank."""
    changed_s: FloatArray
    """(n,) when it last changed; -inf: never."""
    followed_mps: FloatArray
    """(n,) speed that the driver keeps to; NaN: his own."""


def update_display(
    driver: Driver,
    display: Display,
    advised_mps: FloatArray,
    time_s: float,
    draw: FloatArray,
) -> Display:
    """The displays one step later.

    Advice is rounded down to the display's steps, so that nobody arrives before green; what is
    below the first of them cannot be shown. A blank display may come at any time, since outdated
    advice must not stay; a new speed only after the hold time. What is shown is followed after the
    reaction time, or not taken up at all: until then he keeps to what he followed before.

    Args:
        driver: Parameters.
        display: (n,) before.
        advised_mps: (n,) new advice; NaN: none.
        time_s: Now.
        draw: (n,) a number in [0, 1) of each driver, see `takes_up`.
    """
    n_steps = np.floor(advised_mps / driver.step_mps + 1e-9)
    stepped_mps = np.where(n_steps >= 1.0, n_steps * driver.step_mps, np.nan)
    blank = np.isnan(stepped_mps)
    differs = ~((stepped_mps == display.shown_mps) | (blank & np.isnan(display.shown_mps)))
    may_change = blank | (time_s - display.changed_s >= driver.hold_s - 1e-9)
    changes = differs & may_change
    shown_mps = np.where(changes, stepped_mps, display.shown_mps)
    changed_s = np.where(changes, time_s, display.changed_s)
    taken_mps = np.where(takes_up(driver, draw, changed_s), shown_mps, np.nan)
    took_up = takes_up(driver, draw, display.changed_s)
    taken_before_mps = np.where(took_up, display.shown_mps, np.nan)
    # Where the lag ends in the very step that brings another speed, the last one is still heeded.
    had_reacted = time_s - display.changed_s >= driver.lag_s - 1e-9
    is_heeded = had_reacted & ~(blank & took_up)
    heeded_mps = np.where(is_heeded, taken_before_mps, display.followed_mps)
    has_reacted = time_s - changed_s >= driver.lag_s - 1e-9
    return Display(
        shown_mps=shown_mps,
        changed_s=changed_s,
        followed_mps=np.where(has_reacted, taken_mps, heeded_mps),
    )


def takes_up(driver: Driver, draw: FloatArray, changed_s: FloatArray) -> BoolArray:
    """Whether each driver takes up what his display shows since it last changed.

    Args:
        driver: Parameters.
        draw: (n,) a number in [0, 1) of each driver.
        changed_s: (n,) when the display last changed; another change is another decision.
    """
    # A Weyl sequence turns one draw per driver into one per decision (equidistributed in [0, 1)).
    golden = 0.6180339887498949
    decision = np.where(np.isfinite(changed_s), changed_s, 0.0)
    return np.asarray((draw + golden * decision) % 1.0 < driver.compliant_time)
