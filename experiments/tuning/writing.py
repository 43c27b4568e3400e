"""The folder of a tuning: overlays that `run` takes, all trials, and the answer."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from experiments.atomic import replacing
from experiments.extending import EXTENDS, rebased
from experiments.results import rounded, write_json
from experiments.tuning.confirming import Confirmation, Confirmed
from experiments.tuning.knobs import nested
from experiments.tuning.searching import Trial
from experiments.tuning.tune_file import Tuning
from experiments.tuning.verdict import interval_words

CURRENT, TUNED, TRIALS, OPTIMIZE, PAGE = (
    *("current.yaml", "tuned.yaml", "trials.csv", "optimize.json", "optimize.html"),
)
_SCHEMA_VERSION = 1


def content_of(
    tuning: Tuning,
    current: Trial,
    trials: Sequence[Trial],
    confirmation: Confirmation | None,
    verdict: str,
) -> dict[str, Any]:
    """What `optimize.json` holds.

    Args:
        tuning: What was searched.
        current: The current configuration on the seeds of the search.
        trials: What was tried.
        confirmation: None: there was no candidate.
        verdict: In plain words.
    """
    held_out: dict[str, Any] | None = None
    if confirmation is not None:
        held_out = asdict(confirmation)
        for plain, each in zip(held_out["confirmed"], confirmation.confirmed, strict=True):
            plain["trial"] = each.trial.number
            plain["is_better"], plain["is_trade"] = each.is_better, each.is_trade
            plain["is_mended"] = each.is_mended
    content: dict[str, Any] = rounded(
        {
            "schema_version": _SCHEMA_VERSION,
            "scenario": tuning.current.scenario,
            "arm": tuning.arm,
            "reference": tuning.current.reference,
            "seeds": tuning.current.seeds,
            "confirm_seeds": tuning.confirm_seeds,
            "sampler_seed": tuning.sampler_seed,
            "search": {
                key: knob.model_dump(mode="json", exclude_unset=True)
                for key, knob in tuning.search.items()
            },
            "objectives": [objective.name for objective in tuning.objectives],
            "constraints": [each.text for each in tuning.constraints],
            "current": asdict(current) | {"number": None},
            "trials": [asdict(trial) for trial in trials],
            "held_out": held_out,
            "is_better": confirmation is not None and bool(confirmation.better),
            "verdict": verdict,
        }
    )
    return content


def write_folder(
    tuning: Tuning,
    content: Mapping[str, Any],
    confirmation: Confirmation | None,
    *,
    origin: Path,
    out: Path,
) -> None:
    """Write all files but the page; the last one is `optimize.json`.

    Args:
        tuning: What was searched.
        content: As of `content_of`.
        confirmation: What was better stands in it.
        origin: Folder that relative paths of the current configuration start from.
        out: Folder of the tuning.
    """
    for old in (*out.glob("tuned*.yaml"), out / OPTIMIZE):
        old.unlink(missing_ok=True)
    _write_current(tuning, origin, out)
    if confirmation is not None:
        for each in (*confirmation.better, *confirmation.mended, *confirmation.trades):
            is_best = each is next(iter(confirmation.better), None)
            name = TUNED if is_best else f"tuned-{each.trial.number}.yaml"
            _write_overlay(tuning, each, out / name)
    _write_trials(tuning, content["trials"], out / TRIALS)
    write_json(out / OPTIMIZE, content)


def _write_current(tuning: Tuning, origin: Path, out: Path) -> None:
    written = {
        **rebased(tuning.written, origin, out),
        "arms": [*tuning.current.arms],
        "seeds": [*tuning.confirm_seeds],
    }
    if "policies" in written:
        written["policies"] = {
            name: each for name, each in written["policies"].items() if name == tuning.arm
        }
    head = "# The current configuration; its seeds are those of the confirmation."
    _write_yaml(out / CURRENT, head, written)


def _write_overlay(tuning: Tuning, found: Confirmed, path: Path) -> None:
    where = f"on {len(tuning.confirm_seeds)} held-out seeds"
    gains = [f"# {gain.objective}: {interval_words(gain.held_out)} {where}" for gain in found.gains]
    head = "\n".join(["# What tuning changed, against the current configuration:", *gains])
    _write_yaml(path, head, {EXTENDS: CURRENT, **nested(found.trial.changes)})


def _write_yaml(path: Path, head: str, content: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
    with replacing(path) as temporary:
        temporary.write_text(f"{head}\n{text}", encoding="utf-8", newline="\n")


def _write_trials(tuning: Tuning, trials: Sequence[Mapping[str, Any]], path: Path) -> None:
    rows = [dict(_row(tuning, trial)) for trial in trials]
    names = list(dict.fromkeys(name for row in rows for name in row))
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([row.get(name) for name in names] for row in rows)


def _row(tuning: Tuning, trial: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Cells of a trial; keys of the search that it does not change are empty."""
    yield "trial", trial["number"]
    for key in tuning.search:
        value = trial["changes"].get(key)
        yield key, str(value).lower() if isinstance(value, bool) else value
    for place, objective in enumerate(tuning.objectives):
        yield f"{objective.name}, %", trial["values"][place] if trial["values"] else None
    yield "broken", "; ".join(trial["broken"])
    yield "failure", trial["failure"]
    yield from trial["figures"].items()
