"""Whether plans were made of the very vehicles that they are reported for."""

from types import SimpleNamespace

import pytest

from experiments import signal_plans
from experiments.config import Experiment
from experiments.signal_plans import PLANNING_SEED, are_same_vehicles, make_plans


def demand(departs_s):
    return SimpleNamespace(
        vehicle_ids=tuple(f"v{place}" for place in range(len(departs_s))), departs_s=departs_s
    )


def test_a_demand_that_no_seed_changes_is_known_again():
    assert are_same_vehicles(demand([1.0, 2.0]), demand([1.0, 2.0]))


def test_vehicles_of_the_same_names_at_other_times_are_others():
    assert not are_same_vehicles(demand([1.0, 2.0]), demand([1.5, 2.5]))


@pytest.mark.parametrize(
    ("arms", "is_told"),
    [
        (["unadvised", "coordinator"], True),
        (["unadvised", "optimized"], True),
        (["unadvised", "actuated"], False),
    ],
)
def test_a_plan_made_of_the_reported_vehicles_is_remarked(arms, is_told, monkeypatch, tmp_path):
    plan = tmp_path / "plan.add.xml"
    plan.with_suffix(".txt").write_text("")

    def planned(arm, *_others, **_more):
        return None if arm.signals is None else plan

    monkeypatch.setattr(signal_plans, "plan_of_arm", planned)
    monkeypatch.setattr(signal_plans, "freeze_routes", lambda *_, **__: demand([1.0, 2.0]))
    experiment = Experiment(scenario="arterial", arms=arms, seeds=[1])
    told = make_plans(experiment, None, cache_dir=tmp_path)
    assert [text.split(":")[0] for text in told] == ([arms[1]] if is_told else [])


def test_a_plan_made_of_another_days_vehicles_is_not_remarked(monkeypatch, tmp_path):
    plan = tmp_path / "plan.add.xml"
    plan.with_suffix(".txt").write_text("")
    monkeypatch.setattr(signal_plans, "plan_of_arm", lambda *_, **__: plan)
    monkeypatch.setattr(
        signal_plans,
        "freeze_routes",
        lambda *_, seed, **__: demand([1.0, 2.0] if seed == PLANNING_SEED else [1.5, 2.5]),
    )
    experiment = Experiment(scenario="arterial", arms=["unadvised", "coordinator"], seeds=[1])
    assert make_plans(experiment, None, cache_dir=tmp_path) == ()
