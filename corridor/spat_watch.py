"""Runs a course, and keeps what was told of its signals and what they did."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corridor.course import Course
from corridor.engine import Engine
from corridor.greens import GreenTable
from corridor.lane_demand import Sensed, sense
from corridor.mean_lengths import MeanLengths
from corridor.network import RoadNetwork
from corridor.parameters import RsuParameters
from corridor.programs import OPEN
from corridor.reading import Reader
from corridor.signal_links import N_WINDOWS
from corridor.spat import SpatSource
from corridor.vehicles import VehicleTable
from corridor.ways import Entrant

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatRecord:
    """What was told at some moments, and what all signals showed."""

    time_s: FloatArray
    """(looks,) when it was told."""
    windows: FloatArray
    """(looks, 10, links, W) what was told."""
    plain_s: FloatArray
    """(looks, 2, links, W) starts and ends by `MeanLengths`; NaN where programs are fixed."""
    is_told: BoolArray
    """(links,) whether anything could be told at the end."""
    states: dict[str, list[str]]
    """What each signal showed in each step."""


@dataclass(slots=True, kw_only=True)
class SpatWatch:
    """Runs a course. All vehicles in range are seen by the roadside units.

    Args:
        engine: What simulates; it runs already.
        network: The road.
        course: What is simulated.
    """

    engine: Engine
    network: RoadNetwork
    course: Course
    _source: SpatSource = field(init=False)
    _table: VehicleTable = field(init=False)
    _reader: Reader = field(init=False)
    _plain: dict[str, MeanLengths] = field(default_factory=dict)
    _rows: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        links = self.network.links
        self._source = SpatSource(
            self.engine,
            links,
            self.course.signal_files,
            self.course.begin_s,
            step_length_s=self.course.step_length_s,
        )
        self._table = VehicleTable(self.network)
        self._reader = Reader(self.engine, RsuParameters().range_m, self.course.step_length_s)
        for link in links:
            self._rows.setdefault(link.signal, []).append(link.row)
        for signal, rows in self._rows.items():
            programs = self.engine.programs(signal)
            letters = [links[row].index for row in rows]
            if any(program.control in OPEN for program in programs.values()):
                tables = {key: GreenTable(p, letters, N_WINDOWS) for key, p in programs.items()}
                self._plain[signal] = MeanLengths(tables)

    def run(self, n_steps: int, stride: int) -> SpatRecord:
        """Simulate, and look at what is told every so many steps."""
        engine = self.engine
        times_s: list[float] = []
        windows: list[FloatArray] = []
        plain_s: list[FloatArray] = []
        states: dict[str, list[str]] = {signal: [] for signal in self._rows}
        for step in range(n_steps):
            time_s = engine.time_s()
            self._source.update(time_s, self._sensed())
            for signal, plain in self._plain.items():
                plain.update(engine.signal(signal), time_s)
            if step % stride == 0:
                times_s.append(time_s)
                windows.append(self._source.windows.copy())
                plain_s.append(self._plain_windows(time_s))
            engine.step()
            letters = engine.signal_letters(list(states))
            for shown, now in zip(states.values(), letters, strict=True):
                shown.append(now)
        return SpatRecord(
            time_s=np.array(times_s),
            windows=np.stack(windows),
            plain_s=np.stack(plain_s),
            is_told=self._source.is_told.copy(),
            states=states,
        )

    def _sensed(self) -> Sensed:
        engine, table = self.engine, self._table
        for vehicle_id in engine.departed():
            entrant = Entrant(
                vehicle_id=vehicle_id,
                is_equipped=False,
                follows_advice=False,
                draw=0.0,
                has_stops=False,
            )
            table.enter(entrant, engine.facts(vehicle_id))
        # Vehicles may also vanish without arriving.
        running = set(engine.running())
        table.leave([name for name in table.vehicle_ids() if name not in running])
        self._reader.read(table, engine.time_s())
        columns = table.columns
        distance_m = columns.floats("distance_m")
        is_seen = (distance_m > 0.0) & (distance_m <= RsuParameters().range_m)
        return sense(columns.at(is_seen.nonzero()[0]))

    def _plain_windows(self, time_s: float) -> FloatArray:
        plain_s = np.full((2, len(self.network.links), N_WINDOWS), np.nan)
        for signal, plain in self._plain.items():
            state = self.engine.signal(signal)
            plain_s[:, self._rows[signal]] = plain.windows(state, time_s)
        return plain_s
