"""What is judged: the project, its boundary, the baseline, and what is done instead."""

from typing import Any

from experiments.arms import split_arm
from experiments.mrv.blocks import Bullets, Section, Table, Text
from experiments.mrv.case import Case
from experiments.mrv.figures import THIN, number

_SOURCES = (
    ("Exhaust of all vehicles in the cordon, equipped or not", "CO₂", "yes", "section 4"),
    (
        "Electricity of the same drives, if all vehicles were electric",
        "CO₂ by grid",
        "apart",
        "an account of its own in section 4; never added to exhaust CO₂",
    ),
    ("Making and carrying of the fuel", "CO₂e", "apart", "well-to-wheel, section 5"),
    ("Electricity of roadside units and edge computers", "CO₂ by grid", "yes", "section 7"),
    ("Engines of vehicles that wait to enter the cordon", "CO₂", "as leakage", "section 6"),
    ("CH₄ and N₂O of exhaust", "CH₄, N₂O", "no", "the emission models do not tell them"),
    (
        "Devices in vehicles, mobile network, data centre",
        "CO₂ by grid",
        "no",
        "no figure is stated; equipped vehicles carry their device in both scenarios",
    ),
    (
        "Traffic outside the cordon, trips that smoother roads induce",
        "CO₂",
        "no",
        "the same trips on the same routes in both scenarios",
    ),
    ("Sinks and reservoirs", "–", "none", "the project has none"),
)


def boundary_section(case: Case) -> Section:
    """Project description and boundary."""
    evidence, project = case.evidence, case.settings.project
    window, stated = evidence.window, evidence.manifest.get("scenario") or {}
    minutes = number(60.0 * window.hours, 0)
    facts = (
        ("Project", project.title or "not stated"),
        ("Operator", project.operator or "not stated"),
        ("Place", project.place or "not stated"),
        ("Network (the cordon)", f"{evidence.summary['scenario']}, {evidence.n_signals} signals"),
        ("Origin of network and demand", stated.get("origin") or "not stated"),
        (
            "Time simulated",
            f"{clock(window.begin_s)} to {clock(window.end_s)} ({minutes} min), and on until the "
            "road is empty",
        ),
        (
            "Vehicles per run",
            f"{number(evidence.n_vehicles, 0)}, "
            f"{number(evidence.n_vehicles / window.hours, 0)} per hour",
        ),
        ("Pairs of runs", f"{evidence.n_seeds}, both scenarios with the same seeds"),
    )
    return Section(
        title="Project and boundary",
        blocks=(
            Text(
                text="Vehicles that approach traffic lights are told at which speed to drive, so "
                "that fewer of them stop and start. Roadside units send when each light will "
                "change; the advice is shown to the driver or carried out by the vehicle. The "
                "project is judged by simulation before it exists (ex ante)."
            ),
            Table(title="What was simulated", head=("", ""), rows=facts, is_text=True),
            Text(
                text="The boundary is the cordon: every vehicle on every road of the network "
                "from its wish to depart until it arrives, advised or not. Pedestrians, bicycles "
                "and rail are in the traffic and are not counted."
            ),
            Table(
                title="Sources, sinks and reservoirs that were considered",
                head=("Source", "Gas", "Counted", "Where, or why not"),
                rows=_SOURCES,
                is_text=True,
            ),
        ),
    )


def baseline_section(case: Case) -> Section:
    """Baseline scenario and why it is the right one."""
    control = split_arm(case.evidence.arm)[0]
    same_signals = (
        "Same signals: programs and their controllers are the same. Signals that react to traffic "
        "may switch at other times, as they would on the road."
    )
    other_signals = (
        f"Other signals: in the project they are controlled by “{control}”, in the baseline by "
        "the scenario's own programs. The saving is that of signals and advice together."
    )
    return Section(
        title="Baseline scenario",
        blocks=(
            Text(
                text="Baseline: the arm “unadvised”. The same vehicles carry the same equipment "
                "and are driven in the same way as in the project, but nobody is given advice."
            ),
            Bullets(
                items=(
                    "Why not the road as it is today: equipment alone can smooth driving, and a "
                    "project of advice must not be credited with that.",
                    "Same demand: routes and departures were fixed before and are the same "
                    "vehicle by vehicle in both scenarios. No scenario may lead traffic elsewhere.",
                    "Same chance: each run of the project is compared with the run of the "
                    "baseline that has the same seed.",
                    other_signals if control else same_signals,
                    "Every run goes on until the road is empty, so no emission is cut off.",
                )
            ),
            Text(
                text="The baseline is a choice of the modeller, not a measurement. Whether it "
                "stands for the real road depends on the inputs graded in section 11."
            ),
        ),
    )


def project_section(case: Case) -> Section:
    """What is done instead."""
    summary = case.evidence.summary
    experiment: dict[str, Any] = case.evidence.manifest.get("experiment") or {}
    rsu, driver = experiment.get("rsu") or {}, experiment.get("driver") or {}
    control = split_arm(case.evidence.arm)[0]
    rows = [("Advice", f"arm “{case.evidence.arm}”")]
    if control:
        rows.append(("Signals", f"controlled by “{control}”"))
    if (penetration := summary.get("penetration")) is not None:
        share = f"{100 * penetration:g}{THIN}% of the vehicles that can be"
        rows.append(("Equipped", share))
    if execution := summary.get("execution"):
        who = {"driver": "a human driver", "automated": "the vehicle itself"}
        rows.append(("Carried out by", who.get(execution, execution)))
    if execution == "driver" and "compliant_drivers" in driver:
        rows.append(
            (
                "Compliance",
                f"{100 * driver['compliant_drivers']:g}{THIN}% of the drivers, "
                f"{100 * driver.get('compliant_time', 1.0):g}{THIN}% of the advice, reaction "
                f"{driver.get('lag_s', 0):g} s",
            )
        )
    if "range_m" in rsu:
        rows.append(("Reach of a roadside unit", f"{rsu['range_m']:g} m along the route"))
    if (share_advised := (summary["arms"][case.evidence.arm]).get("advice_share")) is not None:
        rows.append(
            ("Time under advice", f"{number(100 * share_advised, 1)}{THIN}% of equipped driving")
        )
    return Section(
        title="Project scenario",
        blocks=(
            Text(
                text="Project: the same traffic, and advice is given. Nothing else differs."
                if not control
                else "Project: the same traffic, signals are controlled otherwise and advice is "
                "given. Nothing else differs."
            ),
            Table(title="The project as simulated", head=("", ""), rows=tuple(rows), is_text=True),
        ),
    )


def clock(time_s: float) -> str:
    """A time of the simulation as hours and minutes of its day.

    >>> clock(57_600), clock(100_800)
    ('16:00', 'day 2, 04:00')
    """
    day, rest_s = divmod(round(time_s), 86_400)
    text = f"{rest_s // 3600:02d}:{rest_s % 3600 // 60:02d}"
    text += f":{rest_s % 60:02d}" if rest_s % 60 else ""
    return f"day {day + 1}, {text}" if day else text
