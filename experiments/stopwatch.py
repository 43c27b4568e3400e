"""Where the time of a simulation goes: SUMO, reading it, commanding it, the planner, the rest."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from controller import Advice, Observation, Policy
from corridor import Engine

Words = ParamSpec("Words")
Answer = TypeVar("Answer")

SUMO = ("start", "step", "close")
COMMANDS = ("set_speeds", "set_speed_factors", "set_signal_letters")
READING = (
    *("time_s", "n_expected", "departed", "arrived", "running", "facts", "lanes", "positions_m"),
    *("speeds_mps", "is_stopped", "signal", "signal_letters", "programs"),
)
"""Methods of an engine by what they do."""
PARTS = ("sumo", "reading", "commands", "planner", "corridor")
"""What is told apart; `corridor` is all that is left: our own books between SUMO and planner."""


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


@dataclass(slots=True)
class Laps:
    """Time of each stage of a run, by the clock on the wall and by the processor's."""

    _began_s: tuple[float, float] = field(default_factory=_clocks)
    seconds: dict[str, float] = field(default_factory=dict)
    """`<stage>_s` on the wall, `<stage>_cpu_s` of the processor."""

    def end(self, stage: str) -> None:
        """A stage ends, and the next one begins."""
        now_s = _clocks()
        for suffix, began_s, ended_s in zip(("s", "cpu_s"), self._began_s, now_s, strict=True):
            self.seconds[f"{stage}_{suffix}"] = ended_s - began_s
        self._began_s = now_s


@dataclass(slots=True)
class Stopwatch:
    """Counts processor time by part. It costs a little itself: times of whole runs go without."""

    _spent_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))

    def timed(self, part: str, work: Callable[Words, Answer]) -> Callable[Words, Answer]:
        """The same work, which is timed from now on."""
        spent_s = self._spent_s

        def work_timed(*args: Words.args, **kwargs: Words.kwargs) -> Answer:
            began_s = time.process_time()
            try:
                return work(*args, **kwargs)
            finally:
                spent_s[part] += time.process_time() - began_s

        return work_timed

    def engine(self, engine: Engine) -> None:
        """Time all that an engine does."""
        for part, names in (("sumo", SUMO), ("reading", READING), ("commands", COMMANDS)):
            for name in names:
                setattr(engine, name, self.timed(part, getattr(engine, name)))

    def policy(self, policy: Policy) -> Policy:
        """The same policy, which is timed from now on."""
        return _Timed(self.timed("planner", policy.advise))

    def seconds(self, total_s: float) -> Mapping[str, float]:
        """Processor time by part.

        Args:
            total_s: Of the whole simulation.
        """
        return self._spent_s | {"corridor": total_s - sum(self._spent_s.values())}


@dataclass(frozen=True, slots=True)
class _Timed:
    _advise: Callable[[Observation], Advice]

    def advise(self, seen: Observation) -> Advice:
        return self._advise(seen)
