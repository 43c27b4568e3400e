"""What a scenario rests on: every file that a run of it reads, and their contents."""

import functools
import hashlib
from pathlib import Path

from sumo_nets.sanitise import files_read
from sumo_nets.scenario import Scenario
from sumo_nets.xml_source import read_pieces


def input_files(scenario: Scenario) -> tuple[Path, ...]:
    """Every file that a run depends on: named, included by another, or read by an option."""
    named = (scenario.net_file, *scenario.route_files, *scenario.additional_files)
    included = {
        piece.file for path in named[1:] for piece in read_pieces(path) if piece.file != path
    }
    pieces = (piece for path in scenario.additional_files for piece in read_pieces(path))
    options = (*scenario.options, *scenario.routing_options)
    by_option = [Path(part) for _, value in options for part in value.split(",")]
    read = [*files_read(pieces), *(path for path in by_option if path.is_absolute())]
    others = [path for path in (*sorted(included), *read) if path.is_file()]
    return tuple(dict.fromkeys((*named, *others)))


def input_hashes(scenario: Scenario) -> list[tuple[str, str]]:
    """Name and SHA-256 of each file of `input_files`, in order."""
    return [(path.name, _file_hash(path)) for path in input_files(scenario)]


def fingerprint(scenario: Scenario) -> dict[str, object]:
    """All of a scenario that decides what happens in it; how its files are called does not."""
    return {
        "files": [digest for _, digest in input_hashes(scenario)],
        "options": [_without_folders(*option) for option in scenario.options],
        "routing": [_without_folders(*option) for option in scenario.routing_options],
        "window": [scenario.begin_s, scenario.end_s, scenario.step_length_s],
    }


def _without_folders(name: str, value: str) -> list[str]:
    parts = [Path(part) for part in value.split(",")]
    return [name, ",".join(part.name if part.is_absolute() else str(part) for part in parts)]


def _file_hash(path: Path) -> str:
    status = path.stat()
    return _hash_of(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=256)
def _hash_of(path: Path, _size: int, _time_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
