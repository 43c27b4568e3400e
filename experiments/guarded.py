"""A controller of signals in the process that asks it, and what happens when it fails."""

import time

from controller import SignalController
from corridor import Frame, Session


class Guarded:
    """Asks a controller step by step; when it fails, signals follow the scenario's own plan.

    A controller that raises, or says what it plans too late by the clock on the wall, is not asked
    again in the run.

    Args:
        controller: Who plans.
        session: Who carries plans out; it has begun.
        limit_s: Greatest time for the plan of a step.
    """

    def __init__(self, controller: SignalController, session: Session, limit_s: float) -> None:
        self._controller, self._session, self._limit_s = controller, session, limit_s
        # Where no signal can be controlled, nobody is asked; that is told of the run.
        self._has_failed = not session.layouts
        if self._has_failed:
            return
        try:
            controller.reset(session.layouts)
        except Exception as error:  # noqa: BLE001 (whatever it is, the road goes on)
            self._fall_back(_words(error))

    def steer(self, frame: Frame) -> None:
        """Plan for a step."""
        if self._has_failed or frame.signals is None:
            return
        began_s = time.perf_counter()
        try:
            plans = self._controller.plan(frame.signals)
        except Exception as error:  # noqa: BLE001 (the same)
            self._fall_back(_words(error))
            return
        took_s = time.perf_counter() - began_s
        if took_s > self._limit_s:
            self._fall_back(f"the plan came after {took_s:.1f} s, later than {self._limit_s:g} s")
            return
        self._session.steer(plans)

    def _fall_back(self, reason: str) -> None:
        self._has_failed = True
        self._session.fall_back(reason)


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
