"""Files of factors: the one that comes with the project, and a user's own put over it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from emissions import DATA_FOLDER, Factor, Factors, Scope, parse_unit, product
from experiments.data_files import ConfigError, DataFile, Said, Year, read_data_file

FACTORS_FILE = DATA_FOLDER / "factors.yaml"
"""The factors that come with the project."""

_FORM = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _known_unit(text: str) -> str:
    parse_unit(text)
    return text


Unit = Annotated[str, AfterValidator(_known_unit)]


class FactorRow(BaseModel):
    """A factor as it is written; its key stands before it. Fields as in `emissions.Factor`."""

    model_config = _FORM

    value: float
    unit: Unit
    low: float
    high: float
    year: Year
    region: Said
    scope: Scope
    source: Said
    retrieved: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    bounds: Literal["interval95", "range"] = "range"
    quality: Literal["reported", "assumed"] = "reported"
    note: str = ""


class ProductRow(BaseModel):
    """A factor that is the product of others."""

    model_config = _FORM

    of: tuple[str, ...] = Field(min_length=1)
    unit: Unit
    note: str = ""


class FactorsFile(BaseModel):
    """A file of factors."""

    model_config = _FORM

    version: Said
    factors: dict[str, FactorRow] = Field(default_factory=dict)
    products: dict[str, ProductRow] = Field(default_factory=dict)


def load_factors(path: Path | None = None) -> Factors:
    """The factors that come with the project, and those of a user's file put over them.

    A row of the user's file replaces the row of the same key; what is a product of it follows.

    Raises:
        ConfigError: With all problems of a file: `file:line:column: key: message`.
    """
    paths = [FACTORS_FILE] if path is None else [FACTORS_FILE, path]
    files = [read_data_file(each, FactorsFile) for each in paths]
    rows: dict[str, Factor] = {}
    products: dict[str, tuple[ProductRow, DataFile[FactorsFile]]] = {}
    problems: list[str] = []
    for file in files:
        for key, row in file.content.factors.items():
            products.pop(key, None)
            try:
                rows[key] = Factor(key=key, **row.model_dump())
            except ValueError as error:
                problems.append(_at(file, "factors", key, error))
        for key, made in file.content.products.items():
            if key in file.content.factors:
                problems.append(file.problem(("products", key), "stands under factors, too"))
            rows.pop(key, None)
            products[key] = (made, file)
    if problems:
        raise ConfigError(problems)
    given = Factors(rows=rows, version="")
    for key, (made, file) in products.items():
        try:
            rows[key] = product(key, given, made.of, made.unit, note=made.note)
        except ValueError as error:
            problems.append(_at(file, "products", key, error))
    if problems:
        raise ConfigError(problems)
    return Factors(
        rows=rows,
        version=" + ".join(file.content.version for file in files),
        sha256=tuple(file.sha256 for file in files),
    )


def grid_key(grid: str) -> str:
    """Key of a grid's factor, be it written with `grid/` or without."""
    return f"grid/{grid.removeprefix('grid/')}"


def _at(file: DataFile[FactorsFile], section: str, key: str, error: ValueError) -> str:
    return file.problem((section, key), str(error).removeprefix(f"{key}: "))
