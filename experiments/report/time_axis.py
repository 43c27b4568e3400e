"""Simulated time along an axis: ticks on round times that the clock can tell apart."""

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

from experiments.report.language import say
from experiments.report.stage import Stage

_STEPS_S = (10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0)
_MINUTE_S = 60.0
_MOST_STEPS = 6


def dress_time(axis: Axes, stage: Stage, window: tuple[float, float]) -> None:
    """Name an axis, and put ticks on it.

    Args:
        axis: What is dressed.
        stage: Its clock is used.
        window: Begin and end of what is shown, simulated s.
    """
    least_s = max((window[1] - window[0]) / _MOST_STEPS, _MINUTE_S if stage.is_late else 0.0)
    step_s = next((step_s for step_s in _STEPS_S if step_s >= least_s), _STEPS_S[-1])
    axis.set_xlabel(say("Time (h:min)") if stage.is_late else say("Time (min:s)"))
    axis.xaxis.set_major_locator(MultipleLocator(step_s))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda time_s, _: stage.clock(time_s)))
