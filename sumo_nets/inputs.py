"""What a scenario rests on: every file that a run of it reads, and their contents."""

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

from sumo_nets.sanitise import files_read
from sumo_nets.scenario import Scenario
from sumo_nets.xml_source import included_file, read_own_pieces


def input_files(scenario: Scenario) -> tuple[Path, ...]:
    """Every file that a run depends on: named, included by another, or read by an option."""
    named = (scenario.net_file, *scenario.route_files, *scenario.additional_files)
    included: set[Path] = set()
    read: list[Path] = []
    for path in named[1:]:
        for file, read_by_file in _rests_on(path, path in scenario.additional_files):
            included |= {file} - {path}
            read += read_by_file
    options = (*scenario.options, *scenario.routing_options)
    by_option = [Path(part) for _, value in options for part in value.split(",")]
    for path in filter(Path.is_absolute, by_option):
        # An option may name a folder, as that of emission models.
        read += sorted(path.rglob("*")) if path.is_dir() else [path]
    others = [path for path in (*sorted(included), *read) if path.is_file()]
    return tuple(dict.fromkeys((*named, *others)))


def _rests_on(path: Path, is_additional: bool) -> Iterator[tuple[Path, tuple[Path, ...]]]:
    """A file and all that it includes, each with the files that its elements read."""
    status = path.stat()
    included, read = _named_in(path, is_additional, status.st_size, status.st_mtime_ns)
    yield path, read
    for file in included:
        yield from _rests_on(file, is_additional)


@functools.lru_cache(maxsize=256)
def _named_in(
    path: Path, is_additional: bool, _size: int, _time_ns: int
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Files that one file includes, and those that its elements read if it is additional."""
    included: list[Path] = []
    read: list[Path] = []
    for piece in read_own_pieces(path):
        file = included_file(piece)
        if file is not None:
            included.append(file)
        elif is_additional:
            read += files_read([piece])
    return tuple(included), tuple(read)


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


@functools.cache
def own_code() -> str:
    """SHA-256 of this package's sources: what it has cached is of the code that made it."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        source = path.read_bytes()
        digest.update(f"{path.name} {len(source)}\n".encode() + source)
    return digest.hexdigest()


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
