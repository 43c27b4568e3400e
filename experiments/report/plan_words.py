"""Plans, green windows and times of single vehicles, in plain words."""

from collections.abc import Mapping

from experiments.report.approaches import Row, plan_of
from experiments.report.language import say

ORDINALS = ("first", "second", "third", "one behind the last")
STANDS_MPS = 0.1
"""A speed to hold below this is a stop."""
MOVED_S = 0.5
"""Times that move by less have not moved."""
MOVED_M = 1.0
"""The same for places."""
_PLAN_NOTES = (
    *("join_s", "join_m", "hold_mps", "ramp_mps2", "ramp_s", "cruise_mps", "slot_s", "place_m"),
    *("green_s", "n_ahead", "beyond_m"),
)
OWN_PLAN = frozenset(f"note_{name}" for name in _PLAN_NOTES)
"""Notes that the sentences on a plan of `eco` need."""


def clock(time_s: float) -> str:
    """Simulated time as `h:mm:ss`, with tenths where it is no whole second.

    >>> clock(58256.0), clock(3661.24)
    ('16:10:56', '1:01:01.2')
    """
    tenths = round(time_s * 10)
    seconds, tenth = divmod(tenths, 10)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02d}:{second:02d}" + (f".{tenth}" if tenth else "")


def kmh(speed_mps: float) -> str:
    """A speed in km/h, as whole numbers."""
    return f"{3.6 * speed_mps:.0f}"


def windows_words(row: Row) -> str:
    """The greens that a vehicle was told of, those that are over left out."""
    told = []
    for start_s, end_s in _greens(row):
        if start_s <= row["time_s"]:
            told.append(say("green now until {end}", end=clock(end_s)))
        else:
            told.append(say("green {start} to {end}", start=clock(start_s), end=clock(end_s)))
    return say(", ").join(told)


def _greens(row: Row) -> list[tuple[float, float]]:
    """Start and end of the greens told, in order, those that are over left out."""
    starts = [name for name in row if name.startswith("likely_start_")]
    told = [(row[name], row[name.replace("start", "end")]) for name in starts]
    return [
        (start_s, end_s)
        for start_s, end_s in told
        if start_s is not None and end_s is not None and end_s > row["time_s"]
    ]


def plan_words(row: Row, *, tells_why: bool) -> str:
    """The plan that a vehicle got; a policy's own notes as they are.

    Args:
        row: The first step under the plan.
        tells_why: Say what would be without it; where a plan changes, it is said what moved.
    """
    plan = {name: value for name, value in row.items() if name in OWN_PLAN and value is not None}
    if not plan.keys() >= OWN_PLAN:
        plan = plan_of(row)
        notes = ", ".join(f"{name.removeprefix('note_')} {value:g}" for name, value in plan.items())
        return say("Noted by the policy: {notes}.", notes=notes)
    hold_mps = plan["note_hold_mps"]
    way, join_at = _ramp_words(plan["note_ramp_mps2"]), clock(plan["note_join_s"])
    steps = []
    cruise_s = plan["note_ramp_s"] - row["time_s"]
    if cruise_s >= MOVED_S:
        steps.append(
            say(
                "keep {speed} km/h for {time:.1f} s",
                speed=kmh(plan["note_cruise_mps"]),
                time=cruise_s,
            )
        )
    place = {"distance": f"{plan['note_join_m']:.0f}", "line": _line_words(plan)}
    if hold_mps < STANDS_MPS:
        steps.append(say("{way} to a stop {distance} m before {line}", way=way, **place))
        steps.append(say("start at {time}", time=join_at))
        expected = say("a stop, at a gentler rate")
    else:
        steps.append(say("{way} to {speed} km/h", way=way, speed=kmh(hold_mps)))
        steps.append(
            say("be {distance} m before {line} at {time} and drive on", time=join_at, **place)
        )
        expected = say("no stop")
    return say(
        "Plan: {steps}.{why} Expected: {expected}.",
        steps=say(", ").join(steps),
        why=say(" Why: {why}.", why=_why_words(row, plan)) if tells_why else "",
        expected=expected,
    )


def _line_words(plan: Mapping[str, float]) -> str:
    """The stop line that a plan is for."""
    beyond_m = plan["note_beyond_m"]
    if not beyond_m:
        return say("the line")
    return say("the line of the signal {distance:.0f} m behind this one", distance=beyond_m)


def _why_words(row: Row, plan: Mapping[str, float]) -> str:
    """Where and until when the vehicle would stand if it drove as it likes."""
    slot_s, green_s = plan["note_slot_s"], plan["note_green_s"]
    n_before = sum(start_s < green_s - MOVED_S for start_s, _ in _greens(row))
    is_told = n_before and not plan["note_beyond_m"]
    which = say(" (the {nth} of those told)", nth=say(ORDINALS[n_before])) if is_told else ""
    n_ahead = int(plan["note_n_ahead"])
    few = {0: say("with nobody ahead"), 1: say("behind one other")}
    return say(
        "else it would stand {distance:.0f} m before {line}, {queue}, until {slot}, {later:.1f} s "
        "after the green of {green}{which} begins",
        distance=plan["note_place_m"],
        line=_line_words(plan),
        queue=few.get(n_ahead) or say("behind {n} others", n=n_ahead),
        slot=clock(slot_s),
        later=slot_s - green_s,
        green=clock(green_s),
        which=which,
    )


def _ramp_words(rate_mps2: float) -> str:
    if rate_mps2 == 0.0:
        return say("coast")
    if rate_mps2 < 0:
        return say("slow down at {rate:g} m/s²", rate=-rate_mps2)
    return say("speed up at {rate:g} m/s²", rate=rate_mps2)


def change_words(before: Row, after: Row) -> str:
    """What of the situation is another than the former plan rested on."""
    old, new = plan_of(before), plan_of(after)
    told = []
    moments = (("note_green_s", say("the green")), ("note_slot_s", say("its turn to start")))
    for name, words in moments:
        if name in old and name in new and abs(new[name] - old[name]) >= MOVED_S:
            now, then = clock(new[name]), clock(old[name])
            told.append(
                say("{what} is now expected at {now}, not {then}", what=words, now=now, then=then)
            )
    place = "note_place_m"
    if place in old and place in new and abs(new[place] - old[place]) >= MOVED_M:
        now_m, then_m = f"{new[place]:.0f}", f"{old[place]:.0f}"
        told.append(
            say(
                "its place in the queue is now {now} m before the line, not {then} m",
                now=now_m,
                then=then_m,
            )
        )
    return say("; ").join(told) or say("the old one could not be kept")
