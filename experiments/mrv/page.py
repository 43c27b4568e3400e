"""The report as files: `mrv.md` and `mrv.html`, from one document."""

from collections.abc import Mapping
from pathlib import Path

from emissions import Factor, Factors, draw
from experiments.atomic import replacing
from experiments.factor_files import grid_key
from experiments.mrv.case import Case
from experiments.mrv.document import mrv_document
from experiments.mrv.evidence import read_evidence
from experiments.mrv.layer import FactorLayer
from experiments.mrv.markdown import as_markdown
from experiments.mrv.settings import MrvSettings
from experiments.report.templating import template

MRV_FILES = ("mrv.md", "mrv.html")
"""What is written into a folder of results."""


def build_case(
    directory: Path,
    settings: MrvSettings,
    factors: Factors,
    *,
    arm: str | None = None,
    stated: frozenset[str] = frozenset(),
    petrol_accounts: frozenset[str] = frozenset(),
    idle_per_s: Mapping[str, float] | None = None,
) -> Case:
    """All that a report is made of.

    Args:
        directory: A folder of finished results.
        settings: What is taken as given.
        factors: Of the outside world.
        arm: The project; not given: `eco` where it was run.
        stated: Dotted keys that the user gave, the rest being defaults.
        petrol_accounts: Columns of accounts in which every vehicle burns `settings.fuel`.
        idle_per_s: Column of an account → what a second of standing costs, where known.

    Raises:
        ValueError: The folder cannot be used, or a factor is not there.
    """
    grid = grid_key(settings.grid)
    layer = FactorLayer(
        factors=factors,
        draws=draw(factors, settings.n_draws, settings.seed),
        grid=_factor(factors, grid, "grid"),
        fuel_ttw=_factor(factors, f"fuel/{settings.fuel}/ttw", "fuel"),
        fuel_wtw=_factor(factors, f"fuel/{settings.fuel}/wtw", "fuel"),
    )
    case = Case(
        evidence=read_evidence(directory, arm),
        settings=settings,
        stated=stated,
        layer=layer,
        petrol_accounts=petrol_accounts,
        idle_per_s=idle_per_s or {},
    )
    _check_platform(case)
    return case


def write_mrv(directory: Path, case: Case) -> tuple[Path, Path]:
    """Write `mrv.md` and `mrv.html`; the same case gives the same bytes.

    Returns:
        Their paths. Each appears whole or not at all.
    """
    document = mrv_document(case)
    texts = (as_markdown(document), template("mrv.html.j2").render(document=document))
    markdown_file, html_file = (directory / name for name in MRV_FILES)
    for path, text in zip((markdown_file, html_file), texts, strict=True):
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    return markdown_file, html_file


def _check_platform(case: Case) -> None:
    """Raise where no roadside unit is counted: advice at signals needs somebody who tells them."""
    units, _ = case.devices
    if units.count == 0:
        raise ValueError(
            "platform.rsu_count: no roadside unit is counted, "
            f"{case.evidence.n_signals} signals are recorded in the results; state how many "
            "devices tell what the signals will do, at least 1"
        )


def _factor(factors: Factors, key: str, setting: str) -> Factor:
    try:
        return factors[key]
    except ValueError as error:
        raise ValueError(f"{setting}: {error}") from None
