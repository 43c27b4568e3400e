"""SUMO as an engine: the only file that steps it.

libsumo is the default: it is in the same process and an order of magnitude faster. TraCI serves
the graphical interface. Both give the same results.
"""

import contextlib
import importlib
import io
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Literal

import numpy as np

from corridor.columns import FloatArray
from corridor.engine import EngineError, SignalState, VehicleFacts
from corridor.programs import Program
from corridor.sumo_programs import program_of

SAFE_AT_ANY_DECEL = 0b11011
"""SUMO's speed mode for set speeds: all checks (31) but that on the greatest deceleration, which
would cap braking for the traffic ahead, too, and let drivers by IDM run into their leaders."""
FACTS = (
    *("getRoute", "getVehicleClass", "getSpeedFactor", "getMaxSpeed", "getAccel", "getDecel"),
    *("getLength", "getMinGap"),
)
"""How SUMO calls the fields of `VehicleFacts`, in their order."""

# A second libsumo.start() in a process silently replaces the first simulation.
_ONE_SIMULATION = threading.Lock()


class _Translation:
    """Makes SUMO's failures ours: libsumo's cannot be pickled, and name nothing of ours."""

    def __init__(self, failures: tuple[type[Exception], ...]) -> None:
        self._failures = failures

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, self._failures):
            raise EngineError(str(error) or "SUMO failed without a word") from None


class SumoEngine:
    """A SUMO simulation through libsumo or TraCI.

    Args:
        sumo_home: Folder that holds SUMO's `bin` and `data`; any other SUMO_HOME is overridden.
        api: `libsumo` or `traci`.
        gui: Show SUMO's window (TraCI only).
    """

    def __init__(
        self, sumo_home: Path, *, api: Literal["libsumo", "traci"] = "libsumo", gui: bool = False
    ) -> None:
        if gui and api != "traci":
            raise ValueError("SUMO's window needs api='traci', got 'libsumo'")
        os.environ["SUMO_HOME"] = str(sumo_home)
        self._binary = str(sumo_home / "bin" / ("sumo-gui" if gui else "sumo"))
        self._gui = gui
        self._sumo: ModuleType = _import_api(api)
        self._translated = _Translation(_failures(self._sumo))
        self._lane, self._position_m, self._speed_mps, self._set_speed, self._set_speed_factor = (
            _getter(self._sumo, "vehicle", name)
            for name in ("getLaneID", "getLanePosition", "getSpeed", "setSpeed", "setSpeedFactor")
        )
        self._time_s, self._n_expected, self._departed, self._arrived = (
            _getter(self._sumo, "simulation", name)
            for name in ("getTime", "getMinExpectedNumber", "getDepartedIDList", "getArrivedIDList")
        )
        self._letters = _getter(self._sumo, "trafficlight", "getRedYellowGreenState")
        self._facts = tuple(_getter(self._sumo, "vehicle", name) for name in FACTS)
        self._is_running = False
        self._may_brake_hard: set[str] = set()

    def start(self, arguments: Sequence[str]) -> None:
        """Load a scenario.

        Raises:
            EngineError: SUMO refuses it, or a simulation already runs in this process.
        """
        if not _ONE_SIMULATION.acquire(blocking=False):
            raise EngineError("a simulation already runs in this process; SUMO allows one")
        extra = ["--start", "--quit-on-end"] if self._gui else []
        try:
            with self._translated:
                self._sumo.start([self._binary, *arguments, *extra])
        except EngineError:
            _ONE_SIMULATION.release()
            raise
        self._is_running = True
        # Vehicles of another run may have the same ids.
        self._may_brake_hard.clear()

    def close(self) -> None:
        """End the simulation and write its outputs; harmless when it is not running."""
        if not self._is_running:
            return
        self._is_running = False
        try:
            with self._translated:
                self._sumo.close()
        finally:
            _ONE_SIMULATION.release()

    def step(self) -> None:
        """Simulate one step."""
        with self._translated:
            self._sumo.simulationStep()

    def time_s(self) -> float:
        """Simulated time."""
        return float(self._time_s())

    def n_expected(self) -> int:
        """Vehicles and persons under way or still to come."""
        return int(self._n_expected())

    def departed(self) -> Sequence[str]:
        """Vehicles that entered the road in the last step."""
        return tuple(self._departed())

    def arrived(self) -> Sequence[str]:
        """Vehicles that left it in the last step."""
        return tuple(self._arrived())

    def running(self) -> Sequence[str]:
        """Vehicles on the road."""
        return tuple(self._sumo.vehicle.getIDList())

    def facts(self, vehicle_id: str) -> VehicleFacts:
        """What does not change of a vehicle."""
        with self._translated:
            route, *told = (get(vehicle_id) for get in self._facts)
        return VehicleFacts(tuple(route), *told)

    def lanes(self, vehicle_ids: Sequence[str]) -> list[str]:
        """Id of the lane that each vehicle is on."""
        with self._translated:
            return list(map(self._lane, vehicle_ids))

    def positions_m(self, vehicle_ids: Sequence[str]) -> FloatArray:
        """How far each vehicle is from the start of its lane."""
        return self._each(self._position_m, vehicle_ids)

    def speeds_mps(self, vehicle_ids: Sequence[str]) -> FloatArray:
        """How fast each vehicle is."""
        return self._each(self._speed_mps, vehicle_ids)

    def _each(self, get: Callable[[str], float], vehicle_ids: Sequence[str]) -> FloatArray:
        with self._translated:
            return np.fromiter(map(get, vehicle_ids), np.float64, len(vehicle_ids))

    def is_stopped(self, vehicle_id: str) -> bool:
        """Whether a vehicle serves a scheduled stop."""
        with self._translated:
            return bool(self._sumo.vehicle.isStopped(vehicle_id))

    def set_speeds(self, vehicle_ids: Sequence[str], speeds_mps: Sequence[float]) -> None:
        """Make vehicles drive at speeds, safety permitting; -1 gives one back to its driver."""
        with self._translated:
            for vehicle_id, speed_mps in zip(vehicle_ids, speeds_mps, strict=True):
                if vehicle_id not in self._may_brake_hard:
                    self._may_brake_hard.add(vehicle_id)
                    self._sumo.vehicle.setSpeedMode(vehicle_id, SAFE_AT_ANY_DECEL)
                self._set_speed(vehicle_id, speed_mps)

    def set_speed_factors(self, vehicle_ids: Sequence[str], factors: Sequence[float]) -> None:
        """Change what share of the speed limit drivers wish to drive."""
        with self._translated:
            for vehicle_id, factor in zip(vehicle_ids, factors, strict=True):
                self._set_speed_factor(vehicle_id, factor)

    def signal(self, signal_id: str) -> SignalState:
        """State of a signal's controller."""
        lights = self._sumo.trafficlight
        with self._translated:
            return SignalState(
                program_id=lights.getProgram(signal_id),
                phase=lights.getPhase(signal_id),
                spent_s=lights.getSpentDuration(signal_id),
                next_switch_s=lights.getNextSwitch(signal_id),
            )

    def signal_letters(self, signal_ids: Sequence[str]) -> list[str]:
        """What each signal shows: one letter per link."""
        with self._translated:
            return list(map(self._letters, signal_ids))

    def set_signal_letters(self, signal_id: str, letters: str) -> None:
        """Make a signal show one letter per link, from the next step on."""
        with self._translated:
            self._sumo.trafficlight.setRedYellowGreenState(signal_id, letters)

    def programs(self, signal_id: str) -> dict[str, Program]:
        """All programs of a signal, by id."""
        with self._translated:
            logics = self._sumo.trafficlight.getAllProgramLogics(signal_id)
        return {logic.programID: program_of(logic) for logic in logics}


def _import_api(api: Literal["libsumo", "traci"]) -> ModuleType:
    # libsumo prints a warning about pyarrow to stdout when that is installed.
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return importlib.import_module(api)
        except ImportError as error:
            raise EngineError(
                f"{api} cannot be loaded: {error}; 'ecocorridor doctor' says what mends it"
            ) from None


def _getter(api: ModuleType, domain: str, name: str) -> Callable[..., Any]:
    """A function that is called in each step, or for many vehicles.

    libsumo's is Python that does nothing but pass the call on: what it calls takes half the time.
    """
    if api.__name__ == "libsumo":
        inner = importlib.import_module("libsumo._libsumo")
        found = getattr(inner, f"{domain}_{name}", None)
        if found is not None:
            return found  # type: ignore[no-any-return]
    return getattr(getattr(api, domain), name)  # type: ignore[no-any-return]


def _failures(api: ModuleType) -> tuple[type[Exception], ...]:
    if api.__name__ == "libsumo":
        return (api.TraCIException, api.FatalTraCIError, OSError, RuntimeError)
    return (api.exceptions.TraCIException, api.exceptions.FatalTraCIError, OSError)
