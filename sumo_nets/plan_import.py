"""Plans from other formats: our timing sheets, SUMO's files, and what SUMO's converters read."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sumo_nets.binaries import complaints, run_program, run_tool
from sumo_nets.movements import read_roads
from sumo_nets.plans import Plan, plans_in_force, plans_of_xml
from sumo_nets.scenario import ScenarioError
from sumo_nets.timing_sheet import read_sheet, sheet_text
from sumo_nets.xml_source import XmlError

VISSIM = ".inpx"
GROUPS, LINKS = "[general]", "key;"
"""How the two formats of SUMO's CSV converters begin: signal groups, and links."""
SWITCHING = re.compile(rb"\s*<WAUT\b[^>]*/>|\s*<wautJunction\b[^>]*/>")
"""What SUMO's VISSIM converter leaves in a network although it belongs into additional files."""
VISSIM_REMARKS = (
    "SUMO's VISSIM converter reads fixed programs of .sig files and one junction per controller; "
    "it sets all offsets to 0, and all greens yield (g): set both by a timing sheet",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPlans:
    """Plans that were read, and what came with them."""

    plans: tuple[Plan, ...]
    """Sorted by signal."""
    network: bytes | None = None
    """The network that they are for, where it was converted as well."""
    remarks: tuple[str, ...] = ()


def import_plans(path: Path, net_file: Path | None) -> ImportedPlans:
    """The plans of a file for a network.

    Args:
        path: A timing sheet, SUMO's network or additional file, a CSV of signal groups
            (tls_csvSignalGroups.py) or of links (tls_csv2SUMO.py), or a VISSIM network (.inpx).
        net_file: Network of the plans; None for VISSIM, whose network is converted.

    Raises:
        ScenarioError: The file cannot be read, holds no plan, or not for this network.
        XmlError: It is not well-formed.
    """
    if path.suffix == VISSIM:
        if net_file is not None:
            raise ScenarioError([f"{path}: brings its own network; leave out --net"])
        return _vissim(path)
    if net_file is None:
        raise ScenarioError([f"{path}: plans are for a network; name it by --net"])
    found = _read(path, net_file)
    _check(path, found, net_file)
    return ImportedPlans(plans=tuple(sorted(found, key=lambda plan: plan.signal_id)))


def _read(path: Path, net_file: Path) -> list[Plan]:
    if path.name.endswith((".xml", ".xml.gz")):
        return list(plans_of_xml(path).values())
    text = sheet_text(path)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    first = lines[0].strip() if lines else ""
    if first.startswith(GROUPS):
        return _converted("tls_csvSignalGroups.py", path, net_file)
    if first.startswith(LINKS):
        return _converted("tls_csv2SUMO.py", path, net_file)
    return read_sheet(text, str(path), read_roads(net_file).named)


def _converted(tool: str, path: Path, net_file: Path) -> list[Plan]:
    """Plans that one of SUMO's CSV converters makes."""
    net = str(net_file.resolve())
    with tempfile.TemporaryDirectory(prefix="ecocorridor-") as name:
        folder, made = Path(name), Path(name) / "made.add.xml"
        shutil.copyfile(path, folder / "plan.csv")
        if tool == "tls_csv2SUMO.py":
            done = run_tool(f"tls/{tool}", ["plan.csv", net], folder=folder)
            made.write_text(done.stdout, encoding="utf-8")
        else:
            arguments = ["-i", "plan.csv", "-n", net, "-o", made.name]
            done = run_tool(f"tls/{tool}", arguments, folder=folder)
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        errors = complaints(done, "Error")
        if done.returncode or errors or not made.is_file():
            row = re.search(r"In file plan\.csv, line (\d+)", done.stderr)
            place = f"{path}:{row.group(1)}" if row else str(path)
            said = [*errors, *lines[-1:], *done.stdout.splitlines()[-1:], "no reason given"]
            raise ScenarioError([f"{place}: SUMO's {tool} refuses it: {said[0]}"])
        try:
            return list(plans_in_force([made]).values())
        except XmlError as error:
            raise ScenarioError([f"{path}: SUMO's {tool} wrote no XML: {lines[-1:]}"]) from error


def _check(path: Path, plans: Sequence[Plan], net_file: Path) -> None:
    """Check that plans are for a network: its signals, a letter for each link."""
    movements = read_roads(net_file).movements
    problems = [] if plans else [f"{path}: holds no plan"]
    for plan in plans:
        place = plan.place if plan.place.startswith(str(path)) else str(path)
        if plan.signal_id not in movements:
            problems.append(f"{place}: {net_file.name} has no signal '{plan.signal_id}'")
            continue
        n_links = max(movements[plan.signal_id]) + 1
        if any(len(phase.state) < n_links for phase in plan.phases):
            shortest = min(len(phase.state) for phase in plan.phases)
            problems.append(
                f"{place}: signal '{plan.signal_id}' has {n_links} links in {net_file.name}, "
                f"a state has {shortest} letters"
            )
    if problems:
        raise ScenarioError(problems)


def _vissim(path: Path) -> ImportedPlans:
    """Network and fixed programs of a VISSIM network, through netconvert and SUMO's converter."""
    source = path.resolve()
    with tempfile.TemporaryDirectory(prefix="ecocorridor-") as name:
        folder = Path(name)
        done = run_program(
            "netconvert", ["--vissim-file", str(source), "-o", "plain.net.xml"], folder=folder
        )
        if done.returncode:
            words = complaints(done, "Error") or ("no reason given",)
            raise ScenarioError(f"{path}: SUMO's netconvert refuses it: {word}" for word in words)
        tool = "tls_vissimXML2SUMOnet_update.py"
        done = run_tool(
            f"import/vissim/{tool}",
            ["-V", str(source), "-S", "plain.net.xml", "-o", "made"],
            folder=folder,
        )
        if done.returncode:
            said = (done.stderr.strip() or "no reason given").splitlines()[-1]
            raise ScenarioError([f"{path}: SUMO's {tool} fails: {said}"])
        network = SWITCHING.sub(b"", (folder / "made.net.xml").read_bytes())
        plans = plans_in_force([folder / "made.net.xml"])
    if not plans:
        raise ScenarioError(
            [f"{path}: SUMO's {tool} finds no fixed program (a .sig file with heads on the road)"]
        )
    return ImportedPlans(plans=tuple(plans.values()), network=network, remarks=VISSIM_REMARKS)
