import numpy as np
import pytest

from emissions import ACCOUNTS, POLLUTANTS, EmissionMap
from experiments import run_accounts
from experiments.config import Experiment
from experiments.data_files import ConfigError
from experiments.run_accounts import account_columns, load_run_accounts, parse_account


@pytest.fixture
def known(monkeypatch, tmp_path):
    """A SUMO whose classes emit what their names say, as in `X/CO2_electricity`."""

    def load(accounts, *, slopes_deg, **_):
        return {
            account: EmissionMap(
                emission_class=account.emission_class,
                quantity=account.quantity,
                slope_deg=np.array(slopes_deg),
                speed_mps=np.array([0.0, 50.0]),
                accel_mps2=np.array([-1.0, 1.0]),
                rate=np.full((1, 2, 2), float(account.quantity in account.emission_class)),
            )
            for account in accounts
        }

    monkeypatch.setattr(run_accounts, "load_accounts", load)
    monkeypatch.setattr(run_accounts, "sumo_home", lambda: tmp_path)
    return lambda *texts: list(load_run_accounts(texts, slopes_deg=(0.0,), cache_dir=tmp_path))


def test_a_class_alone_is_an_account_that_is_called_as_the_class():
    found = parse_account("HBEFA3/PC_G_EU4")
    assert (found.name, found.emission_class) == ("hbefa3_pc_g_eu4", "HBEFA3/PC_G_EU4")
    assert found.quantity is None
    assert found.has_coasting_jump


def test_name_quantity_and_jump_can_be_chosen():
    found = parse_account(" mine=PHEMlight5/PC_EU4_G:nox:nojump ")
    assert (found.name, found.quantity, found.has_coasting_jump) == ("mine", "NOx", False)
    assert parse_account("A/b:nojump").name == "a_b_nojump"
    # SUMO has names with brackets, and vehicles behind a class.
    assert parse_account("HBEFA4/PC_PHEV_petrol_Euro-6d_(El)").name.startswith("hbefa4_pc_phev")
    assert parse_account("MMPEVEM@VW_ID3").emission_class == "MMPEVEM@VW_ID3"


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "is no account"), ("a b", "is no account"), ("A/b:CO3", "one of :CO2, :fuel"),
     ("A/b:CO2:NOx", "one of"), ("=A/b", "is no account")],
)  # fmt: skip
def test_what_is_no_account_is_refused_with_what_would_be(text, said):
    with pytest.raises(ValueError, match=said):
        parse_account(text)


def test_every_run_has_the_four_accounts_and_the_pollutants(known):
    assert known() == [*ACCOUNTS, *POLLUTANTS]


def test_the_quantity_is_what_the_class_emits(known):
    assert [a.column for a in known("X/CO2")[-1:]] == ["co2_x_co2_g"]
    assert [a.column for a in known("X/electricity")[-1:]] == ["energy_x_electricity_wh"]
    both = [a.column for a in known("mine=X/CO2_electricity")[-2:]]
    assert both == ["co2_mine_g", "energy_mine_wh"]


def test_a_class_that_emits_nothing_is_no_account(known):
    with pytest.raises(ValueError, match="'X/zero' SUMO's model tells nothing"):
        known("X/zero")


def test_all_columns_that_a_run_may_have_are_foretold(known):
    texts = ("mine=X/CO2_electricity", "X/NOx:NOx")
    foretold = set(account_columns(texts))
    assert {account.column for account in known(*texts)} <= foretold
    assert "fuel_own_g" in foretold


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["hbefa4=X/y"], "'hbefa4=X/y' is called as 'hbefa4', which is there in any case"),
        (["X/y", "X/y"], "'X/y' is called as 'X/y' before it"),
        (["own=X/y:fuel"], "'own=X/y:fuel' is called as 'own'"),
        (["fleet=X/y"], "'fleet=X/y' is called as 'fleet', which is that of a mix"),
    ],
)
def test_two_accounts_of_one_name_are_refused(texts, said):
    with pytest.raises(ConfigError, match="of its own") as caught:
        Experiment.from_scenario("arterial", {"accounts": texts}, by_option=False)
    assert said in str(caught.value)
