"""The account of a fleet: each vehicle drives as the car that a stated mix gives to its id."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from emissions import (
    Account,
    Carrier,
    EmissionMap,
    Factors,
    FleetMix,
    FloatArray,
    account_steps,
    draw_classes,
    load_accounts,
    wtw_grid_key,
    wtw_intensities,
)
from experiments.config import Experiment
from experiments.factor_files import grid_key, load_factors
from experiments.mix_files import load_mix
from experiments.run_accounts import WTW_COLUMN, fleet_accounts
from sumo_nets import sumo_home, sumo_version

CLASS_COLUMN = "fleet_class"
"""Of the table of vehicles: the emission class that was drawn."""
MOST_COMMON = "passenger"
"""Vehicle class whose maps are made before any run."""


def check_fleet(experiment: Experiment) -> None:
    """Raise what is wrong with the mix or the grid of an experiment.

    Raises:
        ValueError: There is no such mix or grid, or a grid without a mix.
    """
    if experiment.fleet_mix is not None:
        load_mix(experiment.fleet_mix, experiment.folder)
        _intensities(experiment)
    elif experiment.grid is not None:
        raise ValueError(
            f"grid: '{experiment.grid}' is for the electricity of a fleet; name a fleet_mix too"
        )


def fleet_content(experiment: Experiment) -> dict[str, Any]:
    """What a fleet's account rests on, for keys of runs and for the manifest; empty without one."""
    if experiment.fleet_mix is None:
        return {}
    mix, factors = load_mix(experiment.fleet_mix, experiment.folder), _factors(experiment)
    content: dict[str, Any] = {
        "mix": {"name": mix.name, "version": mix.version, "sha256": mix.sha256},
        "factors": {"version": factors.version, "sha256": list(factors.sha256)},
    }
    if experiment.grid is not None:
        content["grid"] = wtw_grid_key(factors, grid_key(experiment.grid))
    return content


def draw_fleet(vehicles: pl.DataFrame, experiment: Experiment) -> pl.DataFrame:
    """The table of vehicles with the emission class of each; as it is where no mix is asked for.

    Args:
        vehicles: With `vehicle_id` and `vehicle_class`.
        experiment: Names the mix.
    """
    if experiment.fleet_mix is None:
        return vehicles
    drawn = draw_classes(
        load_mix(experiment.fleet_mix, experiment.folder),
        vehicles["vehicle_id"].to_list(),
        vehicles["vehicle_class"].to_list(),
    )
    return vehicles.with_columns(pl.Series(CLASS_COLUMN, drawn.tolist(), dtype=pl.String))


def prepare_fleet(
    experiment: Experiment, *, slopes_deg: tuple[float, ...], cache_dir: Path, n_jobs: int
) -> None:
    """Make the maps of all classes of the mix that passenger cars may be, some at a time.

    Runs make those of other vehicles when they meet them.
    """
    if experiment.fleet_mix is None:
        return
    mix = load_mix(experiment.fleet_mix, experiment.folder)
    classes = {c.emission_class for c in mix.cells if c.group == mix.groups[MOST_COMMON]}
    with ThreadPoolExecutor(n_jobs) as pool:
        made = pool.map(lambda name: _maps(name, slopes_deg, cache_dir), sorted(classes))
        list(made)


def add_fleet(
    trace: pl.DataFrame,
    experiment: Experiment,
    *,
    slopes_deg: tuple[float, ...],
    step_length_s: float,
    cache_dir: Path,
) -> pl.DataFrame:
    """The trace with the columns of the fleet; as it is where no mix is asked for.

    Args:
        trace: With `fleet_class`.
        experiment: Names the mix and the grid.
        slopes_deg: As in `emissions.load_map`.
        step_length_s: Length of a step.
        cache_dir: Folder for finished maps.
    """
    if experiment.fleet_mix is None:
        return trace
    mix = load_mix(experiment.fleet_mix, experiment.folder)
    intensities = _intensities(experiment)
    columns = {account.column: np.zeros(trace.height) for account in fleet_accounts()}
    if intensities:
        columns[WTW_COLUMN] = np.zeros(trace.height)
    classes = trace[CLASS_COLUMN]
    motion = [trace[name].to_numpy() for name in ("speed_mps", "accel_mps2", "slope_deg")]
    is_move = trace["is_move"].to_numpy()
    for emission_class in classes.unique().sort():
        maps = _maps(emission_class, slopes_deg, cache_dir)
        rows = np.flatnonzero((classes == emission_class).to_numpy() & is_move)
        found = account_steps(
            maps, *(values[rows] for values in motion), step_length_s=step_length_s
        )
        if intensities:
            found[WTW_COLUMN] = _well_to_wheel(found, mix, emission_class, intensities)
        for column, values in found.items():
            columns[column][rows] = values
    return trace.with_columns(**columns)


def _maps(
    emission_class: str, slopes_deg: tuple[float, ...], cache_dir: Path
) -> dict[Account, EmissionMap]:
    return load_accounts(
        fleet_accounts(emission_class),
        slopes_deg=slopes_deg,
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=cache_dir,
    )


def _well_to_wheel(
    found: Mapping[str, FloatArray],
    mix: FleetMix,
    emission_class: str,
    intensities: Mapping[Carrier, FloatArray],
) -> FloatArray:
    """CO2 equivalents of each step of a class, g: of its fuel and of its electricity."""
    by_quantity = {account.quantity: found[account.column] for account in fleet_accounts()}
    fuel, power = by_quantity["CO2"], by_quantity["electricity"]
    carrier = mix.carriers[emission_class]
    burnt = 0.0 if carrier == "electricity" else fuel * intensities[carrier]
    return burnt + power * intensities["electricity"]


def _intensities(experiment: Experiment) -> dict[Carrier, FloatArray]:
    """As from `wtw_intensities`; empty where no grid is named."""
    if experiment.grid is None:
        return {}
    try:
        return wtw_intensities(_factors(experiment), grid_key(experiment.grid))
    except ValueError as error:
        raise ValueError(f"grid: {error}") from None


def _factors(experiment: Experiment) -> Factors:
    """The factors of the project, and those of the user's file over them."""
    if experiment.factors is None:
        return load_factors()
    return load_factors((experiment.folder or Path()) / experiment.factors)
