"""SUMO as an engine: the only file that steps it.

libsumo is the default: it is in the same process and an order of magnitude faster. TraCI serves
the graphical interface. Both give the same results.
"""

import contextlib
import importlib
import io
import math
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Literal

from corridor.engine import EngineError, Motion, SignalState, VehicleFacts
from corridor.programs import Control, Phase, Program

UNBOUNDED_S = 1e6
"""SUMO writes a phase without a greatest length as one of 2147483 s."""

# A second libsumo.start() in a process silently replaces the first simulation.
_ONE_SIMULATION = threading.Lock()


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
        self._failures = _failures(self._sumo)
        self._is_running = False

    def start(self, arguments: Sequence[str]) -> None:
        """Load a scenario.

        Raises:
            EngineError: SUMO refuses it, or a simulation already runs in this process.
        """
        if not _ONE_SIMULATION.acquire(blocking=False):
            raise EngineError("a simulation already runs in this process; SUMO allows one")
        extra = ["--start", "--quit-on-end"] if self._gui else []
        try:
            with self._translated():
                self._sumo.start([self._binary, *arguments, *extra])
        except EngineError:
            _ONE_SIMULATION.release()
            raise
        self._is_running = True

    def close(self) -> None:
        """End the simulation and write its outputs; harmless when it is not running."""
        if not self._is_running:
            return
        self._is_running = False
        try:
            with self._translated():
                self._sumo.close()
        finally:
            _ONE_SIMULATION.release()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        # libsumo's exceptions cannot be pickled, and name nothing of ours.
        try:
            yield
        except self._failures as failure:
            raise EngineError(str(failure) or "SUMO failed without a word") from None

    def step(self) -> None:
        """Simulate one step."""
        with self._translated():
            self._sumo.simulationStep()

    def time_s(self) -> float:
        """Simulated time."""
        return float(self._sumo.simulation.getTime())

    def n_expected(self) -> int:
        """Vehicles and persons under way or still to come."""
        return int(self._sumo.simulation.getMinExpectedNumber())

    def departed(self) -> Sequence[str]:
        """Vehicles that entered the road in the last step."""
        return tuple(self._sumo.simulation.getDepartedIDList())

    def arrived(self) -> Sequence[str]:
        """Vehicles that left it in the last step."""
        return tuple(self._sumo.simulation.getArrivedIDList())

    def running(self) -> Sequence[str]:
        """Vehicles on the road."""
        return tuple(self._sumo.vehicle.getIDList())

    def facts(self, vehicle_id: str) -> VehicleFacts:
        """What does not change of a vehicle."""
        vehicle = self._sumo.vehicle
        with self._translated():
            return VehicleFacts(
                route=tuple(vehicle.getRoute(vehicle_id)),
                vehicle_class=vehicle.getVehicleClass(vehicle_id),
                speed_factor=vehicle.getSpeedFactor(vehicle_id),
                max_speed_mps=vehicle.getMaxSpeed(vehicle_id),
                accel_mps2=vehicle.getAccel(vehicle_id),
                decel_mps2=vehicle.getDecel(vehicle_id),
                length_m=vehicle.getLength(vehicle_id),
            )

    def motions(self, vehicle_ids: Sequence[str]) -> list[Motion]:
        """Motion of each vehicle."""
        lane = self._sumo.vehicle.getLaneID
        position = self._sumo.vehicle.getLanePosition
        speed = self._sumo.vehicle.getSpeed
        with self._translated():
            return [Motion(lane(v), position(v), speed(v)) for v in vehicle_ids]

    def is_stopped(self, vehicle_id: str) -> bool:
        """Whether a vehicle serves a scheduled stop."""
        return bool(self._sumo.vehicle.isStopped(vehicle_id))

    def set_speed(self, vehicle_id: str, speed_mps: float) -> None:
        """Make a vehicle drive at a speed, safety permitting; -1 gives it back to its driver."""
        with self._translated():
            self._sumo.vehicle.setSpeed(vehicle_id, speed_mps)

    def set_speed_factor(self, vehicle_id: str, factor: float) -> None:
        """Change what share of the speed limit a driver wishes to drive."""
        with self._translated():
            self._sumo.vehicle.setSpeedFactor(vehicle_id, factor)

    def signal(self, signal_id: str) -> SignalState:
        """State of a signal's controller."""
        lights = self._sumo.trafficlight
        return SignalState(
            program_id=lights.getProgram(signal_id),
            phase=lights.getPhase(signal_id),
            spent_s=lights.getSpentDuration(signal_id),
            next_switch_s=lights.getNextSwitch(signal_id),
        )

    def signal_letters(self, signal_id: str) -> str:
        """What a signal shows: one letter per link."""
        return str(self._sumo.trafficlight.getRedYellowGreenState(signal_id))

    def programs(self, signal_id: str) -> dict[str, Program]:
        """All programs of a signal, by id."""
        with self._translated():
            logics = self._sumo.trafficlight.getAllProgramLogics(signal_id)
        return {logic.programID: _program(logic) for logic in logics}


def _program(logic: object) -> Program:
    return Program(
        program_id=logic.programID,  # type: ignore[attr-defined]
        control=_control(logic.type),  # type: ignore[attr-defined]
        offset_s=0.0,
        phases=tuple(
            Phase(
                state=phase.state,
                duration_s=phase.duration,
                min_s=phase.minDur,
                max_s=phase.maxDur if phase.maxDur < UNBOUNDED_S else math.inf,
                following=tuple(phase.next),
            )
            for phase in logic.phases  # type: ignore[attr-defined]
        ),
    )


def _control(number: int) -> Control:
    try:
        return Control(number)
    except ValueError:
        return Control.OFF


def _import_api(api: Literal["libsumo", "traci"]) -> ModuleType:
    # libsumo prints a warning about pyarrow to stdout when that is installed.
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return importlib.import_module(api)
        except ImportError as error:
            raise EngineError(
                f"{api} cannot be loaded: {error}; 'ecocorridor doctor' says what mends it"
            ) from None


def _failures(api: ModuleType) -> tuple[type[Exception], ...]:
    if api.__name__ == "libsumo":
        return (api.TraCIException, api.FatalTraCIError, OSError, RuntimeError)
    return (api.exceptions.TraCIException, api.exceptions.FatalTraCIError, OSError)
