"""How well the signals of a scenario are predicted, on the scenario's own traffic."""

import gzip
import re
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corridor import Course, RoadNetwork, SpatAudit, SumoEngine, audit_spat
from sumo_nets import (
    JUNCTION_BLOCKER_S,
    Scenario,
    comparison_arguments,
    freeze_routes,
    sumo_arguments,
    sumo_home,
)

FloatArray = NDArray[np.float64]
Control = Literal["own", "actuated", "delay_based"]


def check_spat(
    scenario: Scenario, *, control: Control, duration_s: float, seed: int, cache_dir: Path
) -> SpatAudit:
    """Predicted greens against those that came, in one run.

    Args:
        scenario: Road and traffic.
        control: `own`, or what all fixed programs of the network are replaced by.
        duration_s: For how long.
        seed: Of the run.
        cache_dir: Where frozen routes are kept.
    """
    demand = freeze_routes(scenario, seed=seed, cache_dir=cache_dir)
    with tempfile.TemporaryDirectory() as folder:
        if control != "own":
            net_file = _with_control(scenario.net_file, control, Path(folder))
            scenario = scenario.model_copy(update={"net_file": net_file})
        arguments = [
            *sumo_arguments(scenario, demand.route_file, demand.additional_files),
            *comparison_arguments(scenario, junction_blocker_s=JUNCTION_BLOCKER_S),
            *("--seed", str(seed)),
            *("--no-step-log", "true", "--no-warnings", "true"),
        ]
        course = Course(
            arguments=tuple(arguments),
            signal_files=(scenario.net_file, *demand.additional_files),
            begin_s=scenario.begin_s,
            cap_s=scenario.begin_s + duration_s,
            step_length_s=scenario.step_length_s,
            vehicle_ids=frozenset(demand.vehicle_ids),
        )
        network = RoadNetwork(scenario.net_file)
        return audit_spat(SumoEngine(sumo_home()), network, course, duration_s=duration_s)


def _with_control(net_file: Path, control: str, folder: Path) -> Path:
    """A copy of a network whose fixed programs are decided by traffic."""
    raw = net_file.read_bytes()
    text = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    copy = folder / "variant.net.xml"
    replacement = rb'\1"' + control.encode() + b'"'
    text = re.sub(rb"<phase [^>]*>", _with_bounds, text)
    copy.write_bytes(re.sub(rb'(<tlLogic [^>]*type=)"static"', replacement, text))
    return copy


def _with_bounds(phase: re.Match[bytes]) -> bytes:
    """A green phase with bounds: without them, traffic would decide nothing."""
    text = phase.group()
    state = re.search(rb'state="([^"]*)"', text)
    is_green = (
        state is not None and b"y" not in state.group(1) and re.search(b"[Gg]", state.group(1))
    )
    if not is_green or b"minDur" in text:
        return text
    return text.replace(b"<phase ", b'<phase minDur="5" maxDur="50" ', 1)


def sentences(audit: SpatAudit) -> list[str]:
    """What was found, in words."""
    told = (
        f"{audit.n_links} links, {audit.n_untold} of them cannot be predicted; "
        f"{audit.n_windows} predicted greens came"
    )
    if audit.errors_s.size == 0:
        return [told]
    return [
        told,
        f"starts and ends outside [min, max]: {audit.n_outside}",
        f"error of the likely time, next switch: {_spread(audit.next_errors_s)}",
        f"error of the likely time, next greens: {_spread(audit.errors_s)}",
    ]


def _spread(errors_s: FloatArray) -> str:
    p90_s = float(np.percentile(errors_s, 90))
    return (
        f"mean {errors_s.mean():.1f} s, 90 % below {p90_s:.1f} s, greatest {errors_s.max():.1f} s"
    )
