"""The YAML of an arterial: what may stand in it, checked, with the place of every mistake."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sumo_nets.scenario import ScenarioError
from sumo_nets.xml_source import did_you_mean

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class Part(BaseModel):
    """A part of the file; a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class MainRoad(Part):
    """The road that has the signals, in both directions."""

    lanes: int = Field(ge=1, le=4)
    speed_limit_mps: Positive
    approach_m: float = Field(ge=50)
    """Length before the first signal and behind the last one."""
    pocket_m: float = Field(ge=20)
    """Length of the lane for left turns before each signal."""


class SideRoads(Part):
    """The roads that cross, to the north and the south of each signal."""

    lanes: int = Field(ge=1, le=2)
    speed_limit_mps: Positive
    length_m: float = Field(ge=50)


class Plan(Part):
    """What the programs of all signals share."""

    cycle_s: Positive
    yellow_s: Positive
    all_red_s: float = Field(ge=0)


class Signal(Part):
    """One crossing with its program and the demand of its side roads."""

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    position_m: float = Field(ge=0)
    """From the first signal."""
    offset_s: float = Field(ge=0)
    """Start of the main road's green in the cycle."""
    main_green_s: Positive
    left_green_s: Positive
    side_green_s: Positive
    north_veh_per_h: float = Field(ge=0)
    """Arrivals from the north."""
    south_veh_per_h: float = Field(ge=0)
    """Arrivals from the south."""


class Fleet(Part):
    """Shares of the types of vehicles."""

    car: Share
    van: Share
    truck: Share


class ArterialDemand(Part):
    """Arrivals, turns and vehicles."""

    duration_s: Positive
    eastbound_veh_per_h: float = Field(ge=0)
    westbound_veh_per_h: float = Field(ge=0)
    main_left: Share
    main_right: Share
    side_left: Share
    side_right: Share
    fleet: Fleet
    bus_period_s: float = Field(ge=0)
    bus_stop_s: float = Field(ge=0)


class Arterial(Part):
    """A main road with signals, from west to east."""

    kind: Literal["arterial"]
    version: Literal[1]
    name: str = Field(min_length=1)
    main_road: MainRoad
    side_roads: SideRoads
    plan: Plan
    signals: tuple[Signal, ...] = Field(min_length=1)
    demand: ArterialDemand

    @model_validator(mode="after")
    def _fits(self) -> "Arterial":
        problems: list[str] = []
        lost_s = 3 * (self.plan.yellow_s + self.plan.all_red_s)
        for signal in self.signals:
            sum_s = signal.main_green_s + signal.left_green_s + signal.side_green_s + lost_s
            if abs(sum_s - self.plan.cycle_s) > 1e-6:
                problems.append(
                    f"signal {signal.id}: greens, yellow and all-red add up to {sum_s:g} s, "
                    f"not to the cycle of {self.plan.cycle_s:g} s"
                )
        for before, after in zip(self.signals, self.signals[1:], strict=False):
            if after.position_m - before.position_m < self.main_road.pocket_m + 40:
                problems.append(
                    f"signal {after.id}: must be at least {self.main_road.pocket_m + 40:g} m "
                    f"behind {before.id}, got {after.position_m - before.position_m:g} m"
                )
        if len({signal.id for signal in self.signals}) < len(self.signals):
            problems.append("two signals have the same id")
        demand = self.demand
        for road, share in (
            ("main", demand.main_left + demand.main_right),
            ("side", demand.side_left + demand.side_right),
        ):
            if share > 1:
                problems.append(f"{road}_left and {road}_right add up to {share:g}, more than 1")
        if problems:
            raise ValueError("; ".join(problems))
        return self


def read_arterial(path: Path) -> Arterial:
    """Read and check the YAML of an arterial.

    Raises:
        ScenarioError: with all mistakes as `file:line:column: key: what is wrong`.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise ScenarioError([f"{place}: {getattr(error, 'problem', error)}"]) from error
    places: dict[tuple[str | int, ...], str] = {(): f"{path}:1:1"}
    problems: list[str] = []
    content = _content(root, (), str(path), places, problems)
    try:
        arterial = Arterial.model_validate(content)
    except ValidationError as error:
        problems += [_explained(dict(found), places) for found in error.errors()]
    if problems:
        raise ScenarioError(problems)
    return arterial


def _content(
    node: yaml.Node | None,
    at: tuple[str | int, ...],
    file: str,
    places: dict[tuple[str | int, ...], str],
    problems: list[str],
) -> object:
    """Plain values of a node; keeps the place of each and tells keys that stand twice."""
    if isinstance(node, yaml.MappingNode):
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            mark = key_node.start_mark
            place = f"{file}:{mark.line + 1}:{mark.column + 1}"
            if key in values:
                problems.append(f"{place}: {key}: stands twice")
            places[*at, key] = place
            values[key] = _content(value_node, (*at, key), file, places, problems)
        return values
    if isinstance(node, yaml.SequenceNode):
        items: list[object] = []
        for n, item in enumerate(node.value):
            mark = item.start_mark
            places[*at, n] = f"{file}:{mark.line + 1}:{mark.column + 1}"
            items.append(_content(item, (*at, n), file, places, problems))
        return items
    if isinstance(node, yaml.ScalarNode):
        is_number = node.tag.endswith((":int", ":float")) and ":" not in node.value
        return yaml.safe_load(node.value) if is_number else node.value
    return None


def _explained(found: dict[str, Any], places: dict[tuple[str | int, ...], str]) -> str:
    at = tuple(found["loc"])
    place = next(places[at[:n]] for n in range(len(at), -1, -1) if at[:n] in places)
    hint = ""
    if found["type"] == "extra_forbidden":
        known: object = Arterial
        for part in at[:-1]:
            known = _field(known, part)
        hint = did_you_mean(str(at[-1]), getattr(known, "model_fields", {}))
    message = str(found["msg"]).removeprefix("Value error, ")
    return f"{place}: {'.'.join(map(str, at)) or 'arterial'}: {message}{hint}"


def _field(model: object, part: str | int) -> object:
    """The model of a field of a model; the model itself for a place in a list."""
    if isinstance(part, int):
        return Signal
    field = getattr(model, "model_fields", {}).get(part)
    return field.annotation if field else None
