"""From a sweep to its runs: scenarios and policies checked once each, equal runs found by key."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from experiments.appendix import manifest
from experiments.config import Experiment, resolved_dump
from experiments.data_files import ConfigError
from experiments.fleet_account import fleet_content
from experiments.order import Order
from experiments.ordering import Manner, load_checked, orders_of, study_of, try_policies
from experiments.own_policy import OwnPolicy
from experiments.study import Study
from experiments.sweeps.points import Sweep, SweepPoint
from experiments.sweeps.record import PointRecord, SweepRecord, Unit, until_content
from sumo_nets import Scenario, ScenarioError, fingerprint

_ROAD = ("scenario", "begin_s", "end_s", "step_length_s", "spat")
_FLEET = ("fleet_mix", "grid", "factors")
_CHECKED = (*_ROAD, *_FLEET, "accounts")
"""Keys that `load_checked` heeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All runs of a sweep."""

    sweep: Sweep
    orders: Mapping[str, Order]
    """The runs that differ, by key."""
    record: SweepRecord
    scenarios: tuple[Scenario, ...]
    """Of each point."""
    policies: Mapping[str, Mapping[str, OwnPolicy]]


def plan_of(sweep: Sweep, *, store: Path, cache_dir: Path, before: Plan | None = None) -> Plan:
    """Check what a sweep needs, and find its runs.

    Args:
        sweep: What is asked.
        store: Where the folders of the runs appear.
        cache_dir: Frozen routes and emission maps.
        before: Plan of the same points with other seeds; what it has checked is not checked again.

    Raises:
        ConfigError: With all problems of scenarios and policies.
    """
    scenarios = before.scenarios if before else tuple(_scenarios(sweep))
    policies = before.policies if before else _policies(sweep)
    fleets: dict[str, dict[str, Any]] = {}
    orders: dict[str, Order] = {}
    units: list[Unit] = []
    for point, scenario in zip(sweep.points, scenarios, strict=True):
        experiment = point.experiment
        fleet = _values(experiment, _FLEET)
        if fleet not in fleets:
            fleets[fleet] = fleet_content(experiment)
        for order in orders_of(
            experiment,
            scenario,
            policies[_policy_key(experiment)],
            store=store,
            cache_dir=cache_dir,
            manner=Manner(records=False),
            fleet=fleets[fleet],
            within=f"{point.label}: ",
        ):
            orders.setdefault(order.key, order)
            units.append(Unit(point=point.number, arm=order.arm, seed=order.seed, key=order.key))
    record = SweepRecord(
        name=sweep.name,
        kind=sweep.kind,
        keys=sweep.keys,
        folder=sweep.folder,
        form=sweep.form,
        until=until_content(sweep.until),
        manifest=_manifest(sweep, scenarios, policies),
        points=tuple(
            _point_record(sweep, point, scenario)
            for point, scenario in zip(sweep.points, scenarios, strict=True)
        ),
        units=tuple(units),
    )
    return Plan(sweep=sweep, orders=orders, record=record, scenarios=scenarios, policies=policies)


def _study(sweep: Sweep, point: SweepPoint, scenario: Scenario) -> Study:
    study = study_of(point.experiment, scenario).looked(point.sequential)
    return study if sweep.until is None else replace(study, confidence=sweep.until.confidence)


def _point_record(sweep: Sweep, point: SweepPoint, scenario: Scenario) -> PointRecord:
    experiment = point.experiment
    return PointRecord(
        values=point.values,
        study=_study(sweep, point, scenario),
        demand=demand_name(scenario, experiment.seeds[0], experiment.demand_scale),
        experiment=resolved_dump(experiment),
    )


def demand_name(scenario: Scenario, seed: int, demand_scale: float) -> str:
    """Name of a demand: equal names are the same vehicles."""
    text = json.dumps([fingerprint(scenario), seed, demand_scale], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _scenarios(sweep: Sweep) -> list[Scenario]:
    """The scenario of each point; each is loaded once."""
    names = [_values(point.experiment, _CHECKED) for point in sweep.points]
    found: dict[str, Scenario] = {}
    problems: dict[str, None] = {}
    for name, point in dict(zip(names, sweep.points, strict=True)).items():
        try:
            found[name] = load_checked(point.experiment)
        except ScenarioError as error:
            place = sweep.place(point.number, "scenario")
            problems |= dict.fromkeys(place + line for line in error.problems)
        except ValueError as error:
            lines = str(error).splitlines()
            problems |= dict.fromkeys(_placed(sweep, point, line) for line in lines)
    if problems:
        raise ConfigError(list(problems))
    return [found[name] for name in names]


def _placed(sweep: Sweep, point: SweepPoint, line: str) -> str:
    key, colon, rest = line.partition(": ")
    place = sweep.place(point.number, key) if colon and key in Experiment.model_fields else ""
    return place + rest if place else line


def _policies(sweep: Sweep) -> dict[str, dict[str, OwnPolicy]]:
    """The own policies by how they are named; each is rehearsed once."""
    found: dict[str, dict[str, OwnPolicy]] = {}
    for point in sweep.points:
        key = _policy_key(point.experiment)
        if key not in found:
            found[key] = try_policies(point.experiment, {})
    return found


def _policy_key(experiment: Experiment) -> str:
    return _values(experiment, ("policies",))


def _values(experiment: Experiment, keys: tuple[str, ...]) -> str:
    return json.dumps([getattr(experiment, key) for key in keys])


def _manifest(
    sweep: Sweep, scenarios: Sequence[Scenario], policies: Mapping[str, Mapping[str, OwnPolicy]]
) -> dict[str, Any]:
    """What the sweep was made of, each scenario and each policy once."""
    roads: dict[str, dict[str, Any]] = {}
    parts: dict[str, Any] = {}
    common: dict[str, Any] = {}
    for point, scenario in zip(sweep.points, scenarios, strict=True):
        name = _values(point.experiment, (*_CHECKED, "policies"))
        if name not in roads:
            own = policies[_policy_key(point.experiment)]
            made_of = manifest(point.experiment, scenario, own, "")
            roads[name] = {
                key: made_of.pop(key) for key in ("scenario", "inputs", "policies", "fleet")
            }
            common = common or made_of
    parts["experiment"] = dict(_unswept(common.pop("experiment"), sweep.keys))
    del common["command"]
    if sweep.until is not None:
        common["seeds"] = parts["experiment"]["seeds"] = list(sweep.seeds)
        common["until"] = until_content(sweep.until)
    return (
        common
        | parts
        | {
            "name": sweep.name,
            "kind": sweep.kind,
            "swept": list(sweep.keys),
            sweep.kind: sweep.form[sweep.kind],
            "arms": list(sweep.arms),
            "points": [_told(sweep, point) for point in sweep.points],
            "made_of": list(
                {json.dumps(road, sort_keys=True): road for road in roads.values()}.values()
            ),
        }
    )


def _told(sweep: Sweep, point: SweepPoint) -> dict[str, Any]:
    """A point in the manifest; its seeds only where they are its own."""
    told = {"point": point.number, "values": point.values}
    return told if sweep.until is None else told | {"seeds": list(point.experiment.seeds)}


def _unswept(
    content: Mapping[str, Any], keys: tuple[str, ...], prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    """The values that all points share."""
    for key, value in content.items():
        name = f"{prefix}{key}"
        if name in keys:
            continue
        is_section = isinstance(value, Mapping) and any(k.startswith(f"{name}.") for k in keys)
        yield key, dict(_unswept(value, keys, f"{name}.")) if is_section else value
