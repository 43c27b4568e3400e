"""The attainable bound of a folder of results: from its records to figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor import RoadNetwork
from experiments.asked_again import experiment_again, scenario_again
from experiments.bound.figures import figures
from experiments.bound.maps import level_maps, quantum_mps
from experiments.bound.study import bound_of_arm, pair_arms
from experiments.report.bound import BOUND
from experiments.report.data import read_manifest
from experiments.report.journeys import read_records
from experiments.results import rounded, write_json
from experiments.saying import Say, say_nothing
from sumo_nets import input_hashes


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundWishes:
    """What is looked at."""

    accounts: tuple[str, ...]
    """As in `bound_maps.NAMES`."""
    sample: int | None = None
    """So many approaches, drawn by hash; None: all."""
    own_arms: tuple[str, ...] = ()
    """Arms whose own approaches get a bound too."""
    quantum_mps: float | None = None
    """Speeds of the bounds are multiples of it; None: of what suits each account's map."""
    base: Path | None = None
    """Folder that relative paths of the experiment start from; None: the working directory."""

    def quantum_mps_of(self, name: str) -> float:
        """What speeds of an account's bounds are multiples of."""
        return quantum_mps(name) if self.quantum_mps is None else self.quantum_mps


def study_bound(directory: Path, wishes: BoundWishes, say: Say = say_nothing) -> dict[str, Any]:
    """Bound and realised fractions of a folder of results; written into it as `bound.json`.

    Raises:
        ScenarioError: The scenario is not here.
        ValueError: The scenario has changed; the folder holds no records, nothing to compare
            with, or other steps than 1 s; an account or arm is not known.
    """
    records = read_records(directory)
    reference = records.reference
    if reference is None:
        raise ValueError(
            f"'{directory}' holds no arm to compare with; run it with the arm 'unadvised'"
        )
    if reference != "unadvised":
        say(f"compared with {reference}: what equipment smooths counts as saved, too")
    step_s = float(records.summary.get("step_length_s") or 1.0)
    if step_s != 1.0:
        raise ValueError(
            f"'{directory}' was run with steps of {step_s} s; the bound is made for steps of 1 s"
        )
    for arm in wishes.own_arms:
        if arm not in records.recorded:
            known = ", ".join(records.recorded)
            raise ValueError(f"'{directory}': arm '{arm}' was not recorded; recorded: {known}")
    found_maps = level_maps(wishes.accounts)
    accounts = {name: account for name, (account, _) in found_maps.items()}
    maps = dict(found_maps.values())
    manifest = read_manifest(directory)
    network = _network_again(manifest, wishes.base)
    range_m = float(manifest.get("experiment", {}).get("rsu", {}).get("range_m", 300.0))
    bounds = {}
    for arm in dict.fromkeys((reference, *wishes.own_arms)):
        say(f"bound of the approaches of {arm}")
        bounds[arm] = bound_of_arm(
            records,
            arm,
            network,
            maps,
            range_m=range_m,
            quanta_mps={account: wishes.quantum_mps_of(name) for name, account in accounts.items()},
            sample=wishes.sample,
        )
    pairs = pair_arms(records, bounds[reference], records.recorded, maps)
    found: dict[str, Any] = rounded(
        figures(
            records,
            pairs,
            accounts,
            {arm: bounds[arm] for arm in wishes.own_arms},
            n_all=bounds[reference].n_all,
            range_m=range_m,
        )
    ) | {"quantum_mps": {name: wishes.quantum_mps_of(name) for name in accounts}}
    write_json(directory / BOUND, found)
    return found


def _network_again(manifest: Mapping[str, Any], base: Path | None) -> RoadNetwork:
    """The road that a folder of results was made on, if it is still the same."""
    scenario = scenario_again(experiment_again(manifest.get("experiment", {}), base))
    was = {entry["sha256"] for entry in manifest.get("inputs", [])}
    if missing := [name for name, digest in input_hashes(scenario) if digest not in was]:
        raise ValueError(f"{missing[0]} is not the file that the results were made with")
    return RoadNetwork(scenario.net_file)
