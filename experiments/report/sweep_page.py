"""The report of a sweep: one HTML page that needs nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.atomic import replacing
from experiments.curves import read_sweep
from experiments.report.glossary import TERMS, metric_name
from experiments.report.language import ENGLISH, recognised, say, speaking
from experiments.report.names import page_name
from experiments.report.plot_style import Picture, drawing_style
from experiments.report.sweep_captions import METHOD_RULES, caution_words, cautions_of
from experiments.report.sweep_data import Findings, find
from experiments.report.sweep_plots import sweep_charts
from experiments.report.sweep_tables import (
    failures_table,
    front_table,
    points_table,
    trend_cells,
    whole_table,
)
from experiments.report.sweep_words import looks_words, seeds_words, sweep_answer, swept_words
from experiments.report.tables import flat
from experiments.report.templating import template


def write_sweep_report(directory: Path, language: str = ENGLISH) -> Path:
    """Write the page into the folder of a sweep, from what the folder holds.

    The same folder gives the same bytes. The page appears whole or not at all.

    Args:
        directory: Folder that a sweep has written.
        language: `en` or `zh`; each has a file of its own.

    Returns:
        Path of the page.

    Raises:
        ValueError: The folder is no folder of a finished sweep, or a file in it is damaged; or the
            language is not known.
    """
    found = find(read_sweep(directory))
    with speaking(language):
        page = template("sweep.html.j2").render(_contents(found))
    target = directory / page_name(language)
    with replacing(target) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")
    return target


def _contents(found: Findings) -> dict[str, Any]:
    sweep = found.sweep
    return {
        "found": found,
        "sweep": sweep,
        "answers": [sweep_answer(found, arm) for arm in found.arms],
        "swept_text": swept_words(found),
        "seeds_text": seeds_words(found),
        "looks_text": looks_words(found),
        "metric_names": [metric_name(metric) for metric in found.metrics],
        "whole": whole_table(found),
        "trends": {key: trend_cells(found, key) for key in sweep.swept},
        "cautions": {
            key: cautions_of(found.curves[key][found.headline].curves) for key in sweep.swept
        },
        "point_rows": points_table(found),
        "front_rows": front_table(found),
        "failures": failures_table(found),
        "warnings": _warnings(found),
        "pictures": _draw_all(found),
        "git_commit": sweep.manifest.get("git_commit"),
        "inputs": _inputs(sweep.manifest),
        "configuration": _configuration(sweep.manifest),
        "versions": _versions(sweep.manifest),
        "map_cautions": [[*map(caution_words, table.cautions)] for table in found.maps],
        "front_cautions": [*map(caution_words, found.front.cautions)],
        "rules": [say(rule) for rule in METHOD_RULES],
        "terms": [(say(term), say(meaning)) for term, meaning in TERMS],
    }


def _draw_all(found: Findings) -> dict[str, Picture]:
    """Every picture that the sweep allows, by name."""
    with drawing_style():
        return {chart.name: chart.picture() for chart in sweep_charts(found)}


def _warnings(found: Findings) -> list[str]:
    """Warnings of the sweep, and of runs with the points where they stand."""
    told = [recognised(text) or text for text in found.sweep.warnings]
    for text, points in found.sweep.point_warnings.items():
        if len(points) == len(found.sweep.points):
            where = say("all points")
        elif len(points) == 1:
            where = say("point {n}", n=points[0])
        else:
            where = say("points {n}", n=", ".join(map(str, points)))
        told.append(f"{recognised(text) or text} ({where})")
    return told


def _configuration(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was swept, and what all points share."""
    swept = {kind: manifest[kind] for kind in ("grid", "list", "sample") if kind in manifest}
    return flat(swept | dict(manifest.get("experiment") or {}))


def _versions(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Versions, and the hash of the code that runs are made by."""
    code = manifest.get("code_sha256")
    own = [(say("code that makes the runs, SHA-256"), str(code))] if code else []
    return [*flat(manifest.get("versions") or {}), *own]


def _inputs(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and hash of each input file, with the scenario that it is of."""
    return [
        (f"{road['scenario']['name']}: {each['name']}", str(each["sha256"]))
        for road in manifest.get("made_of") or []
        for each in road["inputs"]
    ]
