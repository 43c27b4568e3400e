import re
import subprocess
import sys
from pathlib import Path

import pytest

import experiments
import experiments.main_job
from experiments.outcome import Outcome

NOTHING = Outcome(summary={}, failures=())


class Mine:
    """A policy of this file."""

    def advise(self, seen):
        raise NotImplementedError


@pytest.fixture
def asked(monkeypatch):
    """What is handed to the main job, which is not done."""
    taken = {}

    def take(experiment, wishes, *, policies, tell, say, expect):
        taken.update(experiment=experiment, wishes=wishes, policies=policies, say=say)
        return NOTHING

    monkeypatch.setattr(experiments.main_job, "run_experiment", take)
    monkeypatch.setattr("experiments.doctor.preflight", lambda: ())
    return taken


def test_a_call_says_what_an_experiment_file_would(asked, tmp_path):
    came = experiments.run(
        "arterial",
        out=tmp_path,
        arms=("unadvised", "glosa"),
        seeds=(3, 5),
        execution="automated",
        n_jobs=1,
        penetration=0.2,
        end_s="10 min",
        rsu={"range_m": 200, "outages": [{"signal": "*", "begin_s": 0, "end_s": "1 min"}]},
    )
    assert came is NOTHING
    experiment, wishes = asked["experiment"], asked["wishes"]
    assert (experiment.scenario, experiment.arms) == ("arterial", ("unadvised", "glosa"))
    assert (experiment.seeds, experiment.execution) == ((3, 5), "automated")
    assert (experiment.penetration, experiment.end_s) == (0.2, 600.0)
    assert (experiment.rsu.range_m, experiment.rsu.outages[0].end_s) == (200.0, 60.0)
    assert (wishes.out, wishes.n_jobs) == (tmp_path, 1)
    assert wishes.command == "experiments.run('arterial')"


def test_arms_and_seeds_may_be_written_as_on_the_command_line(asked):
    experiments.run("a", out="out", arms="none,glosa", seeds="2,7")
    assert asked["experiment"].arms == ("none", "glosa")
    assert asked["experiment"].seeds == (2, 7)
    experiments.run("a", out="out", arms=iter(["none"]), seeds=range(2))
    assert (asked["experiment"].arms, asked["experiment"].seeds) == (("none",), (0, 1))


def test_a_file_is_taken_with_what_the_call_changes(asked, tmp_path):
    (tmp_path / "town.yaml").write_text("scenario: a\nseeds: 8\nrsu: {loss: 0.5, range_m: 9}\n")
    experiments.run(tmp_path / "town.yaml", out="out", seeds=2, rsu={"loss": 0.1})
    experiment = asked["experiment"]
    assert (experiment.scenario, experiment.seeds) == ("a", (1, 2))
    assert (experiment.rsu.loss, experiment.rsu.range_m) == (0.1, 9.0)
    assert experiment.folder == tmp_path


def test_policies_are_objects_classes_or_references_by_the_names_of_their_arms(
    asked, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, Mine.__module__, sys.modules[__name__])
    monkeypatch.chdir(tmp_path)
    policies = {"object": Mine(), "class": Mine, "file": "p.py:Mine"}
    experiments.run("a", out="out", arms=["none"], policies=policies)
    here = f"{Path(__file__).resolve()}:Mine"
    assert asked["experiment"].policies == {
        "object": here,
        "class": here,
        "file": f"{tmp_path}/p.py:Mine",
    }
    assert asked["experiment"].all_arms == ("none", "object", "class", "file")
    assert set(asked["policies"]) == {"object", "class"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seeds": [1, 1]}, "seeds: seed 1 repeats"),
        ({"arms": ["none", "gloas"]}, "arms: unknown arm 'gloas'; did you mean 'glosa'"),
        ({"penetratoin": 1}, "penetratoin: unknown key; did you mean 'penetration'"),
        ({"rsu": {"range_m": "5 s"}}, "rsu.range_m: expected a length"),
        ({"policies": {"glosa": "p.py:P"}}, "policies.glosa: 'glosa' is built in"),
        ({"policies": {"mine": "p.py"}}, "policies.mine: 'p.py' must be FILE.py:CLASS"),
        ({"policies": {"a.b": "p.py:P"}}, "policies.a.b: 'a.b' cannot be the name of an arm"),
        ({"policies": {"mine": 3}}, "policy int: no file is known"),
        ({"equipment": {"classes": {"bus"}}}, "settings must be plain numbers, texts and lists"),
    ],
    ids=str,
)
def test_a_wrong_call_is_told_in_its_own_words(asked, tmp_path, wrong, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}"):
        experiments.run("a", out=tmp_path, **wrong)
    assert asked == {}


def test_a_machine_that_cannot_run_sumo_is_told(asked, tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.doctor.preflight", lambda: ("ailing",))
    monkeypatch.setattr("experiments.doctor.render", lambda checks: f"mend {checks[0]}")
    with pytest.raises(RuntimeError, match=r"^mend ailing$"):
        experiments.run("a", out=tmp_path)


def test_the_face_is_light():
    heavy = "{'pydantic', 'polars', 'matplotlib', 'sumolib', 'libsumo', 'numpy'}"
    code = f"import sys, experiments; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_seeds_may_be_added_until_enough_is_known(asked):
    experiments.run("a", out="out", seeds=8, until="eco.stops_pct.width < 2", most_seeds=20)
    until = asked["wishes"].until
    assert until.planned_looks == (8, 12, 16, 20)
    assert [each.text for each in until.conditions] == ["eco.stops_pct.width < 2"]


def test_batches_without_a_condition_are_refused(asked):
    with pytest.raises(ValueError, match="until it is enough"):
        experiments.run("a", out="out", batch=4)
