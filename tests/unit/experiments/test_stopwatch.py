import time
from types import SimpleNamespace

import numpy as np
import pytest

from controller import Advice
from corridor import Engine
from experiments.stopwatch import COMMANDS, PARTS, READING, SUMO, Laps, Stopwatch


def work(seconds=0.02):
    """Keep the processor busy."""
    until_s = time.process_time() + seconds
    while time.process_time() < until_s:
        pass


def engine():
    """An engine whose every method takes 20 ms."""
    names = (*SUMO, *READING, *COMMANDS)
    return SimpleNamespace(**{name: lambda *_: work() for name in names})


def test_every_method_of_an_engine_is_timed_as_one_part():
    methods = {name for name in vars(Engine) if not name.startswith("_")}
    assert sorted((*SUMO, *READING, *COMMANDS)) == sorted(methods)


def test_time_counts_for_the_part_that_takes_it():
    watch, simulator = Stopwatch(), engine()
    watch.engine(simulator)
    began_s = time.process_time()
    simulator.step()
    simulator.step()
    simulator.positions_m(["v"])
    work(0.05)
    found = watch.seconds(time.process_time() - began_s)
    assert set(found) == set(PARTS)
    assert found["sumo"] == pytest.approx(0.04, abs=0.01)
    assert found["reading"] == pytest.approx(0.02, abs=0.01)
    assert found["corridor"] == pytest.approx(0.05, abs=0.01)
    assert found["commands"] == found["planner"] == 0.0


def test_a_timed_policy_says_the_same():
    said = Advice(speed_mps=np.zeros(1), reason=np.zeros(1, dtype=np.int64))
    watch = Stopwatch()
    policy = watch.policy(SimpleNamespace(advise=lambda seen: (work(), said)[1]))
    assert policy.advise(None) is said
    assert watch.seconds(1.0)["planner"] == pytest.approx(0.02, abs=0.01)


def test_what_fails_is_timed_too():
    watch, simulator = Stopwatch(), engine()

    def fail():
        work()
        raise RuntimeError("no fuel")

    simulator.step = fail
    watch.engine(simulator)
    with pytest.raises(RuntimeError, match="no fuel"):
        simulator.step()
    assert watch.seconds(1.0)["sumo"] > 0.01


def test_each_stage_has_its_own_time():
    laps = Laps()
    work()
    laps.end("prepare")
    laps.end("simulate")
    assert laps.seconds["prepare_cpu_s"] == pytest.approx(0.02, abs=0.01)
    assert laps.seconds["simulate_cpu_s"] < 0.01
    assert laps.seconds["prepare_s"] >= 0.02
