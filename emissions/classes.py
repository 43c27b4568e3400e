"""Names of emission classes: what SUMO knows, asked of SUMO itself."""

import difflib
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from emissions.sumo_program import run_emissions_map
from emissions.whole_files import write_whole

MODELS = ("Energy", "HBEFA2", "HBEFA3", "HBEFA4", "MMPEVEM", "PHEMlight", "PHEMlight5", "Zero")
"""Families of classes; SUMO writes the maps of each into a folder of its name."""
VEHICLE_MARK = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassName:
    """`CLASS` or `CLASS@VEHICLE`, the latter with the parameters of a vehicle that SUMO brings.

    `Energy` and `MMPEVEM` reckon from mass, drag and motor of the vehicle. Without one they, and
    the coasting of all others, are those of SUMO's default passenger car.
    """

    sumo_class: str
    vehicle: str | None

    @classmethod
    def of(cls, name: str) -> "ClassName":
        """Split a name."""
        sumo_class, _, vehicle = name.partition(VEHICLE_MARK)
        return cls(sumo_class=sumo_class, vehicle=vehicle or None)

    def words(self, sumo_home: Path) -> tuple[str, ...]:
        """Words for `emissionsMap`.

        Raises:
            ValueError: SUMO brings no such vehicle.
        """
        words = ("-e", self.sumo_class)
        if self.vehicle is None:
            return words
        files = vehicle_files(sumo_home)
        if self.vehicle not in files:
            raise ValueError(
                f"SUMO brings no vehicle '{self.vehicle}' for "
                f"'{self.sumo_class}{VEHICLE_MARK}{self.vehicle}'; it has {', '.join(files)}"
            )
        return (*words, "--vtype", self.vehicle, "--additional-files", str(files[self.vehicle]))


def vehicle_files(sumo_home: Path) -> dict[str, Path]:
    """Vehicles whose parameters SUMO brings, by id, and the file of each."""
    found = {}
    for path in sorted((sumo_home / "data" / "emissions").glob("*/*.xml")):
        for vehicle in ElementTree.parse(path).iter("vType"):
            found[vehicle.get("id", "")] = path
    return found


def emission_classes(*, sumo_home: Path, sumo_version: str, cache_dir: Path) -> tuple[str, ...]:
    """All classes that SUMO knows, and `MMPEVEM@VEHICLE` for each vehicle that it brings.

    Args:
        sumo_home: Folder that holds SUMO's `bin` and `data`.
        sumo_version: Part of the key in the cache.
        cache_dir: Folder for the list; made if missing.

    Returns:
        Names, sorted; `load_map` takes each.

    Raises:
        ValueError: SUMO could not list them.
    """
    key = hashlib.sha256("\n".join((sumo_version, str(sumo_home))).encode()).hexdigest()[:24]
    path = cache_dir / f"classes-{key}.txt"
    if not path.is_file():
        names = "\n".join(_list_classes(sumo_home))
        write_whole(path, lambda part: part.write(names.encode()))
    return tuple(path.read_text(encoding="utf-8").splitlines())


def _list_classes(sumo_home: Path) -> list[str]:
    """SUMO writes a map of one point for each class; the files' names are the classes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for model in MODELS:
            (folder / model).mkdir()
        points = [f"--{letter}-{end}=0" for letter in "vas" for end in ("min", "max")]
        run_emissions_map(["--iterate", "-o", f"{folder}/", *points], sumo_home)
        classes = [f"{file.parent.name}/{file.stem}" for file in folder.glob("*/*.csv")]
    vehicles = [f"MMPEVEM{VEHICLE_MARK}{vehicle}" for vehicle in vehicle_files(sumo_home)]
    return sorted([*classes, *vehicles])


def near_names(name: str, known: tuple[str, ...]) -> list[str]:
    """The known names that are most like a wrong one, the likest first."""
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=4, cutoff=0.5)
    return [by_lower[each] for each in near]
