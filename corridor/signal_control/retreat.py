"""From whatever a signal shows to a stage of its own program, step by step and safely."""

from corridor.signal_control.changes import GREEN, YELLOW
from corridor.signal_control.monitor import ConflictMonitor
from corridor.signal_control.own_plan import stage_by_the_clock
from corridor.signal_control.stages import Stages


def retreat(monitor: ConflictMonitor, stages: Stages, time_s: float) -> int | None:
    """Go one step towards a stage of the own program: yellow, red, then the stage.

    Each step waits until the monitor lets it pass.

    Args:
        monitor: Of the signal.
        stages: What its own program shows.
        time_s: Now.

    Returns:
        The stage that has green now; None: not yet.
    """
    letters = monitor.letters
    if any(letter in GREEN for letter in letters):
        yellow_s = stages.clearance.yellow_s
        monitor.show(
            "".join(
                ("y" if yellow_s[place] > 0.0 else "r") if letter in GREEN else letter
                for place, letter in enumerate(letters)
            ),
            time_s,
        )
        return None
    if any(letter in YELLOW for letter in letters):
        # Those whose yellow is over are shown red; the others go on.
        for place, letter in enumerate(letters):
            if letter in YELLOW:
                now = monitor.letters
                monitor.show(f"{now[:place]}r{now[place + 1 :]}", time_s)
        return None
    stage = stage_by_the_clock(stages, time_s)
    return None if monitor.show(stages.letters[stage], time_s) else stage
