"""Predicted green windows against what SUMO's signals then do."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace

import libsumo
import numpy as np
import pytest

from corridor import RoadNetwork, SumoEngine
from corridor.programs import GREEN
from corridor.spat import (
    END_LIKELY,
    END_MAX,
    END_MIN,
    START_LIKELY,
    START_MAX,
    START_MIN,
    SpatSource,
)
from experiments.spat_check import check_spat
from sumo_nets import (
    actuate_scenario,
    freeze_routes,
    replayed_signals,
    sumo_arguments,
    sumo_home,
)

pytestmark = pytest.mark.sumo

EXACT_S = 1e-9
EVERY = 7
"""Steps between two predictions that are checked: no divisor of a cycle."""


@dataclass
class Record:
    """What was predicted and what was shown, over a time."""

    network: RoadNetwork
    begin_s: float
    step_s: float
    states: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    predictions: list[tuple[float, np.ndarray, np.ndarray]] = field(default_factory=list)

    def greens(self, link):
        """Starts and ends of the greens that a link had; the last end may be that of the record."""
        is_green = [state[link.index] in GREEN for state in self.states[link.signal]]
        change = np.diff(np.r_[0, is_green, 0])
        times_s = self.begin_s + self.step_s * np.arange(len(is_green) + 1)
        return times_s[change == 1], times_s[change == -1]

    @property
    def end_s(self):
        return self.begin_s + self.step_s * len(next(iter(self.states.values())))


@dataclass
class Verdict:
    """How the predictions compare."""

    n_compared: int = 0
    n_untold: int = 0
    outside: list[str] = field(default_factory=list)
    """True switches that were not within the bounds."""
    likely_errors_s: list[float] = field(default_factory=list)

    def compare(self, what, bounds_s, true_s):
        least_s, likely_s, most_s = bounds_s
        if not least_s - EXACT_S <= true_s <= most_s + EXACT_S:
            self.outside.append(f"{what}: {true_s} s not in [{least_s}, {most_s}] s")
        self.likely_errors_s.append(likely_s - true_s)
        self.n_compared += 1


def record(scenario, additional, duration_s, *, routes=(), seed=1):
    """Simulate, and note predictions before and states after each step."""
    network = RoadNetwork(scenario.net_file)
    engine = SumoEngine(sumo_home())
    engine.start(
        [
            *sumo_arguments(scenario, routes, additional),
            *("--no-step-log", "--no-warnings", "--seed", str(seed)),
            *("--time-to-teleport", "-1"),
        ]
    )
    found = Record(network=network, begin_s=scenario.begin_s, step_s=scenario.step_length_s)
    try:
        spat = SpatSource(
            engine,
            network.links,
            (scenario.net_file, *additional),
            scenario.begin_s,
            step_length_s=scenario.step_length_s,
        )
        signals = sorted({link.signal for link in network.links})
        for step in range(round(duration_s / scenario.step_length_s)):
            spat.update(engine.time_s())
            if step % EVERY == 0:
                found.predictions.append(
                    (engine.time_s(), spat.windows.copy(), spat.is_told.copy())
                )
            engine.step()
            for signal in signals:
                state = libsumo.trafficlight.getRedYellowGreenState(signal)
                found.states[signal].append(state)
    finally:
        engine.close()
    return found


def judge(found):
    """Compare each predicted window with the green that it should be, in order."""
    verdict = Verdict()
    for link in found.network.links:
        starts_s, ends_s = found.greens(link)
        for time_s, windows, is_told in found.predictions:
            if not is_told[link.row]:
                verdict.n_untold += 1
                continue
            # A green may end at this very time: it is not over for whoever predicts now.
            green = np.searchsorted(ends_s, time_s, side="left")
            for window in windows[:, link.row].T:
                if np.isnan(window[0]) or window[END_MAX] < time_s:
                    continue
                if green >= ends_s.size or ends_s[green] >= found.end_s:
                    break
                what = f"{link.signal}.{link.index} at {time_s} s"
                if window[START_MAX] > time_s:
                    start_s = window[[START_MIN, START_LIKELY, START_MAX]]
                    verdict.compare(f"{what}, start", start_s, starts_s[green])
                end_s = window[[END_MIN, END_LIKELY, END_MAX]]
                verdict.compare(f"{what}, end", end_s, ends_s[green])
                green += 1
    return verdict


def assert_exact(verdict):
    assert verdict.outside == []
    assert np.abs(verdict.likely_errors_s).max() <= EXACT_S


@pytest.mark.parametrize(
    "name",
    "arterial resco:arterial4x4 resco:cologne1 resco:cologne3 resco:cologne8 resco:grid4x4 "
    "resco:ingolstadt1 resco:ingolstadt7 resco:ingolstadt21".split(),
)
def test_fixed_programs_are_predicted_without_any_error(name, load):
    verdict = judge(record(load(name), (), 900))
    assert verdict.n_untold == 0
    assert verdict.n_compared > 1000
    assert_exact(verdict)


def program(network, signal, name, phases, *, offset_s, kind="static"):
    """A `tlLogic` that shows one letter to all links, by (letter, length, further attributes)."""
    n_links = len({link.index for link in network.links if link.signal == signal})
    rows = "".join(
        f'<phase state="{letter * n_links}" duration="{length_s}" {more}/>'
        for letter, length_s, more in phases
    )
    return (
        f'<tlLogic id="{signal}" programID="{name}" type="{kind}" offset="{offset_s}">'
        f"{rows}</tlLogic>"
    )


DAY = [("G", 20.5, ""), ("y", 3, ""), ("r", 17, "")]
NIGHT = [("r", 11, ""), ("G", 9.5, ""), ("g", 4, ""), ("y", 2.5, "")]
SKIPPING = [
    ("G", 8, 'next="2 3"'),
    ("y", 50, ""),
    ("r", 12, 'next="3"'),
    ("G", 6, ""),
    ("y", 4, ""),
]


@pytest.mark.parametrize("step_length_s", [1.0, 0.5, 0.1])
@pytest.mark.parametrize("offset_s", [0.0, 17.5, -6.0])
def test_offsets_half_seconds_and_named_successors_are_kept(
    crossings, load, tmp_path, step_length_s, offset_s
):
    network = RoadNetwork(crossings)
    rows = [
        program(network, "A0", "own", SKIPPING, offset_s=offset_s),
        program(network, "B0", "own", DAY, offset_s=offset_s),
    ]
    (tmp_path / "own.add.xml").write_text(f"<additional>{''.join(rows)}</additional>")
    scenario = load(str(crossings), begin_s=33.0, step_length_s=step_length_s)
    verdict = judge(record(scenario, [tmp_path / "own.add.xml"], 200))
    assert verdict.n_untold == 0
    assert verdict.n_compared > 500
    assert_exact(verdict)


@pytest.mark.parametrize("step_length_s", [1.0, 0.5])
def test_planned_changes_of_the_program_are_foreseen(crossings, load, tmp_path, step_length_s):
    network = RoadNetwork(crossings)
    changes = [(60, "night"), (130, "0"), (170.5, "day"), (229, "night")]
    content = [
        *(program(network, signal, "day", DAY, offset_s=4) for signal in ("A0", "B0")),
        *(program(network, signal, "night", NIGHT, offset_s=7) for signal in ("A0", "B0")),
        '<WAUT id="plan" refTime="10" startProg="day">',
        *(f'<wautSwitch time="{time_s}" to="{to}"/>' for time_s, to in changes),
        '</WAUT><wautJunction wautID="plan" junctionID="A0"/>',
        '<wautJunction wautID="plan" junctionID="B0"/>',
    ]
    (tmp_path / "plan.add.xml").write_text(f"<additional>{''.join(content)}</additional>")
    scenario = load(str(crossings), step_length_s=step_length_s)
    found = record(scenario, [tmp_path / "plan.add.xml"], 350)
    verdict = judge(found)
    assert verdict.n_untold == 0
    assert verdict.n_compared > 1000
    assert_exact(verdict)
    shown = [{state[0] for state in found.states["A0"][a:b]} for a, b in ((0, 20), (260, 345))]
    assert shown[0] != shown[1]


@pytest.mark.parametrize("kind", ["actuated", "delay_based"])
@pytest.mark.parametrize("name", ["resco:cologne8", "resco:ingolstadt7"])
def test_what_is_told_of_signals_that_traffic_decides_holds(name, kind, load, cache_dir):
    scenario = load(name)
    audit = check_spat(scenario, control=kind, duration_s=2400.0, seed=1, cache_dir=cache_dir)
    assert audit.n_outside == 0
    assert audit.n_untold == 0
    found = audit.calibration
    for row in found.horizons:
        assert row.n > 1000
        # 10 % each would be right. Early, a tenth of the mass often lies on the first moment, and
        # demand that rises through the hour makes phases longer than the past ones.
        assert row.below_q10_pct <= 12
        assert row.above_q90_pct <= 17
        assert row.likely_mae_s <= 1.05 * row.plain_mae_s
    # Most is gained close ahead, where detectors tell what the mean of past lengths cannot.
    assert found.horizons[0].likely_mae_s <= 0.6 * found.horizons[0].plain_mae_s
    assert found.brier <= 0.65 * found.brier_climatology


def test_greens_that_may_outlast_their_greatest_length_are_told_without_one(load, tmp_path):
    fixed = load("resco:cologne8", end_s=25200.0 + 600)
    text = fixed.net_file.read_text().replace('type="static"', 'type="delay_based"')
    parameter = '<param key="extendMaxDur" value="true"/>'
    path = tmp_path / "extended.net.xml"
    path.write_text(re.sub(r"(<tlLogic [^>]*>)", rf"\1{parameter}", text))
    scenario = fixed.model_copy(update={"net_file": path})
    found = record(scenario, (), 600, routes=scenario.route_files)
    assert judge(found).outside == []
    longest_s = max(
        float(np.max(ends_s - starts_s, initial=0.0))
        for starts_s, ends_s in map(found.greens, found.network.links)
    )
    # 50 s is the greatest length that the phases name.
    assert longest_s > 60
    assert any(np.isinf(windows[END_MAX]).any() for _, windows, _ in found.predictions)


@pytest.mark.parametrize("kind", ["actuated", "delay_based"])
def test_a_replayed_run_is_the_run_and_its_future_is_known_whatever_drives(
    kind, load, cache_dir, tmp_path
):
    home = load("resco:cologne8", end_s=25200.0 + 600)
    path = actuate_scenario(home, tmp_path / "new", control=kind)
    scenario = load(str(path))
    demand = freeze_routes(scenario, seed=1, cache_dir=cache_dir)
    further = ["--seed", "1", "--time-to-teleport", "-1"]
    replay = replayed_signals(
        scenario, demand.route_file, (), further, end_s=scenario.end_s + 900, cache_dir=cache_dir
    )
    assert len(replay) == 1
    again = replayed_signals(
        scenario, demand.route_file, (), further, end_s=scenario.end_s + 900, cache_dir=cache_dir
    )
    assert again == replay

    own = record(scenario, (), 600, routes=[demand.route_file])
    replayed = record(scenario, replay, 600, routes=[demand.route_file])
    assert replayed.states == own.states
    other = record(scenario, replay, 600, routes=scenario.route_files, seed=7)
    assert other.states == own.states
    assert_exact(judge(other))


def test_a_wrong_prediction_would_be_found(load):
    found = record(load("resco:cologne1"), (), 200)
    late = [(time_s, windows + 1.0, is_told) for time_s, windows, is_told in found.predictions]
    assert judge(replace(found, predictions=late)).outside


def test_a_city_makes_its_signals_actuated_and_sees_how_well_they_are_foretold(
    door, load, tmp_path
):
    load("resco:cologne1")
    words = "nets actuate resco:cologne1 --type delay_based --min-green 8 --out new"
    made = door.call(*words.split(), cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    checked = door.call(
        "nets", "spat", made.stdout.strip(), "--duration", "900", "--json", cwd=tmp_path
    )
    assert checked.returncode == 0, checked.stderr
    found = json.loads(checked.stdout)
    assert found["outside_bounds"] == 0
    assert found["untold_links"] == 0
    assert [row["to_s"] for row in found["calibration"]["horizons"]] == [5, 10, 20, 40]
    assert sum(found["calibration"]["pit"]) == pytest.approx(1.0)
    shown = door.call("nets", "spat", made.stdout.strip(), "--duration", "900", cwd=tmp_path)
    assert "green in 10 s: Brier score" in shown.stdout
    again = door.call(*words.split(), cwd=tmp_path)
    assert again.returncode == 2
    assert again.stderr == "error: new: holds something already; name another folder\n"
