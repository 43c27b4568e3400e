"""How well the signals of a scenario are predicted, on the scenario's own traffic."""

import math
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from corridor import Calibration, Course, RoadNetwork, SpatAudit, SumoEngine, audit_spat
from sumo_nets import (
    JUNCTION_BLOCKER_S,
    Scenario,
    TrafficControl,
    actuated_network,
    comparison_arguments,
    freeze_routes,
    sumo_arguments,
    sumo_home,
)

FloatArray = NDArray[np.float64]
Control = Literal["own"] | TrafficControl


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
            net_file = actuated_network(scenario, Path(folder) / "variant.net.xml", control=control)
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


def sentences(audit: SpatAudit) -> list[str]:
    """What was found, in words."""
    told = (
        f"{audit.n_links} links, {audit.n_untold} of them cannot be predicted; "
        f"{audit.n_windows} predicted greens came"
    )
    if audit.errors_s.size == 0:
        return [told]
    words = [
        told,
        f"starts and ends outside [min, max]: {audit.n_outside}",
        f"error of the likely time, next switch: {_spread(audit.next_errors_s)}",
        f"error of the likely time, next greens: {_spread(audit.errors_s)}",
    ]
    if audit.calibration is None:
        return [*words, "all of these programs are fixed: there is nothing to calibrate"]
    tenths = ", ".join(f"{100 * share:.0f}" for share in audit.calibration.pit)
    return [
        *words,
        f"switches in each tenth of their told distribution, % (10 each is right): {tenths}",
        f"green in 10 s: Brier score {audit.calibration.brier:.3f}, by each link's share of green "
        f"{audit.calibration.brier_climatology:.3f}",
    ]


def calibration_table(calibration: Calibration) -> Table:
    """How well the quantiles of uncertain switches hold, by how far ahead they were expected."""
    table = Table(
        title="Switches that traffic decides (right: at most 10, at least 80, at most 10 %)"
    )
    for name in (
        "expected\nin s",
        "\nswitches",
        "before\nq10 %",
        "q10 to\nq90 %",
        "after\nq90 %",
        "width\ns",
        "likely\nwrong s",
        "mean rule\nwrong s",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for row in calibration.horizons:
        table.add_row(
            f"{row.from_s:.0f} to {row.to_s:.0f}",
            str(row.n),
            *(f"{share:.1f}" for share in (row.below_q10_pct, row.inside_pct, row.above_q90_pct)),
            *(f"{time_s:.1f}" for time_s in (row.width_s, row.likely_mae_s, row.plain_mae_s)),
        )
    return table


def audit_as_json(audit: SpatAudit) -> dict[str, Any]:
    """What was found, as plain JSON values."""
    calibration = None
    if audit.calibration is not None:
        calibration = asdict(audit.calibration)
        for row in calibration["horizons"]:
            for key, value in row.items():
                row[key] = None if math.isnan(value) else value
    return {
        "links": audit.n_links,
        "untold_links": audit.n_untold,
        "greens": audit.n_windows,
        "outside_bounds": audit.n_outside,
        "next_switch_error_s": _figures(audit.next_errors_s),
        "error_s": _figures(audit.errors_s),
        "calibration": calibration,
    }


def _figures(errors_s: FloatArray) -> dict[str, float] | None:
    if errors_s.size == 0:
        return None
    p90_s = float(np.percentile(errors_s, 90))
    return {"mean": float(errors_s.mean()), "p90": p90_s, "greatest": float(errors_s.max())}


def _spread(errors_s: FloatArray) -> str:
    found = _figures(errors_s)
    if found is None:
        return "none came"
    return (
        f"mean {found['mean']:.1f} s, 90 % below {found['p90']:.1f} s, "
        f"greatest {found['greatest']:.1f} s"
    )
