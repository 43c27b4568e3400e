import math
from pathlib import Path

import pytest

from corridor import RoadNetwork
from corridor.columns import LANE_COUNTS, LANE_NUMBERS, LANE_TRUTHS
from corridor.links import NO_LINK
from corridor.spots import Sights, Spot

MAIN = ("a", "b1", "b2", "c")
AWAY = ("a", "b1", "b2", "d")
BEYOND_NUMBERS = ("beyond_m", "beyond_storage_m", "beyond_ceiling_mps", "beyond_crossing_mps")
BEYOND_COUNTS = ("beyond_link", "beyond_lane")


def seen_from(network: RoadNetwork, lane: str, route: tuple[str, ...]) -> dict[str, float]:
    """What is seen from a lane of the first edge of a route, by the names of the columns."""
    sights = Sights()
    place = Spot(network, lane, sights).sight(network.approaches(route)[0])
    columns = (
        (LANE_NUMBERS, sights.numbers),
        (LANE_COUNTS, sights.counts),
        (LANE_TRUTHS, sights.truths),
    )
    return {
        name: values[row, place]
        for names, values in columns
        for row, name in enumerate(names[: len(values)])
    }


def signal_beyond(network: RoadNetwork, lane: str, route: tuple[str, ...]) -> str | None:
    """Lane before the signal behind the next one; None where it is not heeded."""
    seen = seen_from(network, lane, route)
    row = int(seen["beyond_link"])
    if row == NO_LINK:
        assert all(math.isnan(seen[name]) for name in BEYOND_NUMBERS)
        assert all(seen[name] == NO_LINK for name in BEYOND_COUNTS)
        return None
    return network.links[row].lane


@pytest.fixture(params=["m", "=", "s"])
def yielding(request: pytest.FixtureRequest, tmp_path: Path, net_file: Path) -> RoadNetwork:
    """The small network, where whoever comes to K must yield."""
    text = net_file.read_text(encoding="utf-8")
    for lane in (":K_0_0", ":K_0_1"):
        old = f'via="{lane}" dir="s" state="o"'
        assert old in text
        text = text.replace(old, old.replace('"o"', f'"{request.param}"'))
    path = tmp_path / "yielding.net.xml"
    path.write_text(text, encoding="utf-8")
    return RoadNetwork(path)


def test_the_signal_beyond_is_seen_where_the_lane_leads_to_it(network: RoadNetwork) -> None:
    seen = seen_from(network, "a_0", MAIN)
    assert network.links[int(seen["beyond_link"])].lane == "b2_0"
    # Over J1, along b1, over K, and along b2.
    assert seen["beyond_m"] == pytest.approx(10.0 + 80.0 + 2.0 + 120.0)
    assert seen["beyond_storage_m"] == pytest.approx(80.0 + 2.0 + 120.0)


@pytest.mark.parametrize(
    ("lane", "route", "found"),
    [("a_0", MAIN, "b2_0"), ("a_1", MAIN, None), ("a_1", AWAY, "b2_1"), ("a_0", AWAY, None)],
)
def test_who_must_change_lanes_before_the_signal_beyond_does_not_heed_it(
    network: RoadNetwork, lane: str, route: tuple[str, ...], found: str | None
) -> None:
    assert signal_beyond(network, lane, route) == found
    assert not seen_from(network, lane, route)["must_change"]


@pytest.mark.parametrize(("lane", "route"), [("a_0", MAIN), ("a_1", AWAY)])
def test_who_must_yield_before_the_signal_beyond_does_not_heed_it(
    yielding: RoadNetwork, lane: str, route: tuple[str, ...]
) -> None:
    assert signal_beyond(yielding, lane, route) is None
    assert not seen_from(yielding, lane, route)["yields_first"]


@pytest.mark.parametrize("lane", ["b1_0", "b2_0", "c_0"])
def test_nobody_sees_a_signal_beyond_where_there_is_none(network: RoadNetwork, lane: str) -> None:
    route = MAIN[MAIN.index(lane.removesuffix("_0")) :]
    assert signal_beyond(network, lane, route) is None
