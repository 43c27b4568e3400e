"""The store of a sweep: which runs stand, which failed and why, and what the dead left behind."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from experiments.engines.rests import is_written
from experiments.results import read_json, write_json

FAILED = "failed"
"""Folder with a note on each run that failed."""
DEMAND = "demand"
"""Folder with what is to be told of each demand."""


@dataclass(frozen=True, slots=True)
class Store:
    """Runs by key; any number of processes may use it at the same time."""

    folder: Path

    def finished(self, keys: Iterable[str]) -> set[str]:
        """Those of some runs that stand."""
        there = set(os.listdir(self.folder)) if self.folder.is_dir() else set()  # noqa: PTH208
        return {key for key in keys if key in there}

    def running(self) -> set[str]:
        """Runs that somebody is at work on."""
        parts = (part for part in self.folder.glob("*.part-*") if is_written(part))
        return {part.name.partition(".")[0] for part in parts}

    def failures(self, keys: Iterable[str]) -> dict[str, str]:
        """Why some runs failed; those that stand by now did not."""
        notes = self.folder / FAILED
        there = set(os.listdir(notes)) if notes.is_dir() else set()  # noqa: PTH208
        failed = [key for key in keys if f"{key}.json" in there]
        stands = self.finished(failed)
        return {
            key: str(read_json(notes / f"{key}.json")["why"]) for key in failed if key not in stands
        }

    def note_failure(self, key: str, label: str, why: str) -> None:
        """Keep why a run failed."""
        (self.folder / FAILED).mkdir(parents=True, exist_ok=True)
        write_json(self.folder / FAILED / f"{key}.json", {"label": label, "why": why})

    def forget_failure(self, key: str) -> None:
        """Once the run stands, or before it is tried again."""
        (self.folder / FAILED / f"{key}.json").unlink(missing_ok=True)

    def note_demand(self, name: str, warnings: Iterable[str]) -> None:
        """Keep what is to be told of a demand."""
        (self.folder / DEMAND).mkdir(parents=True, exist_ok=True)
        write_json(self.folder / DEMAND / f"{name}.json", {"warnings": list(warnings)})

    def demand_warnings(self, name: str) -> list[str]:
        """What is to be told of a demand; nothing before it was prepared."""
        path = self.folder / DEMAND / f"{name}.json"
        return list(read_json(path)["warnings"]) if path.is_file() else []
