"""One run: from an order to a folder of results."""

import json
import math
import resource
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from controller import note_names
from corridor import Course, Equipment, Frame, Session, SumoEngine, Tally, unit_draw
from experiments.accounting import write_tables
from experiments.control_counts import CONTROL, control_counters
from experiments.deciders import controller_of, policy_of
from experiments.guarded import Guarded
from experiments.measures import RUN_COUNTERS
from experiments.oracle import replay_files, traffic_arguments
from experiments.order import Order
from experiments.pedestrians import PEOPLE_FILE
from experiments.preparation import Prepared, prepare
from experiments.stopwatch import Laps, Stopwatch
from experiments.waits import STOPS_FILE
from sumo_nets import check_whole, sumo_arguments, sumo_home, write_demand

PATIENCE_S = 3600.0
"""Traffic in which for so long nobody arrives is stuck."""
PROGRESS_S = 0.5
"""Wall time between two reports of progress."""
RAW_FILES = {
    "tripinfo.xml": b"</tripinfos>",
    "statistics.xml": b"</statistics>",
    "fcd.parquet": b"PAR1",
}
"""Outputs as SUMO writes them, and how they end."""

FCD_ATTRIBUTES = "id,speed,lane,pos,slope,acceleration"
"""What SUMO records of each vehicle and step."""
OTHER_FILES = {PEOPLE_FILE: b"PAR1", STOPS_FILE: b"</stops>"}
"""The same as `RAW_FILES`, where there is such."""

Report = Callable[[Mapping[str, float]], None]
"""Is told simulated time and vehicles under way now and then."""


class RunFailedError(RuntimeError):
    """The run came to no result; says why."""


def perform(order: Order, folder: Path, report: Report) -> None:
    """Simulate, account, and write the results of a run into a folder.

    Raises:
        RunFailedError: The road was not empty at the cap.
        CutShortError: SUMO did not write an output to its end.
        PolicyError: The user's policy of the arm failed.
        corridor.EngineError: SUMO failed.
        sumo_nets.ScenarioError: The demand cannot be frozen.
    """
    laps, watch = Laps(), Stopwatch()
    prepared = prepare(order, folder)
    laps.end("prepare")
    course = course_of(prepared)
    tally = _simulate(prepared, course, report, watch if order.is_timed else None)
    laps.end("simulate")
    counters = _counters(folder, tally)
    if tally.cap_hit:
        raise RunFailedError(_gridlock_words(tally, counters, course))
    if tally.n_arrived < len(course.vehicle_ids):
        n_lost = len(course.vehicle_ids) - tally.n_arrived
        raise RunFailedError(f"{n_lost} of {len(course.vehicle_ids)} vehicles never arrived")
    found = write_tables(prepared, tally, course.step_length_s)
    counters |= found.counters
    assert set(RUN_COUNTERS) <= set(counters)
    _write_json(folder / "run.json", counters)
    for name in () if order.keeps_raw else (*RAW_FILES, *OTHER_FILES):
        (folder / name).unlink(missing_ok=True)
    laps.end("account")
    counts = {
        "vehicle_steps": found.n_steps,
        "most_running": tally.most_running,
        "max_rss_mib": _max_rss_mib(),
        "process_cpu_s": time.process_time(),
    }
    timing: dict[str, Any] = laps.seconds | counts
    if order.is_timed:
        timing["parts_cpu_s"] = watch.seconds(laps.seconds["simulate_cpu_s"])
    _write_json(folder / "timing.json", timing)


def _check_outputs(folder: Path) -> None:
    """On a full disk SUMO goes on, and its outputs are short.

    Raises:
        CutShortError: One is.
    """
    others = {name: end for name, end in OTHER_FILES.items() if (folder / name).exists()}
    for name, ending in {**RAW_FILES, **others}.items():
        check_whole(folder / name, ending)
    for file in folder.glob("signal-*.xml"):
        check_whole(file, b"</tlsStates>")


def output_arguments(
    folder: Path, *, has_persons: bool = False, has_stops: bool = False
) -> list[str]:
    """Arguments of SUMO for what it writes for the accounting.

    Args:
        folder: Where to.
        has_persons: Whether people walk or ride. They get a file of their own: that of vehicles
            has no place for them, and breaks off.
        has_stops: Whether vehicles have scheduled stops.
    """
    more = ["--person-fcd-output", str(folder / PEOPLE_FILE)] if has_persons else []
    more += ["--stop-output", str(folder / STOPS_FILE)] if has_stops else []
    return [
        *("--tripinfo-output", str(folder / "tripinfo.xml")),
        *("--tripinfo-output.write-unfinished", "true"),
        *("--tripinfo-output.write-undeparted", "true"),
        *("--statistic-output", str(folder / "statistics.xml")),
        *("--fcd-output", str(folder / "fcd.parquet")),
        *("--fcd-output.attributes", FCD_ATTRIBUTES + (",edge" if has_persons else "")),
        *("--fcd-output.acceleration", "true"),
        *("--fcd-output.skip-empty", "true"),
        *("--output.compression", "zstd"),
        *more,
    ]


def course_of(prepared: Prepared) -> Course:
    """What a run simulates; its demand is written into its folder."""
    order, demand, arm, folder = (
        prepared.order,
        prepared.demand,
        prepared.arm,
        prepared.folder,
    )
    scenario = order.scenario
    last_departure_s = float(np.nanmax(demand.departs_s, initial=scenario.begin_s))
    cap_s = last_departure_s + order.experiment.drain_s
    additional = [*prepared.signal_files, *replay_files(prepared, cap_s)]
    if order.records:
        additional.append(_write_recorder(prepared))
    arguments = [
        *sumo_arguments(scenario, _demand_file(prepared), additional),
        *traffic_arguments(order),
        *("--xml-validation", "never"),
        *("--no-step-log", "true"),
        *output_arguments(
            folder, has_persons=demand.has_persons, has_stops=bool(demand.has_stops.any())
        ),
    ]
    if arm.device is not None:
        names = ("range", "min-speed", "max-speedfactor")
        for name, value in zip(names, arm.device, strict=True):
            arguments += [f"--device.glosa.{name}", str(value)]
    return Course(
        arguments=tuple(arguments),
        signal_files=(scenario.net_file, *prepared.signal_files),
        begin_s=scenario.begin_s,
        cap_s=cap_s,
        # Whoever has a scheduled stop may wait for hours, and is not stuck.
        patience_s=math.inf if demand.has_stops.any() else PATIENCE_S,
        last_departure_s=last_departure_s,
        step_length_s=scenario.step_length_s,
        vehicle_ids=frozenset(demand.vehicle_ids),
        records_advice=order.records,
    )


def _demand_file(prepared: Prepared) -> Path:
    """The arm's own route file: the same vehicles, with what equipment makes of them."""
    order, arm, equipped = prepared.order, prepared.arm, prepared.equipped
    willing: frozenset[str] = frozenset()
    if arm.device is not None:
        share = order.experiment.driver.compliant_drivers
        willing = frozenset(
            vehicle_id
            for vehicle_id in equipped
            if vehicle_id in prepared.automated
            or unit_draw(vehicle_id, order.seed, "compliance") < share
        )
    return write_demand(
        prepared.demand,
        prepared.folder / "demand.rou.xml",
        automated_ids=prepared.automated,
        device_ids=willing,
    )


def _write_recorder(prepared: Prepared) -> Path:
    """Additional file that makes SUMO write what the signals showed."""
    root = ET.Element("additional")
    signals = {link.signal for link in prepared.network.links}
    for number, signal in enumerate(sorted(signals)):
        output = prepared.folder / f"signal-{number}.xml"
        ET.SubElement(root, "timedEvent", type="SaveTLSStates", source=signal, dest=str(output))
    path = prepared.folder / "recorder.add.xml"
    ET.ElementTree(root).write(path)
    return path


def _simulate(prepared: Prepared, course: Course, report: Report, watch: Stopwatch | None) -> Tally:
    order, experiment, demand = prepared.order, prepared.order.experiment, prepared.demand
    policy, controller = policy_of(prepared), controller_of(prepared)
    stops = zip(demand.vehicle_ids, demand.has_stops, strict=True)
    equipment = Equipment(
        equipped=prepared.equipped,
        stopping=frozenset(vehicle_id for vehicle_id, has_stops in stops if has_stops),
        rsu=experiment.rsu,
        sensing=experiment.sensing,
        execution=experiment.execution,
        driver=experiment.driver,
        seed=order.seed,
    )
    session = Session(
        _engine(order, watch),
        prepared.network,
        course,
        equipment,
        advises=policy is not None,
        promise_s=None if controller is None else controller.promise_s,
    )
    session.tally.record.note_names = note_names(policy)
    policy = watch.policy(policy) if watch and policy else policy
    told_s = time.perf_counter()
    with session:
        steer: Callable[[Frame], None] | None = None
        if controller is not None:
            guarded = Guarded(controller, session, experiment.control_limit_s)
            steer = guarded.steer if watch is None else watch.timed("planner", guarded.steer)
        for frame in session:
            if steer is not None:
                steer(frame)
            if policy is not None:
                session.apply(policy.advise(frame.seen))
            if time.perf_counter() - told_s >= PROGRESS_S:
                told_s = time.perf_counter()
                share = session.tally.n_arrived / len(course.vehicle_ids)
                report(
                    {
                        "time_s": frame.time_s,
                        "n_running": frame.n_running,
                        "share_arrived": share,
                    }
                )
    _check_outputs(prepared.folder)
    return session.tally


def _engine(order: Order, watch: Stopwatch | None) -> SumoEngine:
    """The engine of a run. What it takes to load SUMO is SUMO's time."""
    load = SumoEngine if watch is None else watch.timed("sumo", SumoEngine)
    engine = load(sumo_home(), api=order.api, gui=order.gui)
    if watch is not None:
        watch.engine(engine)
    return engine


def _counters(folder: Path, tally: Tally) -> dict[str, Any]:
    """What SUMO counted in the run, and what was counted of advice."""
    root = ET.parse(folder / "statistics.xml").getroot()
    found = {
        "collisions": ("safety", "collisions"),
        "teleports": ("teleports", "total"),
        "emergency_stops": ("safety", "emergencyStops"),
        "emergency_brakings": ("safety", "emergencyBraking"),
        "n_waiting": ("vehicles", "waiting"),
        "n_running": ("vehicles", "running"),
    }
    counters: dict[str, Any] = {}
    for name, (tag, attribute) in found.items():
        element = root.find(tag)
        counters[name] = int(element.get(attribute, "0")) if element is not None else 0
    counters["advice_reasons"] = dict(sorted(tally.reasons.items()))
    if tally.steering is not None:
        counters[CONTROL] = control_counters(tally.steering)
    return counters


def _gridlock_words(tally: Tally, counters: dict[str, Any], course: Course) -> str:
    return (
        f"the road was not empty at {tally.end_s:.0f} s: {counters['n_running']} vehicles under "
        f"way and {counters['n_waiting']} waiting to enter, {tally.n_arrived} of "
        f"{len(course.vehicle_ids)} arrived; the traffic is stuck, or drain_s is too short"
    )


def _max_rss_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, sort_keys=True), encoding="utf-8")
