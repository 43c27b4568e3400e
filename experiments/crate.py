"""A folder of results as a research object: RO-Crate, profile Process Run Crate.

It says which files there are and what is in them, by which command, software and inputs they were
made, and their hashes. Nothing is fetched: it works without a network.
"""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.atomic import replacing
from experiments.result_files import MANIFEST, SUMMARY, what_is_in

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
TERMS = "https://w3id.org/ro/terms/workflow-run/context"
"""Where `sha256` is defined."""
BASE_VERSION = "1.1"
"""RO-Crate that the profile rests on."""
NO_LICENSE = "Not stated. Results belong to whoever made them."
PROGRAM = "#ecocorridor"
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""Of all files in an archive; the earliest that the format knows."""


def write_crate(directory: Path, out: Path, *, license_: str | None = None) -> Path:
    """Pack a folder of results.

    The same folder gives the same bytes. The date is that of its summary, which is written last.

    Args:
        directory: Folder that a run has written.
        out: A new folder, or a file that ends in `.zip` (replaced if it is there).
        license_: Address or words; else it is said that none is stated.

    Returns:
        `out`.

    Raises:
        ValueError: There are no results, or the crate cannot be put there, or the library for
            crates is not installed.
    """
    from experiments.report.data import read_manifest, read_summary

    summary, manifest = read_summary(directory), read_manifest(directory)
    _check_place(directory, out)
    described = _described(directory, summary, manifest, license_ or NO_LICENSE)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as temporary:
        folder = Path(temporary) / "crate"
        described.write(folder)
        if out.suffix == ".zip":
            with replacing(out) as file:
                _pack(folder, file)
        else:
            folder.replace(out)
    return out


def _check_place(directory: Path, out: Path) -> None:
    if out.resolve().is_relative_to(directory.resolve()):
        raise ValueError(f"'{out}' is inside the results; name a place beside them (--out)")
    if out.suffix != ".zip" and out.exists():
        raise ValueError(f"'{out}' exists already; name a new folder, or a file that ends in .zip")


def _described(
    directory: Path, summary: Mapping[str, Any], manifest: Mapping[str, Any], license_: str
) -> "ROCrate":
    """The crate with all that is said in it."""
    try:
        from rocrate.model.contextentity import ContextEntity
        from rocrate.rocrate import ROCrate
    except ImportError as error:
        raise ValueError(
            "crates need the extra 'provenance': pip install 'ecocorridor[provenance]'"
        ) from error

    crate = ROCrate(version=BASE_VERSION)
    crate.metadata.extra_contexts.append(TERMS)

    def about(identifier: str, **properties: object) -> ContextEntity:
        return crate.add(ContextEntity(crate, identifier, properties=properties))

    about(PROFILE, **{"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"})
    crate.root_dataset["conformsTo"] = {"@id": PROFILE}
    written = datetime.fromtimestamp((directory / SUMMARY).stat().st_mtime, UTC)
    crate.root_dataset["datePublished"] = written.strftime("%Y-%m-%d")
    crate.name = f"ecocorridor: {summary['scenario']}, {', '.join(summary['arms'])}"
    crate.description = (
        f"Speed advice at traffic signals on {summary['scenario']}: arms "
        f"{', '.join(summary['arms'])} on equal traffic, seeds "
        f"{', '.join(map(str, summary['seeds']))}. Results of a simulation."
    )
    crate.root_dataset["license"] = license_
    files = [
        crate.add_file(path, name, properties=_told_of(path, name))
        for name, path in sorted(_files(directory))
    ]
    inputs = [
        about(
            f"#input-{each['sha256'][:12]}-{each['name']}",
            **{"@type": "CreativeWork", "name": each["name"], "sha256": each["sha256"]},
        )
        for each in manifest.get("inputs") or []
    ]
    configuration = [file for file in files if file.id == MANIFEST]
    crate.add_action(
        _software(crate, manifest),
        identifier="#run",
        object=[*inputs, *configuration],
        result=[file for file in files if file.id != MANIFEST],
        properties={
            "name": "Run of an experiment",
            "description": manifest.get("command") or "The command was not recorded.",
            "endTime": written.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "actionStatus": "http://schema.org/CompletedActionStatus",
        },
    )
    crate.root_dataset["mentions"] = {"@id": "#run"}
    return crate


def _software(crate: "ROCrate", manifest: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """The program with the versions of what it used."""
    from rocrate.model.contextentity import ContextEntity

    versions = dict(manifest.get("versions") or {})
    used = [
        crate.add(ContextEntity(crate, f"#{name}", properties=_application(name, version)))
        for name, version in sorted(versions.items())
        if name != PROGRAM[1:]
    ]
    own = _application(PROGRAM[1:], versions.get(PROGRAM[1:]) or "unknown")
    if manifest.get("git_commit"):
        own["identifier"] = manifest["git_commit"]
    if manifest.get("code_sha256"):
        own["sha256"] = manifest["code_sha256"]
    program = crate.add(ContextEntity(crate, PROGRAM, properties=own))
    program["softwareRequirements"] = used
    return program


def _application(name: str, version: str) -> dict[str, str]:
    return {"@type": "SoftwareApplication", "name": name, "softwareVersion": version}


def _files(directory: Path) -> Iterator[tuple[str, Path]]:
    """Name in the crate and file; what is hidden (finished runs, a lock) is left out."""
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if not name.startswith("."):
                path = Path(folder) / name
                yield path.relative_to(directory).as_posix(), path


def _told_of(path: Path, name: str) -> dict[str, str]:
    told = {
        "name": name,
        "contentSize": str(path.stat().st_size),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    if path.suffix in MEDIA_TYPES:
        told["encodingFormat"] = MEDIA_TYPES[path.suffix]
    what = what_is_in(name)
    return told | ({"description": what} if what else {})


def _pack(folder: Path, file: Path) -> None:
    """One archive in a fixed order with a fixed time, so that equal folders give equal bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _ZIP_TIME)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with (
                    path.open("rb") as source,
                    archive.open(entry, "w", force_zip64=True) as target,
                ):
                    shutil.copyfileobj(source, target)
