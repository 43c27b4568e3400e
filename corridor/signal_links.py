"""A signal as its links meet it: its programs, and what it showed last."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from corridor.greens import GreenTable
from corridor.links import Link
from corridor.programs import OPEN, Program, ProgramSwitch

IntArray = NDArray[np.int64]

N_WINDOWS = 3
"""Greens told per link."""


@dataclass(slots=True)
class SignalLinks:
    """One signal, and its links."""

    id: str
    programs: Mapping[str, Program]
    switches: Sequence[ProgramSwitch]
    """Planned changes of the program."""
    rows: IntArray
    letters: list[int]
    """Place of each link in the states."""
    shown: tuple[str, int, float] | None = None
    """Program, phase, and when that began."""
    quiet_s: float = -math.inf
    """It is known to show nothing else until then."""
    tables: dict[str, GreenTable] = field(init=False)
    is_ever_open: bool = field(init=False)
    """Whether traffic decides any of its programs."""

    def __post_init__(self) -> None:
        self.is_ever_open = any(program.control in OPEN for program in self.programs.values())
        self.tables = {
            key: GreenTable(program, self.letters, N_WINDOWS)
            for key, program in self.programs.items()
            if program.phases
        }

    @property
    def n_states(self) -> int:
        """So many cycles of the longest program that each green is met."""
        return (N_WINDOWS + 1) * max(len(program.phases) for program in self.programs.values())

    @property
    def n_switches(self) -> int:
        """Most switches that the greens ahead speak of, in any phase that traffic decides."""
        return max(
            table.at(place).greens.n_switches
            for table in self.tables.values()
            if table.program.control in OPEN
            for place in range(len(table.program.phases))
        )


def links_of_signal(
    name: str,
    programs: Mapping[str, Program],
    switches: Sequence[ProgramSwitch],
    links: Iterable[Link],
) -> SignalLinks:
    """What is kept of a signal, out of all links.

    Args:
        name: Its id.
        programs: Its programs, by id.
        switches: Planned changes of them.
        links: All links of the network.
    """
    own = [link for link in links if link.signal == name]
    return SignalLinks(
        id=name,
        programs=programs,
        switches=switches,
        rows=np.array([link.row for link in own], dtype=np.int64),
        letters=[link.index for link in own],
    )


def with_offsets(
    programs: Mapping[str, Mapping[str, Program]], offsets_s: Mapping[tuple[str, str], float]
) -> dict[str, dict[str, Program]]:
    """Programs by signal and id with their offsets, which are given by signal and program."""
    return {
        signal: {
            key: replace(program, offset_s=offsets_s.get((signal, key), 0.0))
            for key, program in found.items()
        }
        for signal, found in programs.items()
    }
