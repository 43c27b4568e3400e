"""What a signal controller sees and says: the port between the running road and the pure side.

A stage is a combination of greens that a signal's own program shows; between two stages the road
brings in the yellow and all-red times of that program. A controller plans which stage has green
until when. What lies within its promise is committed: the road carries it out and tells it to
vehicles, and no later plan can change it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.interface import Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLayout:
    """One controlled signal: S stages over L links."""

    signal_id: str
    links: IntArray
    """(L,) row of each link in the arrays over all links, as in `Traffic.link`."""
    lanes: IntArray
    """(L,) number of the lane that ends at the link's stop line, as in `Traffic.lane`."""
    lanes_behind: IntArray
    """(L,) number of the lane that the link leads to, as in `Traffic.present_lane`."""
    room_m: FloatArray
    """(L,) length of that lane up to the next stop line or junction."""
    saturation_flow_vps: FloatArray
    """(L,) vehicles per second of green that can cross from its lane, by geometry."""
    is_green: BoolArray
    """(S, L) links with green in each stage."""
    is_protected: BoolArray
    """(S, L) of these, links that yield to nobody (`G`)."""
    yields_to: BoolArray
    """(L, L) [i, j]: i gives way to j where both have green, and i is not protected."""
    n_inside: IntArray
    """(L,) vehicles that wait inside the junction for those whom they yield to, if need be, and
    leave it when these are stopped."""
    min_green_s: FloatArray
    """(S,) least length of each green: of people on foot and of the scenario's program."""
    max_green_s: FloatArray
    """(S,) greatest length."""
    planned_green_s: FloatArray
    """(S,) length in the scenario's own program."""
    change_s: FloatArray
    """(S, S) from the end of one green to the start of another: yellow and all-red."""
    following: IntArray
    """(S,) the stage that comes next in the scenario's own program."""
    offset_s: float
    """Simulated time at which stage 0 begins in the scenario's own program, modulo its cycle."""
    cycle_s: float
    """Length of the scenario's own program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsSeen:
    """What is known in a step of N controlled signals and of the traffic ahead of them."""

    time_s: float
    """Simulated time; all other times here are simulated times, too."""
    step_length_s: float
    traffic: Traffic
    """Everybody whom the roadside sees, equipped or not. Greens of the controlled links are in it
    only where somebody is advised: they are the controller's own plans."""
    stage: IntArray
    """(N,) stage of the last green that is committed: present or to come."""
    green_start_s: FloatArray
    """(N,) when that green began or will begin; its end is open."""
    free_s: FloatArray
    """(N,) before this time its end cannot come: its least length, and the promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """Greens of one signal, from the last committed one on."""

    stages: IntArray
    """(K,) the first is the last committed one."""
    ends_s: FloatArray
    """(K,) when each green ends; the last one may be open (inf)."""


class SignalController(Protocol):
    """Anything that plans the greens of the signals of a road."""

    @property
    def promise_s(self) -> float:
        """How long before it happens a switch is committed, s."""

    def reset(self, layouts: tuple[SignalLayout, ...]) -> None:
        """Take note of the signals; called once, before the first step."""

    def plan(self, seen: SignalsSeen) -> Mapping[int, StagePlan]:
        """New plans, by number of the signal; the others keep the plan that they have."""
