"""An arterial from its YAML: plain XML, netconvert, and a cache by content."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sumo_nets.arterial_demand import route_pieces
from sumo_nets.arterial_plan import Arterial, read_arterial
from sumo_nets.arterial_signals import connection_pieces, program_pieces
from sumo_nets.binaries import SumoProgramError, run_program, sumo_version
from sumo_nets.scenario import Scenario
from sumo_nets.xml_source import write_pieces

BUNDLED = "arterial"
BUNDLED_YAML = Path(__file__).parent / "data" / "arterial" / "arterial.yaml"
FORMAT = "2"
"""Changes when the same YAML would give another network."""
BUS_STOP_M = 30.0


def arterial_scenario(path: Path | None = None, *, cache_dir: Path) -> Scenario:
    """The scenario of an arterial, built unless the cache has it.

    Args:
        path: Its YAML; the bundled one by default.
        cache_dir: Where built networks are kept.

    Raises:
        ScenarioError: with all mistakes in the YAML.
        SumoProgramError: where netconvert fails.
    """
    arterial = read_arterial(path or BUNDLED_YAML)
    text = f"{FORMAT} {sumo_version()} {arterial.model_dump_json()}"
    folder = cache_dir.resolve() / "nets" / hashlib.sha256(text.encode()).hexdigest()[:32]
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".net-", dir=folder.parent))
        try:
            build_arterial(arterial, made)
            _keep(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return Scenario(
        name=BUNDLED if path is None else path.stem,
        net_file=folder / "arterial.net.xml",
        route_files=(folder / "arterial.rou.xml",),
        additional_files=(folder / "arterial.add.xml",),
        end_s=arterial.demand.duration_s,
        origin="made for ecocorridor (Apache-2.0)" if path is None else f"your file {path.name}",
    )


def _keep(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def build_arterial(arterial: Arterial, folder: Path) -> None:
    """Write network, routes and bus stops of an arterial into a folder.

    The files depend on the arterial and on SUMO's version only: no time stands in them.

    Raises:
        SumoProgramError: where netconvert fails.
    """
    write_pieces(folder / "plain.nod.xml", "nodes", _nodes(arterial))
    write_pieces(folder / "plain.edg.xml", "edges", _edges(arterial))
    write_pieces(folder / "plain.con.xml", "connections", connection_pieces(arterial))
    write_pieces(folder / "plain.tll.xml", "tlLogics", program_pieces(arterial))
    done = run_program(
        "netconvert",
        [
            *("--node-files", "plain.nod.xml", "--edge-files", "plain.edg.xml"),
            *("--connection-files", "plain.con.xml", "--tllogic-files", "plain.tll.xml"),
            *("--no-turnarounds", "--offset.disable-normalization"),
            *("--output-file", "raw.net.xml"),
        ],
        folder=folder,
    )
    if done.returncode:
        raise SumoProgramError(f"netconvert cannot build the arterial:\n{done.stderr.strip()}")
    raw = (folder / "raw.net.xml").read_text(encoding="utf-8")
    text = re.sub(r"<!-- generated on .*?-->\s*", "", raw, count=1, flags=re.DOTALL)
    (folder / "arterial.net.xml").write_text(text, encoding="utf-8")
    for path in (*folder.glob("plain.*"), folder / "raw.net.xml"):
        path.unlink()
    write_pieces(folder / "arterial.rou.xml", "routes", route_pieces(arterial))
    write_pieces(folder / "arterial.add.xml", "additional", _bus_stops(arterial))


def _nodes(arterial: Arterial) -> Iterator[str]:
    first, last = arterial.signals[0], arterial.signals[-1]
    reach_m = arterial.main_road.approach_m
    yield f'<node id="west" x="{first.position_m - reach_m:.2f}" y="0" type="priority"/>'
    yield f'<node id="east" x="{last.position_m + reach_m:.2f}" y="0" type="priority"/>'
    for signal in arterial.signals:
        x = f'x="{signal.position_m:.2f}"'
        side_m = arterial.side_roads.length_m
        yield f'<node id="{signal.id}" {x} y="0" type="traffic_light"/>'
        yield f'<node id="{signal.id}_north" {x} y="{side_m:.2f}" type="priority"/>'
        yield f'<node id="{signal.id}_south" {x} y="{-side_m:.2f}" type="priority"/>'


def main_edges(arterial: Arterial, towards: str) -> list[str]:
    """Edges of the main road in a direction (`east` or `west`), in the order they are driven.

    Each road that leads to a signal is two edges: the road, and its end with the pocket.
    """
    ids = [signal.id for signal in arterial.signals]
    start, end = ("west", "east") if towards == "east" else ("east", "west")
    ids = ids if towards == "east" else ids[::-1]
    roads = [f"{start}_start", *(f"{name}_{towards}" for name in ids[:-1])]
    return [edge for road in roads for edge in (road, f"{road}_pocket")] + [f"{end}_end"]


def _edges(arterial: Arterial) -> Iterator[str]:
    main, side = arterial.main_road, arterial.side_roads
    pockets = " ".join(str(lane) for lane in range(main.lanes + 1))
    for towards in ("east", "west"):
        ids = [signal.id for signal in arterial.signals]
        ids = ["west", *ids, "east"] if towards == "east" else ["east", *ids[::-1], "west"]
        roads = [edge for edge in main_edges(arterial, towards) if not edge.endswith("_pocket")]
        for road, start, end in zip(roads, ids, ids[1:], strict=False):
            head = (
                f'<edge id="{road}" from="{start}" to="{end}" numLanes="{main.lanes}" '
                f'speed="{main.speed_limit_mps}" priority="10"'
            )
            split = (
                f'<split pos="{-main.pocket_m:.2f}" lanes="{pockets}" idBefore="{road}" '
                f'idAfter="{road}_pocket"/>'
            )
            yield f"{head}/>" if road.endswith("_end") else f"{head}>{split}</edge>"
    for signal in arterial.signals:
        for way in ("north", "south"):
            node = f"{signal.id}_{way}"
            rest = f'numLanes="{side.lanes}" speed="{side.speed_limit_mps}" priority="5"'
            yield f'<edge id="{node}_in" from="{node}" to="{signal.id}" {rest}/>'
            yield f'<edge id="{node}_out" from="{signal.id}" to="{node}" {rest}/>'


def _bus_stops(arterial: Arterial) -> Iterator[str]:
    """A stop each way, at the far end of the road that leads to the middle signal."""
    if not arterial.demand.bus_period_s:
        return
    for towards in ("east", "west"):
        roads = [edge for edge in main_edges(arterial, towards) if not edge.endswith("_pocket")]
        road = roads[len(arterial.signals) // 2]
        span = f'startPos="{BUS_STOP_M:g}" endPos="{2 * BUS_STOP_M:g}"'
        yield f'<busStop id="{towards}" lane="{road}_0" {span}/>'
