"""Additional files without their own outputs, and with absolute names of what they read."""

import copy
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from xml.etree.ElementTree import Element

from sumo_nets.xml_source import Piece

OUTPUTS = {
    "inductionLoop": "file",
    "e1Detector": "file",
    "instantInductionLoop": "file",
    "laneAreaDetector": "file",
    "e2Detector": "file",
    "entryExitDetector": "file",
    "e3Detector": "file",
    "edgeData": "file",
    "laneData": "file",
    "meandata": "file",
    "meanData": "file",
    "routeProbe": "file",
    "vTypeProbe": "file",
    "vtypeProbe": "file",
    "timedEvent": "dest",
    "calibrator": "output",
}
"""Attribute by which an element names the file that it writes."""
INPUTS = frozenset({"file", "imgFile", "osgFile", "sourceFile"})
"""Attributes that name a file which is read, wherever they are no output."""
NOWHERE = "NUL"
"""SUMO's name of the output that goes nowhere."""
MEASURING_DEVICES = (
    "rerouting glosa ssm fcd tripinfo vehroute btreceiver btsender emissions fcd-replay toc"
).split()
"""Devices that measure, advise, or choose routes: the experiment's own business."""


def for_runs(piece: Piece) -> Element:
    """A copy of an element for the compared runs: it writes nothing, and no type is scaled."""
    element = _without_outputs(piece)
    drop_devices(element)
    for kind in element.iter("vType"):
        kind.attrib.pop("scale", None)
    return element


def for_routing(piece: Piece) -> Element:
    """A copy of an element for the routing run: it writes nothing, and may be rerouted."""
    element = _without_outputs(piece)
    drop_devices(element, but=("rerouting",))
    return element


def plain_type(kind: Element) -> Element:
    """A copy of a `vType` as the compared runs have it."""
    plain = copy.deepcopy(kind)
    for key in ("scale", "probability"):
        plain.attrib.pop(key, None)
    drop_devices(plain)
    return plain


def _without_outputs(piece: Piece) -> Element:
    element = copy.deepcopy(piece.element)
    for part in element.iter():
        output = OUTPUTS.get(part.tag)
        if output is not None and output in part.attrib:
            part.set(output, NOWHERE)
        for key in INPUTS - {output}:
            if part.get(key):
                part.set(key, os.path.normpath(piece.file.parent / part.attrib[key]))
        if element.tag == "tlLogic" and part.tag == "param" and part.get("key") == "file":
            part.set("value", NOWHERE)
    return element


def drop_devices(element: Element, *, but: Collection[str] = ()) -> None:
    """Take away the parameters by which a vehicle or type brings measuring devices."""
    prefixes = tuple(
        prefix
        for device in MEASURING_DEVICES
        if device not in but
        for prefix in (f"has.{device}.device", f"device.{device}.")
    )
    for parent in list(element.iter()):
        for child in list(parent):
            if child.tag == "param" and child.get("key", "").startswith(prefixes):
                parent.remove(child)


def files_read(pieces: Iterable[Piece]) -> list[Path]:
    """Existing files that elements of additional files read."""
    found: list[Path] = []
    for piece in pieces:
        for part in piece.element.iter():
            for key in INPUTS - {OUTPUTS.get(part.tag)}:
                path = piece.file.parent / part.get(key, "")
                if part.get(key) and path.is_file():
                    found.append(path)
    return found
