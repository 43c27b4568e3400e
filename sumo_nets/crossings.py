"""Crossings of people on foot that signals control."""

from pathlib import Path

from sumo_nets.xml_source import scan


def crossing_signals(net_file: Path) -> dict[str, str]:
    """The signal that controls each crossing of people on foot, by the crossing's edge.

    Raises:
        XmlError: The file is not well-formed.
    """
    crossings: set[str] = set()
    found: dict[str, str] = {}

    def take(tag: str, attributes: dict[str, str]) -> None:
        if tag == "edge" and attributes.get("function") == "crossing":
            crossings.add(attributes.get("id", ""))
        elif tag == "connection" and "tl" in attributes and attributes.get("to") in crossings:
            found[attributes["to"]] = attributes["tl"]

    scan(net_file, take)
    return found
