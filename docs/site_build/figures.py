"""The pictures of docs/planner.md, drawn by the code that they explain."""

import io
import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

import experiments
from controller import EcoParameters, Traffic
from controller.abilities import abilities
from controller.discharge import Discharge, discharge
from controller.means import Grid
from controller.profile import Approach, cheapest
from controller.ramps import Ramps, row_of, tabulate
from controller.wave import Wave
from emissions import ACCOUNTS, Account, EmissionMap, FloatArray, load_accounts
from experiments.machine import cache_folder
from experiments.report.plot_emission_map import draw_emission_map
from sumo_nets import sumo_home, sumo_version

BLUE, GREY, RED, GREEN = "#0072b2", "#4d5761", "#d55e00", "#009e73"
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ecocorridor",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "savefig.facecolor": "white",
}
LIMIT_MPS, ACCEL_MPS2, BRAKING_MPS2, CAR_M = 13.89, 2.6, 2.0, 7.5
GREEN_S = (24.0, 60.0)
"""Start and end of the green of the made-up signal."""
PLACES_M = (1.0, 8.5, 16.0, 260.0, 330.0)
"""Distances of its vehicles from the stop line; the first three stand."""
N_STANDING = 3
STEP_S = 0.1


def draw_figures() -> dict[str, str]:
    """Name of each picture → SVG; the same bytes each time."""
    with mpl.rc_context({**mpl.rcParamsDefault, **STYLE, "backend": "svg"}):
        return {
            "discharge": _svg(_draw_discharge()),
            "approach": _svg(_draw_approach()),
            "emission-map": _svg(draw_emission_map(next(iter(_maps().values())))),
            "spacetime": _svg(_draw_spacetime()),
        }


def _draw_discharge() -> Figure:
    served = _served()
    figure, axis = _canvas()
    for row, way_m in enumerate(PLACES_M):
        time_s, speed_mps = _stopping(way_m, served, row)
        axis.plot(time_s, way_m - _way(speed_mps), color=GREY, lw=1.0)
    axis.plot(served.slot_s, served.place_m, "o-", color=BLUE, lw=2.0, label="start of the queue")
    axis.set_ylim(110.0, -15.0)
    axis.legend(loc="lower right", frameon=False)
    return figure


def _draw_approach() -> Figure:
    served, row = _served(), len(PLACES_M) - 1
    figure, axis = _canvas()
    time_s, speed_mps = _stopping(PLACES_M[row], served, row)
    axis.plot(time_s, PLACES_M[row] - _way(speed_mps), color=GREY, lw=2.0, label="stops")
    speed_mps = _planned(served, row)
    axis.plot(time_s, PLACES_M[row] - _way(speed_mps), color=BLUE, lw=2.0, label="planned")
    axis.plot(served.slot_s[row], served.place_m[row], "o", color=BLUE, label="slot")
    axis.legend(loc="lower right", frameon=False)
    return figure


def _draw_spacetime() -> Figure:
    arms = {"unadvised": "Without advice", "eco": "With the planner"}
    with tempfile.TemporaryDirectory() as folder:
        experiments.run(
            "arterial", out=folder, arms=arms, seeds=1, end_s=240, execution="automated"
        )
        ways = pl.read_parquet(Path(folder) / "trajectories.parquet")
        lights = pl.read_parquet(Path(folder) / "signals.parquet")
    figure = Figure(figsize=(11.0, 5.0), layout="constrained")
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    for axis, (arm, title) in zip(axes, arms.items(), strict=True):
        chosen = {"arm": arm, "direction": 0}
        _draw_ways(axis, ways.filter(**chosen).sort("vehicle_id", "time_s"))
        reds = lights.filter(pl.col("state").is_in(["r", "u"]), **chosen)
        axis.hlines(reds["position_m"], reds["start_s"], reds["end_s"], color=RED, lw=2.0)
        axis.set(title=title, xlabel="time, s", xlim=(60.0, 300.0), ylim=(0.0, None))
    axes[0].set_ylabel("way along the main road, m")
    return figure


def _draw_ways(axis: Axes, rows: pl.DataFrame) -> None:
    """A line per vehicle, as an image inside the picture: they are many."""
    points = rows.select("time_s", "position_m").to_numpy()
    pieces = np.stack([points[:-1], points[1:]], axis=1)
    vehicle, advised = rows["vehicle_id"].to_numpy(), rows["advised"].to_numpy()[1:]
    joined = (vehicle[1:] == vehicle[:-1]) & (np.diff(points[:, 0]) < 2.0)
    for chosen, colour in ((joined & ~advised, GREY), (joined & advised, BLUE)):
        axis.add_collection(
            LineCollection(pieces[chosen], colors=colour, linewidths=0.8, rasterized=True)
        )


def _canvas() -> tuple[Figure, Axes]:
    """Way to the stop line over time, and what the light shows."""
    figure = Figure(figsize=(8.0, 4.2), layout="constrained")
    axis = figure.subplots()
    axis.hlines(0.0, 0.0, GREEN_S[0], color=RED, lw=5.0)
    axis.hlines(0.0, *GREEN_S, color=GREEN, lw=5.0)
    axis.set(xlabel="time, s", ylabel="distance to the stop line, m", xlim=(0.0, 45.0))
    axis.set_ylim(350.0, -30.0)
    return figure, axis


def _served() -> Discharge:
    """Who waits where, and whose turn is when."""
    n = len(PLACES_M)
    zeros, ones = np.zeros(n, dtype=np.int64), np.ones(n)
    speed_mps = np.where(np.arange(n) < N_STANDING, 0.0, LIMIT_MPS)
    start_s, end_s = (np.full((1, 1), time_s) for time_s in GREEN_S)
    traffic = Traffic(
        lane=zeros,
        present_lane=zeros,
        stop_edge=zeros,
        link=zeros,
        position_m=500.0 - np.array(PLACES_M),
        distance_m=np.array(PLACES_M),
        speed_mps=speed_mps,
        ceiling_mps=LIMIT_MPS * ones,
        crossing_mps=LIMIT_MPS * ones,
        accel_mps2=ACCEL_MPS2 * ones,
        decel_mps2=4.5 * ones,
        storage_m=np.inf * ones,
        space_m=CAR_M * ones,
        step_length_s=1.0,
        yields_first=zeros.astype(np.bool_),
        green_start_s=start_s,
        green_end_s=end_s,
        likely_start_s=start_s,
        likely_end_s=end_s,
        start_q10_s=start_s,
        start_q90_s=start_s,
        end_q90_s=end_s,
    )
    parameters = EcoParameters()
    return discharge(traffic, Wave(), tolerance_s=parameters.min_wait_s, hope_s=parameters.hope_s)


def _stopping(way_m: float, served: Discharge, row: int) -> tuple[FloatArray, FloatArray]:
    """Times, and speed of a vehicle that drives freely, stops at its place, and starts in turn."""
    time_s = np.arange(0.0, 60.0, STEP_S)
    if row < N_STANDING:
        speed_mps = np.zeros(time_s.size)
    else:
        brakes_s = (way_m - served.place_m[row]) / LIMIT_MPS - LIMIT_MPS / (2.0 * BRAKING_MPS2)
        slowing_mps = LIMIT_MPS - BRAKING_MPS2 * (time_s - brakes_s)
        speed_mps = np.clip(slowing_mps, 0.0, LIMIT_MPS)
    return time_s, np.maximum(speed_mps, _starting(time_s, float(served.slot_s[row]), 0.0))


def _planned(served: Discharge, row: int) -> FloatArray:
    """Speed of a vehicle that meets its slot by the cheapest approach."""
    ramps = tabulate(list(_maps().values()), wavering_mps2=0.0)
    parameters = EcoParameters()
    means = abilities(parameters, None, STEP_S, is_weak=False)
    approach = Approach(
        distance_m=np.array([PLACES_M[row]]),
        speed_mps=np.array([LIMIT_MPS]),
        free_mps=np.array([LIMIT_MPS]),
        accel_mps2=np.array([ACCEL_MPS2]),
        decel_mps2=np.array([4.5]),
        slot_s=served.slot_s[row : row + 1],
        place_m=served.place_m[row : row + 1],
        latest_s=served.cross_s[row : row + 1] + parameters.later_s,
        fastest_hold_mps=np.array([LIMIT_MPS]),
        early_s=np.zeros(1),
        room_m=np.full(1, np.inf),
    )
    choice = cheapest(Grid.of(ramps, means), approach)
    hold_mps, join_s = float(choice.hold_mps[0]), float(choice.join_s[0])
    slowed = _on_ramp(ramps, int(row_of(choice.ramp_mps2[0])), float(choice.cruise_s[0]), hold_mps)
    time_s = np.arange(0.0, 60.0, STEP_S)
    return np.where(time_s < join_s, slowed, _starting(time_s, join_s, hold_mps))


def _on_ramp(ramps: Ramps, row: int, cruise_s: float, hold_mps: float) -> FloatArray:
    speeds = [LIMIT_MPS]
    for time_s in np.arange(STEP_S, 60.0, STEP_S):
        accel_mps2 = float(ramps.accel_mps2[row, ramps.column(np.array(speeds[-1]))])
        is_on_it = time_s >= cruise_s
        speeds.append(max(speeds[-1] + accel_mps2 * STEP_S * is_on_it, hold_mps))
    return np.array(speeds)


def _starting(time_s: FloatArray, start_s: float, from_mps: float) -> FloatArray:
    gained_mps = np.maximum(time_s - start_s, 0.0) * ACCEL_MPS2
    return np.minimum(np.where(time_s < start_s, 0.0, from_mps + gained_mps), LIMIT_MPS)


def _way(speed_mps: FloatArray) -> FloatArray:
    """Way driven at the start of each step, m."""
    return np.concatenate([[0.0], np.cumsum(speed_mps[:-1] * STEP_S)])


def _maps() -> dict[Account, EmissionMap]:
    """Of the four accounts, on a level road; the first one is that of HBEFA4."""
    return load_accounts(
        ACCOUNTS,
        slopes_deg=(0.0,),
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=cache_folder(),
    )


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    FigureCanvasSVG(figure).print_figure(
        text, format="svg", dpi=144, metadata={"Date": None, "Creator": None}
    )
    return text.getvalue()
