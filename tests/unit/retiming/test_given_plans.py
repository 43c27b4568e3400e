"""The arm `optimized` with a plan that the user brings: checked, and kept by what is in it."""

import pytest

from experiments.config import Experiment
from experiments.signal_plans import plan_of_arm
from sumo_nets import ScenarioError, plans_in_force

GOOD = (
    '<tlLogic id="B" type="static" programID="x" offset="4"><phase duration="21" state="Gr"/>'
    '<phase duration="3" state="yr"/><phase duration="33" state="rG"/>'
    '<phase duration="3" state="ry"/></tlLogic>'
)


def plan_of(scenario, tmp_path, programs, name="mine.add.xml"):
    file = tmp_path / name
    file.write_text(f"<additional>{programs}</additional>", encoding="utf-8")
    experiment = Experiment(scenario="line", arms=("unadvised", "optimized"), signal_plan=str(file))
    return plan_of_arm(
        experiment.arm("optimized"), experiment, scenario, cache_dir=tmp_path / "cache"
    )


def test_a_given_plan_is_what_sumo_runs_whatever_its_file_is_called(scenario, tmp_path):
    kept = plan_of(scenario, tmp_path, GOOD)
    plan = plans_in_force([scenario.net_file, kept])["B"]
    assert (plan.cycle_s, plan.offset_s) == (60.0, 4.0)
    assert plan_of(scenario, tmp_path, GOOD, "other.add.xml") == kept
    assert plan_of(scenario, tmp_path, GOOD.replace("21", "22")) != kept


def test_a_plan_for_other_signals_is_told_with_all_that_is_wrong(scenario, tmp_path):
    wrong = GOOD.replace('"B"', '"C"') + GOOD.replace("Gr", "Grr")
    with pytest.raises(ScenarioError) as told:
        plan_of(scenario, tmp_path, wrong)
    text = str(told.value)
    assert "no signal 'C'" in text
    assert "signal 'B' has 2 links, got the state 'Grr' with 3 letters" in text


def test_a_plan_that_is_not_there_is_told(scenario, tmp_path):
    experiment = Experiment(
        scenario="line", arms=("unadvised", "optimized"), signal_plan="missing.add.xml"
    )
    with pytest.raises(ScenarioError, match=r"missing\.add\.xml does not exist"):
        plan_of_arm(experiment.arm("optimized"), experiment, scenario, cache_dir=tmp_path)
