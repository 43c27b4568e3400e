"""All that a session needs of signals under control."""

from collections.abc import Mapping

from controller import SignalLayout, SignalsSeen, StagePlan, Traffic
from corridor.columns import IntArray
from corridor.course import Course
from corridor.engine import Engine
from corridor.network import RoadNetwork
from corridor.signal_control.forecast import Forecast
from corridor.signal_control.layouts import find_controllable, layout_of
from corridor.signal_control.steering import Steering
from corridor.signal_control.tally import SteeringTally
from corridor.spat import SpatSource
from sumo_nets import right_of_way


class SignalControl:
    """The signals of a road under control.

    Args:
        engine: Running simulation.
        network: The road.
        course: What is simulated.
        promise_s: How long before it happens a switch is committed.
    """

    def __init__(
        self, engine: Engine, network: RoadNetwork, course: Course, promise_s: float
    ) -> None:
        found = find_controllable(
            engine,
            network,
            course.signal_files,
            begin_s=course.begin_s,
            step_length_s=course.step_length_s,
        )
        rights = right_of_way(network.net_file) if found else {}
        self.layouts: tuple[SignalLayout, ...] = tuple(
            layout_of(one, network, rights.get(one.stages.signal_id)) for one in found
        )
        """Of the signals, by number."""
        self._steering = Steering(
            engine,
            [one.stages for one in found],
            [one.program for one in found],
            network.links,
            {one.stages.signal_id: one.on_foot for one in found},
            promise_s=promise_s,
            step_length_s=course.step_length_s,
        )
        self._forecast = Forecast(self._steering, found, promise_s)

    @property
    def signals(self) -> frozenset[str]:
        """Ids of the controlled signals."""
        return frozenset(layout.signal_id for layout in self.layouts)

    @property
    def tally(self) -> SteeringTally:
        """What happened."""
        return self._steering.tally

    def watch(self, time_s: float) -> None:
        """Read back what the signals showed in the step that is over."""
        self._steering.watch(time_s)

    def finish(self, time_s: float) -> None:
        """The run is over."""
        self._steering.finish(time_s)

    def tell(self, spat: SpatSource, time_s: float) -> None:
        """Write the coming greens of all controlled links."""
        self._forecast.renew(time_s)
        spat.write(self._forecast.rows, self._forecast.windows)

    def seen(self, traffic: Traffic, time_s: float) -> SignalsSeen:
        """What a controller sees."""
        return self._steering.seen(traffic, time_s)

    def steer(self, plans: Mapping[int, StagePlan]) -> None:
        """Take over plans."""
        if not self._steering.has_fallen:
            self._steering.steer(plans)

    def carry_out(self, link_rows: IntArray, time_s: float) -> None:
        """Commit, and show what is due; once in each step."""
        self._steering.carry_out(link_rows, time_s)

    def fall_back(self, reason: str, time_s: float) -> None:
        """Follow the scenario's own plan from now on."""
        self._steering.fall_back(reason, time_s)
