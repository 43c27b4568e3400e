"""Plans of signals by what the user names: a scenario, a file of SUMO, a timing sheet."""

from dataclasses import dataclass
from pathlib import Path

from experiments.atomic import replacing
from sumo_nets import (
    ImportedPlans,
    Plan,
    Roads,
    ScenarioError,
    additional_text,
    load_scenario,
    plans_in_force,
    plans_of,
    plans_of_xml,
    read_roads,
    read_sheet,
    sheet_text,
    write_sheet,
)

NETS = (".net.xml", ".net.xml.gz")
SHEETS = (".csv",)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlans:
    """The plan of each signal, and the network that they are for, if it is known."""

    name: str
    plans: dict[str, Plan]
    """By signal, sorted."""
    roads: Roads | None = None
    net_file: Path | None = None

    def movements(self, signal_id: str, state: str) -> str:
        """The movements to which a state gives green; empty where no network is known."""
        return "" if self.roads is None else self.roads.named(signal_id, state)


def plans_named(what: str, net: Path | None = None) -> NamedPlans:
    """The plans that a name stands for.

    Args:
        what: A scenario, a network, an additional file, or a timing sheet.
        net: Network of an additional file or of a timing sheet.

    Raises:
        ScenarioError: There is no such thing, or it holds no plan.
        XmlError: A file is not well-formed.
    """
    path = Path(what)
    if path.is_file() and path.name.endswith((*SHEETS, ".xml", ".xml.gz")):
        if path.name.endswith(NETS):
            return _told(what, plans_in_force([path]), path)
        roads = None if net is None else read_roads(net)
        return NamedPlans(name=what, plans=plans_of_file(path, roads), roads=roads, net_file=net)
    scenario = load_scenario(what, require_signals=False)
    return _told(scenario.name, plans_of(scenario), scenario.net_file)


def plans_of_file(path: Path, roads: Roads | None) -> dict[str, Plan]:
    """The plans of an additional file or of a timing sheet, by signal.

    Args:
        path: The file.
        roads: To compare the movements of a sheet with its letters.

    Raises:
        ScenarioError: It holds no plan, a signal has two, or the sheet is wrong.
        XmlError: It is not well-formed.
    """
    if path.suffix in SHEETS:
        found = read_sheet(sheet_text(path), str(path), None if roads is None else roads.named)
        for n, plan in enumerate(found):
            if other := [each for each in found[:n] if each.signal_id == plan.signal_id]:
                raise ScenarioError(
                    [
                        f"{plan.place}: signal '{plan.signal_id}' has a second program, "
                        f"'{plan.program_id}' beside '{other[0].program_id}': a sheet holds one"
                    ]
                )
        return {plan.signal_id: plan for plan in sorted(found, key=lambda each: each.signal_id)}
    return plans_of_xml(path)


def _told(name: str, plans: dict[str, Plan], net_file: Path) -> NamedPlans:
    if not plans:
        raise ScenarioError([f"{name}: has no signal with a plan"])
    return NamedPlans(name=name, plans=plans, roads=read_roads(net_file), net_file=net_file)


def write_plans(found: ImportedPlans, out: Path, net: Path | None) -> list[Path]:
    """Write plans as an additional file or, by its ending, as a timing sheet.

    A network that came with the plans is written beside them, as `NAME.net.xml`.

    Returns:
        What was written.

    Raises:
        ScenarioError: A plan has what a sheet cannot hold.
    """
    written = [out]
    if found.network is not None:
        net = out.with_name(f"{out.name.split('.')[0]}.net.xml")
        with replacing(net) as path:
            path.write_bytes(found.network)
        written.append(net)
    with replacing(out) as path:
        if out.suffix in SHEETS:
            roads = None if net is None else read_roads(net)
            named = NamedPlans(name=str(out), plans={}, roads=roads)
            path.write_text(write_sheet(found.plans, named.movements), encoding="utf-8")
        else:
            path.write_text(additional_text(found.plans), encoding="utf-8")
    return written
