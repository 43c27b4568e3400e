"""What a scenario holds, told without running it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sumo_nets.network import Link, Network, Program, read_network, read_programs
from sumo_nets.phases import GREEN
from sumo_nets.scenario import Scenario
from sumo_nets.traffic import collect
from sumo_nets.xml_source import read_pieces

FREE = frozenset("oO")
"""A signal that is off, or blinks: whoever has the right of way may go."""

LONGEST_CYCLE_S = 600.0
"""A longer cycle is no cycle: such signals are switched by hand or by an outer program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalDescription:
    """One signal and its program that runs at the begin."""

    id: str
    control: str
    """SUMO's type as in `static`, `actuated`, `delay_based`, `NEMA`; `off` where it is off."""
    cycle_s: float
    """Sum of the phases; nominal where the control is not `static`."""
    program_ids: tuple[str, ...]
    is_switched: bool
    """Whether a WAUT switches between its programs."""
    n_vehicle_links: int
    n_crossing_links: int
    """Of pedestrians."""
    never_green: tuple[int, ...]
    """Indices of vehicle links without green in any program that may run."""
    position_m: tuple[float, float] | None
    """Of the junction with its id, where there is one."""

    @property
    def works_by_itself(self) -> bool:
        """Whether it is on, and all its links get green in a time that drivers would wait."""
        return self.control != "off" and not self.never_green and self.cycle_s <= LONGEST_CYCLE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioDescription:
    """What `nets show` tells."""

    name: str
    origin: str
    begin_s: float
    end_s: float | None
    step_length_s: float
    signals: tuple[SignalDescription, ...]
    n_edges: int
    """Roads of motor traffic, each direction counted."""
    n_lanes: int
    length_km: float
    """Of those roads."""
    speed_limits_mps: tuple[float, ...]
    """All that occur on those roads, rising."""
    demand: Mapping[str, int]
    """Number of elements within the window by SUMO's tag, as in `trip` or `flow`."""
    n_before: int
    """Elements that depart before the begin, and are left out."""
    n_after: int
    """Elements that depart at the end or later, and are left out."""
    left_out: tuple[str, ...]


def describe(scenario: Scenario) -> ScenarioDescription:
    """Signals, roads and demand of a scenario.

    Raises:
        ScenarioError: where the demand has no end.
    """
    network = read_network(scenario.net_file)
    traffic = collect(scenario)
    roads = [edge for edge in network.edges.values() if edge.is_motor]
    lanes = [lane for edge in roads for lane in edge.lanes if lane.is_motor]
    demand = Counter(piece.element.tag for piece in traffic.elements)
    return ScenarioDescription(
        name=scenario.name,
        origin=scenario.origin,
        begin_s=scenario.begin_s,
        end_s=scenario.end_s,
        step_length_s=scenario.step_length_s,
        signals=describe_signals(scenario, network),
        n_edges=len(roads),
        n_lanes=len(lanes),
        length_km=sum(edge.lanes[0].length_m for edge in roads) / 1000,
        speed_limits_mps=tuple(sorted({lane.speed_mps for lane in lanes})),
        demand=dict(sorted(demand.items())),
        n_before=traffic.n_before,
        n_after=traffic.n_after,
        left_out=scenario.left_out,
    )


def describe_signals(scenario: Scenario, network: Network) -> tuple[SignalDescription, ...]:
    """The signals for motor traffic, with the programs of the additional files.

    As in SUMO, the program that was loaded last runs, unless a WAUT says which.
    """
    programs = list(network.programs)
    for path in scenario.additional_files:
        programs += read_programs(path)
    start_programs = _start_programs(scenario)
    is_off = dict(scenario.options).get("tls.all-off", "false").lower() in ("true", "1", "yes")
    by_signal: dict[str, list[Program]] = {}
    for program in programs:
        by_signal.setdefault(program.signal_id, []).append(program)
    links: dict[str, list[Link]] = {}
    for link in network.links:
        links.setdefault(link.signal_id, []).append(link)
    return tuple(
        _signal(
            by_signal[signal_id],
            links[signal_id],
            network,
            start=start_programs.get(signal_id),
            is_off=is_off,
        )
        for signal_id in network.signal_ids
        if signal_id in by_signal
    )


def _signal(
    programs: list[Program], links: list[Link], network: Network, *, start: str | None, is_off: bool
) -> SignalDescription:
    chosen = [program for program in programs if program.program_id == start]
    runs = (chosen or programs)[-1]
    possible = [runs] if start is None else programs
    green = {
        index
        for program in possible
        for state in program.states
        for index, letter in enumerate(state)
        if letter in GREEN | FREE
    }
    motor = [
        link
        for link in links
        if link.is_vehicle and link.from_edge in network.edges
        if network.edges[link.from_edge].is_motor
    ]
    off = is_off or runs.program_id == "off"
    return SignalDescription(
        id=runs.signal_id,
        control="off" if off else runs.kind,
        cycle_s=sum(runs.durations_s),
        program_ids=tuple(program.program_id for program in programs),
        is_switched=start is not None,
        n_vehicle_links=sum(link.is_vehicle for link in links),
        n_crossing_links=sum(not link.is_vehicle for link in links),
        never_green=() if off else tuple(sorted({link.index for link in motor} - green)),
        position_m=network.positions_m.get(runs.signal_id),
    )


def _start_programs(scenario: Scenario) -> dict[str, str]:
    """The program at the begin of each signal that a WAUT switches."""
    pieces = [piece for path in scenario.additional_files for piece in read_pieces(path)]
    starts = {
        piece.element.get("id", ""): piece.element.get("startProg", "")
        for piece in pieces
        if piece.element.tag == "WAUT"
    }
    return {
        piece.element.get("junctionID", ""): starts.get(piece.element.get("wautID", ""), "")
        for piece in pieces
        if piece.element.tag == "wautJunction"
    }
