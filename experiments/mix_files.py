"""Files of fleet mixes: shares of powertrains, and how a powertrain splits into classes."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from emissions import DATA_FOLDER, Carrier, FleetMix, MixCell, Powertrain
from experiments.choices import VehicleClass
from experiments.data_files import ConfigError, DataFile, Said, Year, read_data_file
from experiments.strict_yaml import YamlSyntaxError, read_yaml

MIXES_FILE = DATA_FOLDER / "mixes.yaml"
"""The mixes that come with the project."""

_FORM = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
_OffRoad = Literal[
    "pedestrian", "wheelchair", "rail_urban", "rail", "rail_electric", "rail_fast", "subway",
    "cable_car", "ship", "container", "aircraft", "drone",
]  # fmt: skip
Quality = Literal["reported", "assumed"]


class ClassSet(BaseModel):
    """How a powertrain splits into emission classes."""

    model_config = _FORM

    carrier: Carrier
    shares: dict[str, float] = Field(min_length=1)
    source: Said
    year: Year
    quality: Quality
    note: str = ""


class MixRow(BaseModel):
    """Share of a powertrain in a group."""

    model_config = _FORM

    powertrain: Powertrain
    share: float = Field(ge=0.0, le=1.0)
    classes: str
    utility_factor: float | None = Field(default=None, ge=0.0, le=1.0)
    electric_classes: str | None = None
    source: Said
    year: Year
    quality: Quality
    note: str = ""

    @property
    def parts(self) -> list[tuple[str, float]]:
        """(set of classes, share of the group): two of a plug-in hybrid, else one."""
        if self.electric_classes is None or self.utility_factor is None:
            return [(self.classes, self.share)]
        electric = self.share * self.utility_factor
        return [(self.electric_classes, electric), (self.classes, self.share - electric)]


class Group(BaseModel):
    """Vehicle classes that share one mix."""

    model_config = _FORM

    vehicle_classes: tuple[VehicleClass | _OffRoad, ...] = Field(min_length=1)
    rows: tuple[MixRow, ...] = Field(min_length=1)


class Mix(BaseModel):
    """One fleet."""

    model_config = _FORM

    title: Said
    groups: dict[str, Group] = Field(min_length=1)


class MixesFile(BaseModel):
    """A file of mixes."""

    model_config = _FORM

    version: Said
    class_sets: dict[str, ClassSet]
    mixes: dict[str, Mix] = Field(min_length=1)


def load_mixes(path: Path = MIXES_FILE) -> dict[str, FleetMix]:
    """All mixes of a file, by name.

    Raises:
        ConfigError: With all problems: `file:line:column: key: message`.
    """
    file = read_data_file(path, MixesFile)
    problems = [*_wrong_sets(file), *_wrong_rows(file)]
    if problems:
        raise ConfigError(problems)
    mixes = {}
    for name, mix in file.content.mixes.items():
        try:
            mixes[name] = _built(file, name, mix)
        except ValueError as error:
            message = str(error).removeprefix(f"{name}: ")
            problems.append(file.problem(("mixes", name), message))
    if problems:
        raise ConfigError(problems)
    return mixes


def holds_mixes(path: Path) -> bool:
    """Whether a file is meant as one of mixes: it has their keys."""
    try:
        content = read_yaml(path.read_bytes()).value
    except (OSError, YamlSyntaxError):
        return False
    return isinstance(content, dict) and not {"mixes", "class_sets"}.isdisjoint(content)


def load_mix(name: str, folder: Path | None = None) -> FleetMix:
    """A mix that comes with the project, or one of a file: `FILE.yaml`, or `FILE.yaml:NAME`.

    Args:
        name: Of the mix, or its file.
        folder: Where a relative path starts from; None: the working directory.

    Raises:
        ValueError: There is none of that name, or the file has several and none is named.
        ConfigError: With all problems of the file.
    """
    file, wanted = _split(name)
    mixes = load_mixes((folder or Path()) / file) if file else load_mixes()
    if not wanted and len(mixes) == 1:
        return next(iter(mixes.values()))
    if wanted not in mixes:
        said = f"no fleet mix '{wanted}'" if wanted else "several fleet mixes, name one"
        raise ValueError(f"{said}{f' in {file}' if file else ''}; there are {', '.join(mixes)}")
    return mixes[wanted]


def absolute_mix(name: str) -> str:
    """A mix of a file whose path starts from the working directory, with its whole path."""
    file, wanted = _split(name)
    return f"{Path(file).absolute()}{':' if wanted else ''}{wanted}" if file else name


def _split(name: str) -> tuple[str, str]:
    """File and name of a mix, either of them empty."""
    if name.endswith((".yaml", ".yml")):
        return name, ""
    file, _, wanted = name.rpartition(":")
    return file, wanted


def _wrong_sets(file: DataFile[MixesFile]) -> Iterator[str]:
    for name, found in file.content.class_sets.items():
        shares = found.shares.values()
        if min(shares) < 0.0 or not math.isclose(math.fsum(shares), 1.0, abs_tol=1e-6):
            message = f"must be at least 0 and add up to 1, they add up to {math.fsum(shares):.6g}"
            yield file.problem(("class_sets", name, "shares"), message)


def _wrong_rows(file: DataFile[MixesFile]) -> Iterator[str]:
    sets = file.content.class_sets
    for name, mix in file.content.mixes.items():
        seen: dict[str, str] = {}
        for group_name, group in mix.groups.items():
            path = ("mixes", name, "groups", group_name)
            for position, vehicle_class in enumerate(group.vehicle_classes):
                if (first := seen.setdefault(vehicle_class, group_name)) != group_name:
                    message = f"'{vehicle_class}' stands in '{first}', too"
                    yield file.problem((*path, "vehicle_classes", position), message)
            for position, row in enumerate(group.rows):
                here = (*path, "rows", position)
                for key in ("classes", "electric_classes"):
                    wanted = getattr(row, key)
                    if wanted is not None and wanted not in sets:
                        message = f"no class set '{wanted}'; there are {', '.join(sets)}"
                        yield file.problem((*here, key), message)
                if (row.utility_factor is None) != (row.electric_classes is None):
                    yield file.problem(here, "utility_factor and electric_classes go together")


def _built(file: DataFile[MixesFile], name: str, mix: Mix) -> FleetMix:
    return FleetMix(
        name=name,
        title=mix.title,
        version=file.content.version,
        sha256=file.sha256,
        groups={each: key for key, group in mix.groups.items() for each in group.vehicle_classes},
        cells=tuple(
            cell
            for key, group in mix.groups.items()
            for row in group.rows
            for cell in _cells(file.content.class_sets, key, row)
        ),
    )


def _cells(sets: dict[str, ClassSet], group: str, row: MixRow) -> Iterator[MixCell]:
    for set_name, share in row.parts:
        found = sets[set_name]
        is_reported = row.quality == found.quality == "reported"
        for emission_class, part in found.shares.items():
            yield MixCell(
                group=group,
                powertrain=row.powertrain,
                carrier=found.carrier,
                emission_class=emission_class,
                share=share * part,
                source=f"{row.source} | {found.source}",
                year=row.year,
                quality="reported" if is_reported else "assumed",
                note=" ".join(filter(None, (row.note, found.note))),
            )
