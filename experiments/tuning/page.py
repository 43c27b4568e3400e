"""The page of a tuning: the answer first, then what it rests on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.atomic import replacing
from experiments.measures import SAFETY_COUNTERS, effect_key
from experiments.report.templating import template
from experiments.statistics import Effect
from experiments.tuning.plots import draw_tuning
from experiments.tuning.verdict import interval_words


def write_page(content: Mapping[str, Any], path: Path) -> None:
    """Write the page; the same contents give the same bytes.

    Args:
        content: Of `optimize.json`.
        path: Of the page.
    """
    held_out = content["held_out"] or {"confirmed": ()}
    page = template("optimize.html.j2").render(
        content=content,
        tables=[_table(content, each) for each in held_out["confirmed"]],
        pictures=draw_tuning(content),
    )
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")


def _table(content: Mapping[str, Any], confirmed: Mapping[str, Any]) -> dict[str, Any]:
    """A candidate on the held-out seeds."""
    held_out = content["held_out"]
    trial = next(each for each in content["trials"] if each["number"] == confirmed["trial"])
    metrics = [
        (
            metric,
            _percent(held_out["current_figures"].get(effect_key(metric))),
            _percent(confirmed["figures"].get(effect_key(metric))),
            interval_words(_effect(difference)),
        )
        for metric, difference in confirmed["metrics"].items()
    ]
    events = [
        (
            name.replace("_", " "),
            f"{held_out['reference_events'][name]:g}",
            f"{held_out['current_figures'][name]:g}",
            f"{confirmed['figures'][name]:g}",
        )
        for name in SAFETY_COUNTERS
    ]
    return {
        "trial": confirmed["trial"],
        "kind": _kind(confirmed),
        "changes": trial["changes"],
        "gains": [
            (
                gain["objective"],
                interval_words(_effect(gain["search"])),
                interval_words(_effect(gain["held_out"])),
            )
            for gain in confirmed["gains"]
        ],
        "metrics": metrics,
        "events": events,
        "broken": confirmed["broken"],
    }


def _kind(confirmed: Mapping[str, Any]) -> str:
    if confirmed["is_trade"]:
        return "one objective for another"
    if confirmed["is_mended"]:
        return "keeps the constraints, not shown to be better"
    return "better" if confirmed["is_better"] else "not shown to be better"


def _effect(entry: Mapping[str, Any] | None) -> Effect | None:
    return None if entry is None else Effect(**entry)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f} %"
