"""Signals as arrays: their lanes, and how fast each lane flows in each stage.

N signals with at most S stages and L lanes; what a signal has less is padded by lanes that nobody
comes on and by stages that cannot be reached.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.signals.interface import SignalLayout

BLOCKED_VPS = 0.01
"""Flow of a link without green: whoever heads a shared lane for it holds up the lane."""
HEAD_M = 10.0
"""Who is nearer to the stop line counts more for how a shared lane flows: half at this distance."""
LEAST_SHARE = 0.1
"""No link is taken to have green for less of the time than this."""
NO_CHANGE_S = 1e4
"""From a stage to itself, and to a stage that a signal has not."""


class _Links(NamedTuple):
    """Links in the order of their lanes."""

    rows: IntArray
    cells: IntArray
    behind: IntArray
    room_m: FloatArray
    saturation_vps: FloatArray
    green_share: FloatArray
    n_inside: IntArray
    is_green: BoolArray


def _links_of(layout: SignalLayout, cells: IntArray, n_stages: int) -> _Links:
    order = np.argsort(layout.lanes, kind="stable")
    green_s = layout.planned_green_s
    padding = ((0, n_stages - layout.is_green.shape[0]), (0, 0))
    return _Links(
        rows=layout.links[order],
        cells=cells[order],
        behind=layout.lanes_behind[order],
        room_m=layout.room_m[order],
        saturation_vps=layout.saturation_flow_vps[order],
        green_share=np.clip(green_s @ layout.is_green / layout.cycle_s, LEAST_SHARE, 1.0)[order],
        n_inside=layout.n_inside[order],
        is_green=np.pad(layout.is_green, padding).T[order],
    )


def _conflicts(layout: SignalLayout) -> IntArray:
    """(3, C) who yields to whom in which stage; links in the order of their lanes."""
    order = np.argsort(layout.lanes, kind="stable")
    is_green, is_protected = layout.is_green[:, order], layout.is_protected[:, order]
    gives_way = (is_green & ~is_protected)[:, :, np.newaxis] & is_green[:, np.newaxis]
    stage, yields, foe = (gives_way & layout.yields_to[np.ix_(order, order)]).nonzero()
    return np.stack([yields, foe, stage])


@dataclass(frozen=True, slots=True, kw_only=True)
class Approaches:
    """Lanes and links of N signals; M links, ordered by signal and lane."""

    lane_ids: IntArray
    """(N, L) number of each lane, as in `Traffic.lane`; -1: none."""
    link_rows: IntArray
    """(M,) row of each link, as in `Traffic.link`."""
    link_cells: IntArray
    """(M,) place of its lane in the flattened (N, L) arrays."""
    cell_of_row: IntArray
    """(rows + 2,) the same by row of the link plus 1; -1: not of these signals, as no link is, and
    all behind."""
    lane_starts: IntArray
    """First link of each lane that there is; its place in the flattened arrays is that link's."""
    is_green: BoolArray
    """(M, S) stages in which the link has green."""
    saturation_vps: FloatArray
    """(M,) what flows by each link if it yields to nobody."""
    green_share: FloatArray
    """(M,) share of the cycle in which it has green in the own program."""
    n_inside: IntArray
    """(M,) vehicles that may wait inside the junction, and leave it at the end of green."""
    yielding: IntArray
    """(Y,) links that yield in a stage: places in flattened (M, S) arrays."""
    yields: IntArray
    """(C,) place in `yielding` of who yields to one other link."""
    foe: IntArray
    """(C,) to whom then: places as in `yielding`."""
    lanes_behind: IntArray
    """(M,) number of the lane that the link leads to."""
    room_m: FloatArray
    """(M,) length of that lane."""
    min_green_s: FloatArray
    """(N, S) least length of each green."""
    max_green_s: FloatArray
    """(N, S) greatest length."""
    change_s: FloatArray
    """(N, S, S) from the end of one green to the start of another."""
    cycle_s: FloatArray
    """(N,) length of each own program."""

    @classmethod
    def of(cls, layouts: tuple[SignalLayout, ...]) -> Self:
        """Arrays of some signals."""
        lanes = [np.unique(layout.lanes) for layout in layouts]
        n_lanes = max((each.size for each in lanes), default=0)
        n_stages = max((layout.is_green.shape[0] for layout in layouts), default=0)
        lane_ids = np.full((len(layouts), n_lanes), -1, dtype=np.int64)
        bounds_s = np.zeros((2, len(layouts), n_stages))
        change_s = np.full((len(layouts), n_stages, n_stages), NO_CHANGE_S)
        links: list[_Links] = []
        conflicts = [np.zeros((3, 0), dtype=np.int64)]
        n_links = 0
        for number, (layout, own) in enumerate(zip(layouts, lanes, strict=True)):
            n_own = layout.is_green.shape[0]
            lane_ids[number, : own.size] = own
            bounds_s[:, number, :n_own] = layout.min_green_s, layout.max_green_s
            change_s[number, :n_own, :n_own] = layout.change_s
            change_s[number, np.arange(n_own), np.arange(n_own)] = NO_CHANGE_S
            cells = number * n_lanes + own.searchsorted(layout.lanes)
            links.append(_links_of(layout, cells, n_stages))
            conflicts.append(_conflicts(layout) + np.array([[n_links], [n_links], [0]]))
            n_links += cells.size
        together = _Links(*(np.concatenate(each) for each in zip(*links, strict=True)))
        one, foe, stage = np.concatenate(conflicts, axis=1)
        yielding, yields = np.unique(one * n_stages + stage, return_inverse=True)
        cell_of_row = np.full(int(together.rows.max(initial=-1)) + 3, -1, dtype=np.int64)
        cell_of_row[together.rows + 1] = together.cells
        return cls(
            lane_ids=lane_ids,
            link_rows=together.rows,
            link_cells=together.cells,
            cell_of_row=cell_of_row,
            lane_starts=np.flatnonzero(np.diff(together.cells, prepend=-1)),
            is_green=together.is_green,
            saturation_vps=together.saturation_vps,
            green_share=together.green_share,
            n_inside=together.n_inside,
            yielding=yielding,
            yields=yields,
            foe=foe * n_stages + stage,
            lanes_behind=together.behind,
            room_m=together.room_m,
            min_green_s=bounds_s[0],
            max_green_s=bounds_s[1],
            change_s=change_s,
            cycle_s=np.array([layout.cycle_s for layout in layouts], dtype=np.float64),
        )

    def cells_of(self, link: IntArray) -> IntArray:
        """(m,) place of the lane of each link in the flattened (N, L) arrays; -1: none of ours.

        Args:
            link: (m,) rows; -1: no link.
        """
        return self.cell_of_row.take(link + 1, mode="clip")

    def use_of_lanes(self, link: IntArray, distance_m: FloatArray) -> FloatArray:
        """(M,) share of each link among those who come on its lane, the nearest counting most.

        Args:
            link: (m,) row of each vehicle's link.
            distance_m: (m,) its distance to the stop line.
        """
        size = int(max(self.link_rows.max(initial=0), link.max(initial=0))) + 1
        weights = np.bincount(link, weights=HEAD_M / (HEAD_M + distance_m), minlength=size)
        weight = weights[self.link_rows] + 1e-6
        sums = np.bincount(self.link_cells, weights=weight, minlength=self.lane_ids.size)
        return np.asarray(weight / sums[self.link_cells])

    def lane_flow_vps(self, link_vps: FloatArray, use: FloatArray) -> FloatArray:
        """(N, L, K) flow of each lane, when its vehicles wait for one another.

        The mean headway of a shared lane is that of its links, by their use.

        Args:
            link_vps: (M, K) flow of each link, in each of K stages or steps.
            use: (M,) share of each link in the use of its lane.
        """
        headway_s = use[:, np.newaxis] / np.maximum(link_vps, BLOCKED_VPS)
        flow = np.zeros((self.lane_ids.size, link_vps.shape[1]))
        if self.link_cells.size:
            summed_s = np.add.reduceat(headway_s, self.lane_starts, axis=0)
            flow[self.link_cells[self.lane_starts]] = 1.0 / summed_s
        # A lane all of whose links are blocked is closed.
        flow[flow < 1.5 * BLOCKED_VPS] = 0.0
        return flow.reshape(*self.lane_ids.shape, link_vps.shape[1])
