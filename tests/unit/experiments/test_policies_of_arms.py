from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

import experiments.planning_maps
from controller import Eco, EcoParameters, Glosa, Reason
from emissions import ACCOUNTS
from experiments.arms import POLICIES
from experiments.config import Experiment
from experiments.deciders import policy_of
from experiments.own_policy import policy_of_file
from experiments.planning_maps import COLUMNS, load_planning_maps
from experiments.policy_loading import Watched
from experiments.report.glossary import REASONS, TERMS


def prepared(arm, own=None, maps=()):
    experiment = Experiment.from_scenario("a", {"policies.mine": "p.py:Mine", "eco": {}})
    order = SimpleNamespace(experiment=experiment, own_policy=own, arm=arm)
    return SimpleNamespace(order=order, arm=experiment.arm(arm), planning_maps=maps)


@pytest.mark.parametrize("arm", ["none", "unadvised", "glosa-sumo", "glosa-sumo:300/2/1.0"])
def test_nobody_of_ours_advises_where_no_policy_is_named(arm):
    assert policy_of(prepared(arm)) is None


def test_policies_are_made_with_the_parameters_of_the_experiment():
    assert policy_of(prepared("glosa")) == Glosa()
    planner = policy_of(prepared("eco", maps=("one", "other")))
    assert isinstance(planner, Eco)
    assert (planner.parameters, planner.rates) == (EcoParameters(), ("one", "other"))


def test_an_own_policy_is_loaded_and_watched(tmp_path, monkeypatch):
    (tmp_path / "p.py").write_text("class Mine:\n    def advise(self, seen): return None\n")
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    policy = policy_of(prepared("mine", own=policy_of_file("mine", "p.py:Mine", tmp_path)))
    assert isinstance(policy, Watched)
    assert type(policy.policy).__name__ == "Mine"


@dataclass
class Map:
    """A map that knows whose it is, and whether its drop was spread for plans."""

    column: str

    def with_jump_spread(self):
        return f"{self.column}, spread"


def test_maps_come_in_the_order_of_the_accounts_that_were_named(monkeypatch):
    asked = []

    def load(accounts, **words):
        assert accounts is ACCOUNTS
        asked.append(words)
        return {account: Map(account.column) for account in ACCOUNTS}

    monkeypatch.setattr(experiments.planning_maps, "load_accounts", load)
    monkeypatch.setattr(experiments.planning_maps, "sumo_home", lambda: Path("/sumo"))
    found = load_planning_maps(("bev", "hbefa4", "phemlight5"), cache_dir=Path("/cache"))
    wanted = ("energy_bev_wh", "co2_hbefa4_g", "co2_phemlight5_g")
    assert found == tuple(f"{column}, spread" for column in wanted)
    assert asked[0]["slopes_deg"] == (0.0,)
    assert asked[0]["cache_dir"] == Path("/cache")
    # Arms that plan with nothing make no maps.
    assert load_planning_maps((), cache_dir=Path("/cache")) == ()
    assert len(asked) == 1


def test_every_account_of_the_results_can_be_planned_with():
    assert sorted(COLUMNS.values()) == sorted(account.column for account in ACCOUNTS)


def test_the_report_explains_every_policy_and_every_reason():
    assert {name for name, _ in TERMS} >= set(POLICIES)
    assert set(REASONS) == {reason.name.lower() for reason in Reason}
