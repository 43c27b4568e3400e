"""Planned changes of signal programs, as SUMO's files state them (WAUT)."""

import gzip
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path

from sumolib.miscutils import parseTime

from corridor.programs import ProgramSwitch

REPEATED_S = 48 * 3600.0
"""So long after the begin the changes of a WAUT with a period are told."""


def read_program_switches(
    files: Iterable[Path], begin_s: float
) -> dict[str, tuple[ProgramSwitch, ...]]:
    """Planned program changes per signal, from the WAUT elements of SUMO files.

    Args:
        files: Network and additional files, in SUMO's order.
        begin_s: Start of the simulation; earlier changes are over.
    """
    plans: dict[str, list[tuple[float, str]]] = {}
    found: dict[str, tuple[ProgramSwitch, ...]] = {}
    for element in _iterate(files, ("WAUT", "wautJunction")):
        if element.tag == "WAUT":
            reference_s = parseTime(element.get("refTime", "0"))
            period_s = parseTime(element.get("period", "0"))
            until_s = begin_s + REPEATED_S if period_s > 0 else 0.0
            plans[element.get("id", "")] = [
                (time_s, switch.get("to", ""))
                for switch in element.iter("wautSwitch")
                for time_s in _repeated(
                    reference_s + parseTime(switch.get("time")), period_s, until_s
                )
            ]
            continue
        is_immediate = element.get("procedure", "").lower() in ("", "none", "immediate")
        found[element.get("junctionID", "")] = tuple(
            ProgramSwitch(time_s=time_s, program_id=program_id, is_immediate=is_immediate)
            for time_s, program_id in sorted(plans.get(element.get("wautID", ""), []))
            if time_s > begin_s
        )
    return found


def _repeated(first_s: float, period_s: float, until_s: float) -> Iterator[float]:
    """A time, and the same after each period until an end; alone without a period."""
    yield first_s
    while period_s > 0 and first_s + period_s <= until_s:
        first_s += period_s
        yield first_s


def read_offsets(files: Iterable[Path]) -> dict[tuple[str, str], float]:
    """Offset of each (signal, program); SUMO's interface does not tell it."""
    return {
        (element.get("id", ""), element.get("programID", "")): parseTime(element.get("offset", "0"))
        for element in _iterate(files, ("tlLogic",))
    }


def _iterate(files: Iterable[Path], tags: tuple[str, ...]) -> Iterator[ET.Element]:
    for file in files:
        raw = file.read_bytes()
        text = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
        # Networks are large and hardly ever hold a WAUT: a look at the text spares the parsing.
        if any(f"<{tag}".encode() in text for tag in tags):
            yield from (e for e in ET.fromstring(text).iter() if e.tag in tags)
