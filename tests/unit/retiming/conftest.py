"""Two signals in a line by hand: a main road w-A-B-e, a side street at each, a crossing at A."""

from types import SimpleNamespace

import numpy as np
import pytest

from corridor import RoadNetwork
from sumo_nets import Scenario

EDGES = {"wA": (200.0, "w", "A"), "AB": (400.0, "A", "B"), "Be": (200.0, "B", "e")} | {
    "sA": (100.0, "s", "A"),
    "An": (100.0, "A", "n"),
    "sB": (100.0, "t", "B"),
    "Bn": (100.0, "B", "m"),
}
N_LANES = {"wA": 2, "AB": 1}
CONNECTIONS = [
    *(("wA", 0, "AB", 0, "A", 0, "s"), ("wA", 1, "AB", 0, "A", 1, "s")),
    *(("wA", 1, "An", 0, "A", 2, "l"), ("sA", 0, "An", 0, "A", 3, "s")),
    *(("AB", 0, "Be", 0, "B", 0, "s"), ("sB", 0, "Bn", 0, "B", 1, "s")),
]
PROGRAMS = """
<tlLogic id="A" type="static" programID="0" offset="7">
    <phase duration="2" state="rrrrr"/>
    <phase duration="30" state="GGgrr"/>
    <phase duration="3" state="yyyrr"/>
    <phase duration="20" state="rrrGG"/>
    <phase duration="5" state="rrryr"/>
</tlLogic>
<tlLogic id="B" type="{kind}" programID="0" offset="0">
    <phase duration="40" state="Gr" minDur="8" maxDur="50"/>
    <phase duration="3" state="yr"/>
    <phase duration="4" state="rG"/>
    <phase duration="3" state="ry"/>
</tlLogic>
"""


def _lane(edge, index, length_m):
    return (
        f'<lane id="{edge}_{index}" index="{index}" speed="10" length="{length_m}" '
        'shape="0,0 1,0"/>'
    )


def _text(kind):
    parts = [
        '<net version="1.20"><location netOffset="0,0" convBoundary="0,0,1,1" '
        'origBoundary="0,0,1,1" projParameter="!"/>'
    ]
    for number in range(len(CONNECTIONS)):
        inner = f":x_{number}"
        parts.append(f'<edge id="{inner}" function="internal">{_lane(inner, 0, 10.0)}</edge>')
    for edge, (length_m, begin, end) in EDGES.items():
        lanes = "".join(_lane(edge, index, length_m) for index in range(N_LANES.get(edge, 1)))
        parts.append(f'<edge id="{edge}" from="{begin}" to="{end}">{lanes}</edge>')
    parts.append(PROGRAMS.format(kind=kind))
    responses = {"A": ["0000", "0000", "1000", "0000"], "B": ["00", "00"]}
    for junction in ("w", "A", "B", "e", "s", "n", "t", "m"):
        incoming = " ".join(
            f"{edge}_{index}"
            for edge, (_, _, end) in EDGES.items()
            if end == junction
            for index in range(N_LANES.get(edge, 1))
        )
        requests = "".join(
            f'<request index="{index}" response="{bits}" foes="{bits}" cont="0"/>'
            for index, bits in enumerate(responses.get(junction, []))
        )
        sort = "traffic_light" if junction in responses else "priority"
        parts.append(
            f'<junction id="{junction}" type="{sort}" x="0" y="0" incLanes="{incoming}" '
            f'intLanes="" shape="0,0 1,0 1,1">{requests}</junction>'
        )
    for number, (begin, lane, end, to_lane, signal, index, way) in enumerate(CONNECTIONS):
        parts.append(
            f'<connection from="{begin}" to="{end}" fromLane="{lane}" toLane="{to_lane}" '
            f'via=":x_{number}_0" tl="{signal}" linkIndex="{index}" dir="{way}" state="O"/>'
            f'<connection from=":x_{number}" to="{end}" fromLane="0" toLane="{to_lane}" '
            f'dir="{way}" state="M"/>'
        )
    parts.append(
        '<connection from=":A_w0" to=":A_c0" fromLane="0" toLane="0" tl="A" linkIndex="4" '
        'dir="s" state="M"/></net>'
    )
    return "\n".join(parts)


@pytest.fixture(params=["static"])
def scenario(request, tmp_path):
    net = tmp_path / "line.net.xml"
    # The crossing is known to the signals alone: sumolib would want its edges.
    net.write_text(_text(request.param), encoding="utf-8")
    return Scenario(name="line", net_file=net, route_files=())


@pytest.fixture
def network(scenario):
    text = scenario.net_file.read_text(encoding="utf-8")
    plain = scenario.net_file.with_name("plain.net.xml")
    plain.write_text(text[: text.rindex("<connection")] + "</net>", encoding="utf-8")
    return RoadNetwork(plain)


@pytest.fixture
def demand():
    """1,200 vehicles in an hour: 600 straight on to the end, 300 left at A, 300 across B."""
    routes = [("wA", "AB", "Be")] * 600 + [("wA", "An")] * 300 + [("sB", "Bn")] * 300
    return SimpleNamespace(routes=tuple(routes), departs_s=np.linspace(0.0, 3600.0, len(routes)))
