"""What a run is given, step by step shows, and in the end has counted."""

import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from controller import Driver, Observation, SignalsSeen
from corridor.actuation import Execution
from corridor.parameters import RsuParameters
from corridor.record import AdviceRecord
from corridor.signal_control.tally import SteeringTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is simulated, and for how long at the most."""

    arguments: tuple[str, ...]
    """Of SUMO: network, demand, outputs, seed."""
    signal_files: tuple[Path, ...]
    """Network and additional files, for planned program changes."""
    begin_s: float
    cap_s: float
    """A run that is not empty by then has failed to empty the road."""
    patience_s: float = math.inf
    """The same if for so long nobody arrived, after the last departure."""
    last_departure_s: float = 0.0
    """When the last vehicle wants to enter the road."""
    step_length_s: float
    vehicle_ids: frozenset[str]
    """Vehicles that must arrive; others may be about, such as cars of persons."""
    records_advice: bool = False
    """Whether the tally keeps what vehicles knew, were told and did in each step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """Who is equipped, and how advice reaches them."""

    equipped: frozenset[str]
    """Ids of the equipped vehicles."""
    stopping: frozenset[str] = frozenset()
    """Ids of vehicles with scheduled stops; they are left alone while they serve one."""
    rsu: RsuParameters = RsuParameters()
    sensing: Literal["all", "connected"] = "all"
    """Whether roadside units see all vehicles, or only those that are equipped."""
    execution: Execution = "driver"
    driver: Driver = Driver()
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One step of a run."""

    time_s: float
    n_running: int
    """Vehicles on the road."""
    seen: Observation
    """Of the vehicles that can be advised."""
    signals: SignalsSeen | None = None
    """Of the signals that can be controlled; None: nobody controls them."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a run counts beside SUMO's own outputs."""

    speed_factor: dict[str, float] = field(default_factory=dict)
    """By vehicle: the driver's own, when he entered the road."""
    length_m: dict[str, float] = field(default_factory=dict)
    """By vehicle."""
    advised_time_s: dict[str, float] = field(default_factory=dict)
    """By equipped vehicle."""
    advice_changes: dict[str, int] = field(default_factory=dict)
    """By equipped vehicle: how often its advice appeared, went or changed."""
    record: AdviceRecord = field(default_factory=AdviceRecord)
    """Filled where the course asks for it, and somebody advises."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Vehicle-steps of equipped vehicles by reason for (no) advice."""
    steering: SteeringTally | None = None
    """What happened to signals under control; None: nobody controls them."""
    n_arrived: int = 0
    n_running: int = 0
    most_running: int = 0
    """Most vehicles on the road at once."""
    end_s: float = 0.0
    """Simulated time at the end."""
    cap_hit: bool = False
    """Whether the run was given up: it hit its cap, or nobody moved on for too long."""
