"""The commands `report`, `figures` and `crate`: a folder of results for others."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from experiments.commands.ends import errors_told

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results.")]
Language = Annotated[Literal["en", "zh"], typer.Option("--lang", help="English or Chinese.")]
Focus = Annotated[
    str | None,
    typer.Option(
        metavar="ARM",
        help="The arm that pictures and key figures are about.",
        show_default="eco, where it ran",
    ),
]


def report(directory: Directory, lang: Language = "en", focus: Focus = None) -> None:
    """Write the report of a folder of results anew: report.html, or report.zh.html in Chinese."""
    from experiments.curves import is_sweep
    from experiments.report.page import write_report
    from experiments.report.sweep_page import write_sweep_report

    with errors_told():
        if is_sweep(directory):
            _check_no_focus(directory, focus)
            print(write_sweep_report(directory, lang))
        else:
            print(write_report(directory, lang, focus=focus))


def figures(
    directory: Directory,
    out: Annotated[
        Path | None, typer.Option(help="Folder for them.", show_default="DIR/figures")
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="svg,png", help="What is drawn.")
    ] = "svg,png",
    lang: Language = "en",
    focus: Focus = None,
) -> None:
    """Write each figure of the report as SVG and PNG, and the numbers drawn in it as CSV."""
    from experiments.curves import is_sweep
    from experiments.report.figure_files import check_formats, chinese_font, write_figures
    from experiments.report.names import FIGURES

    with errors_told():
        wanted = check_formats(formats)
        if is_sweep(directory):
            _check_no_focus(directory, focus)
        for path in write_figures(
            directory, out or directory / FIGURES, formats=wanted, language=lang, focus=focus
        ):
            print(path)
    if lang != "en" and "png" in wanted and chinese_font() is None:
        print(
            "note: no Chinese font on this machine; the PNG files are in English", file=sys.stderr
        )


def _check_no_focus(directory: Path, focus: str | None) -> None:
    if focus is not None:
        raise ValueError(f"--focus: '{directory}' holds a sweep, which tells of all arms alike")


def crate(
    directory: Directory,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR|FILE.zip", help="The crate.", show_default="DIR.crate.zip"
        ),
    ] = None,
    license_: Annotated[
        str | None, typer.Option("--license", help="Of the results: an address, or words.")
    ] = None,
) -> None:
    """Pack a folder of results as a research object (RO-Crate, Process Run Crate)."""
    from experiments.crate import write_crate

    whole = directory.resolve()
    with errors_told():
        target = out or whole.with_name(f"{whole.name}.crate.zip")
        print(write_crate(directory, target, license_=license_))
