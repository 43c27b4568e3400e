"""Green bands along a main road: the offsets that let most of it pass without a stop.

A band is a span of time that travels with the traffic and meets green at each signal. Let signal i
begin its stage 0 at x_i and its green of one direction at x_i + a_i, for g_i. A band of width b
whose centre comes c_i after that green starts meets green if b/2 <= c_i <= g_i - b/2; it goes on
to the next signal if x_i + a_i + c_i + t_i = x_j + a_j + c_j. Times are parts of the
cycle. The other direction runs from j to i, and may come whole cycles later: these are integers.
With one width for each direction, a direction may go without: then its centre may come in red.
With a width for each link, centres come in red only as far as greens leave no other way.
All of it is linear, with 1 / cycle as a variable, too.

References:
    Little (1966), Operations Research 14, 568-594; Little, Kelson and Gartner (1981), "MAXBAND",
    Transportation Research Record 795: one width for each direction.
    Gartner, Assmann, Lasaga and Hou (1991), "A multi-band approach to arterial traffic signal
    optimization", Transportation Research B 25: a width for each link, weighted by its flow.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from controller.arrays import FloatArray, IntArray

RED_WORTH = 10.0
"""A centre line in green is worth more than any width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artery:
    """n signals along a main road; what is `out` goes from the first to the last, `back` returns.

    Greens are parts of the cycle: (n,) when each starts, from the start of stage 0, and how long it
    lasts. The pattern of left turns is in them.
    """

    start_out: FloatArray
    green_out: FloatArray
    start_back: FloatArray
    green_back: FloatArray
    travel_out_s: FloatArray
    """(n - 1,) from each signal to the next one."""
    travel_back_s: FloatArray
    """(n - 1,) from the next one to each signal."""
    flow_out: FloatArray
    """(n - 1,) vehicles, in any unit: weights of the bands."""
    flow_back: FloatArray
    """(n - 1,)"""

    def __post_init__(self) -> None:
        n_signals = self.start_out.size
        if n_signals < 2:
            raise ValueError(f"a main road has at least two signals, got {n_signals}")
        for name in ("start_out", "green_out", "start_back", "green_back"):
            if getattr(self, name).shape != (n_signals,):
                raise ValueError(f"{name} must have {n_signals} numbers, one for each signal")
        for name in ("travel_out_s", "travel_back_s", "flow_out", "flow_back"):
            if getattr(self, name).shape != (n_signals - 1,):
                raise ValueError(f"{name} must have {n_signals - 1} numbers, one for each link")
        for name in ("green_out", "green_back"):
            if not ((getattr(self, name) > 0) & (getattr(self, name) <= 1)).all():
                raise ValueError(f"{name} must be more than 0 and at most 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Offsets and the bands that they make."""

    cycle_s: float
    offset_s: FloatArray
    """(n,) when stage 0 of each signal begins; the first one at 0."""
    out_s: FloatArray
    """(n - 1,) width of the band on each link; without MULTIBAND all the same."""
    back_s: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRules:
    """What may be chosen beside the offsets."""

    shortest_cycle_s: float
    longest_cycle_s: float
    slowest: float = 1.0
    """Bands may take so many times the travel time: slower than traffic could go."""
    is_multiband: bool = False
    """Each link has a width of its own, weighted by its flow."""

    def __post_init__(self) -> None:
        if not 0 < self.shortest_cycle_s <= self.longest_cycle_s:
            raise ValueError(
                "0 < shortest_cycle_s <= longest_cycle_s does not hold: got "
                f"{self.shortest_cycle_s:g} and {self.longest_cycle_s:g}"
            )
        if self.slowest < 1:
            raise ValueError(f"slowest must be at least 1, got {self.slowest:g}")


def green_bands(artery: Artery, rules: BandRules) -> Bands:
    """The offsets whose bands, weighted by flow, are widest (by `scipy.optimize.milp`, HiGHS).

    Args:
        artery: Signals in order.
        rules: Cycle, speed, and whether widths differ by link.

    Raises:
        ValueError: The solver finds no solution.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    at = _Columns(artery.start_out.size, is_multiband=rules.is_multiband)
    rows, low, high = _rows(artery, rules, at)
    integrality = np.zeros(at.n)
    integrality[at.whole] = 1
    integrality[at.is_band] = 0 if rules.is_multiband else 1
    lower, upper = np.zeros(at.n), np.full(at.n, np.inf)
    lower[at.offset[1:]] = lower[at.centre] = -np.inf
    upper[at.offset[0]] = 0.0
    upper[at.width] = upper[at.is_band] = 1.0
    # Both ways together take so many cycles; greens lie within one at each end.
    lower[at.whole] = -4.0
    both_s = (artery.travel_out_s + artery.travel_back_s) * rules.slowest
    upper[at.whole] = np.ceil(both_s / rules.shortest_cycle_s) + 4.0
    lower[at.rate] = 1.0 / rules.longest_cycle_s
    upper[at.rate] = 1.0 / rules.shortest_cycle_s
    found = milp(
        -_worth(artery, rules, at),
        constraints=LinearConstraint(rows, low, high),
        bounds=Bounds(lower, upper),
        integrality=integrality,
    )
    if found.x is None:
        raise ValueError(f"no green bands were found: {found.message}")
    cycle_s = 1.0 / float(found.x[at.rate])
    return Bands(
        cycle_s=cycle_s,
        offset_s=(found.x[at.offset] % 1.0) * cycle_s,
        out_s=np.maximum(found.x[at.width[0]], 0.0) * cycle_s,
        back_s=np.maximum(found.x[at.width[1]], 0.0) * cycle_s,
    )


class _Columns:
    """Which variable is where; those of two directions in two rows."""

    def __init__(self, n_signals: int, *, is_multiband: bool) -> None:
        n_links = n_signals - 1
        sizes = (1, n_signals, 2 * n_signals, 2 * n_links, 2 * n_links, 2 * n_links, n_links)
        starts = np.cumsum((0, *sizes))
        spans = [np.arange(one, next_one) for one, next_one in itertools.pairwise(starts)]
        self.n = int(starts[-1])
        self.rate = int(spans[0][0])
        self.offset: IntArray = spans[1]
        self.centre: IntArray = spans[2].reshape(2, n_signals)
        self.travel: IntArray = spans[3].reshape(2, n_links)
        self.width: IntArray = spans[4].reshape(2, n_links)
        self.is_band: IntArray = spans[5].reshape(2, n_links)
        self.whole: IntArray = spans[6]
        if not is_multiband:
            # One width for each direction: all links use the variable of the first.
            self.width = np.repeat(self.width[:, :1], n_links, axis=1)
            self.is_band = np.repeat(self.is_band[:, :1], n_links, axis=1)


def _rows(
    artery: Artery, rules: BandRules, at: _Columns
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coefficients, least and greatest value of each constraint."""
    start = (artery.start_out, artery.start_back)
    green = (artery.green_out, artery.green_back)
    travel_s = (artery.travel_out_s, artery.travel_back_s)
    rows: list[tuple[dict[int, float], float, float]] = []
    for i in range(artery.travel_out_s.size):
        for way in range(2):
            one, other = (i, i + 1) if way == 0 else (i + 1, i)
            width, travel = int(at.width[way, i]), int(at.travel[way, i])
            is_band = int(at.is_band[way, i])
            rows.append(({width: 1.0, is_band: -1.0}, -np.inf, 0.0))
            line = {travel: -1.0}
            for signal, sign in ((other, 1.0), (one, -1.0)):
                centre = int(at.centre[way, signal])
                line |= {int(at.offset[signal]): sign, centre: sign}
                # Where green never ends, a band may be anywhere.
                if green[way][signal] < 1.0:
                    after, end = {centre: 1.0, width: -0.5}, float(green[way][signal])
                    rows.append((after | {is_band: -1.0}, -1.0, np.inf))
                    rows.append(({centre: 1.0, width: 0.5, is_band: 1.0}, -np.inf, end + 1.0))
            if way == 1:
                line[int(at.whole[i])] = 1.0
            ahead = float(start[way][one] - start[way][other])
            rows.append((line, ahead, ahead))
            seconds = float(travel_s[way][i])
            rows.append(({travel: 1.0, at.rate: -seconds}, 0.0, np.inf))
            rows.append(({travel: 1.0, at.rate: -seconds * rules.slowest}, -np.inf, 0.0))
    matrix = np.zeros((len(rows), at.n))
    for row, (coefficients, _, _) in enumerate(rows):
        matrix[row, list(coefficients)] = list(coefficients.values())
    return matrix, np.array([low for _, low, _ in rows]), np.array([high for *_, high in rows])


def _worth(artery: Artery, rules: BandRules, at: _Columns) -> FloatArray:
    """Weight of each variable: flows, so that all of them are 1 together."""
    flows = np.array((artery.flow_out, artery.flow_back))
    total = flows.sum()
    worth = np.zeros(at.n)
    np.add.at(worth, at.width, flows / total if total > 0 else 0.5 / flows.shape[1])
    if rules.is_multiband:
        worth[at.is_band] = RED_WORTH / flows.size
    return worth
