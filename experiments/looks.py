"""Which looks were planned at the same runs: plans that follow each other correct for one only."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.config import resolved_dump
from experiments.order import Order
from experiments.results import read_json, write_json
from experiments.until import Until

LOOKS = "looks.json"
"""File of the store that keeps the plans."""


def note_plan(store: Path, about: str, until: Until) -> tuple[str, ...]:
    """Keep a plan by which results are looked at, and tell of others before it.

    Whoever changes condition, batch or cap after he has seen results has looked more often than
    the intervals of the last plan allow for.

    Args:
        store: Finished runs.
        about: As of `looked_at`.
        until: The plan.

    Returns:
        A sentence for each other plan for the same runs.
    """
    if not about:
        return ()
    file = store / LOOKS
    known: list[dict[str, Any]] = read_json(file)["plans"] if file.is_file() else []
    plan = {
        "about": about,
        "until": [each.text for each in until.conditions],
        "planned_looks": list(until.planned_looks),
    }
    if plan not in known:
        write_json(file, {"plans": [*known, plan]})
    return tuple(_told(each) for each in known if each["about"] == about and each != plan)


def looked_at(finished: Sequence[Order]) -> str:
    """Name of what is looked at: the same however many seeds and arms there are.

    Args:
        finished: Runs of one experiment; empty where there is nothing to look at.
    """
    if not finished:
        return ""
    dump = resolved_dump(finished[0].experiment)
    asked = {key: value for key, value in dump.items() if key not in ("seeds", "arms")}
    text = json.dumps([asked, finished[0].made_of_sha256], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _told(plan: dict[str, Any]) -> str:
    looks = plan["planned_looks"]
    return (
        f"these runs were looked at before until {' and '.join(plan['until'])} ({len(looks)} looks "
        f"planned, up to {looks[-1]} seeds): the intervals allow for the looks of the last plan "
        "alone"
    )
