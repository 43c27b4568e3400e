"""Fixed-time plans of a whole scenario, optimised on CO2 and delay."""

from experiments.retiming.job import Effort, Retimed, retime
from experiments.retiming.moves import CycleRange
from experiments.retiming.telling import (
    retimed_json,
    retimed_lines,
    write_retimed,
    write_timing_sheet,
)

__all__ = [
    "CycleRange",
    "Effort",
    "Retimed",
    "retime",
    "retimed_json",
    "retimed_lines",
    "write_retimed",
    "write_timing_sheet",
]
