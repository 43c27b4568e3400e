"""The demand of an arterial as flows between its ends, by the turning shares."""

from collections.abc import Iterator

from sumo_nets.arterial_plan import Arterial

TYPES = """\
<vTypeDistribution id="fleet">
        <vType id="car" vClass="passenger" speedDev="0.1" probability="{car}"/>
        <vType id="van" vClass="delivery" speedDev="0.1" probability="{van}"/>
        <vType id="truck" vClass="truck" speedDev="0.05" probability="{truck}"/>
    </vTypeDistribution>
    <vType id="bus" vClass="bus"/>"""


def trips_per_hour(arterial: Arterial) -> dict[tuple[str, str], float]:
    """Mean number of vehicles per hour between each entry and exit that has any."""
    demand, n = arterial.demand, len(arterial.signals)
    flows: dict[tuple[str, str], float] = {}

    def along(origin: str, veh_per_h: float, first: int, step: int) -> None:
        """Let a stream run along the main road, from before a signal, east (1) or west (-1)."""
        left, right = ("north", "south") if step == 1 else ("south", "north")
        for i in range(first, n if step == 1 else -1, step):
            name = arterial.signals[i].id
            flows[origin, f"{name}_{left}_out"] = veh_per_h * demand.main_left
            flows[origin, f"{name}_{right}_out"] = veh_per_h * demand.main_right
            veh_per_h *= 1 - demand.main_left - demand.main_right
        flows[origin, "east_end" if step == 1 else "west_end"] = veh_per_h

    along("west_start", demand.eastbound_veh_per_h, 0, 1)
    along("east_start", demand.westbound_veh_per_h, n - 1, -1)
    straight = 1 - demand.side_left - demand.side_right
    for i, signal in enumerate(arterial.signals):
        for side, other, veh_per_h, east, west in (
            ("north", "south", signal.north_veh_per_h, demand.side_left, demand.side_right),
            ("south", "north", signal.south_veh_per_h, demand.side_right, demand.side_left),
        ):
            origin = f"{signal.id}_{side}_in"
            flows[origin, f"{signal.id}_{other}_out"] = veh_per_h * straight
            along(origin, veh_per_h * east, i + 1, 1)
            along(origin, veh_per_h * west, i - 1, -1)
    return {pair: veh_per_h for pair, veh_per_h in flows.items() if veh_per_h > 0}


def route_pieces(arterial: Arterial) -> Iterator[str]:
    """Types and flows of the route file; all flows begin at once, at random times within."""
    demand = arterial.demand
    yield TYPES.format(**demand.fleet.model_dump())
    for (origin, destination), veh_per_h in trips_per_hour(arterial).items():
        yield (
            f'<flow id="{origin}.{destination}" type="fleet" begin="0" end="{demand.duration_s:g}" '
            f'period="exp({veh_per_h / 3600:.6g})" from="{origin}" to="{destination}" '
            'departLane="best" departSpeed="max"/>'
        )
    if demand.bus_period_s:
        for start, end, towards in (
            ("west_start", "east_end", "east"),
            ("east_start", "west_end", "west"),
        ):
            yield (
                f'<flow id="bus.{towards}" type="bus" line="{towards}" begin="0" '
                f'end="{demand.duration_s:g}" period="{demand.bus_period_s:g}" from="{start}" '
                f'to="{end}"><stop busStop="{towards}" duration="{demand.bus_stop_s:g}"/></flow>'
            )
