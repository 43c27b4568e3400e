"""Credits of a made-up ledger: registered once, handed out with proofs, and always labelled."""

import csv
import json
import re

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from scipy import stats

from experiments.credits import LABEL, Rules, check_issued, issue_credits
from experiments.credits.rules import TAILPIPE
from experiments.ledger import Signer, verify_ledger, write_ledger
from experiments.ledger.benchmark import made_up_manifest, made_up_table, write_made_up_results

RULES = Rules(account="co2_hbefa4", day="2026-03-02")
N = 12
STRANGER = Signer(Ed25519PrivateKey.generate())


@pytest.fixture(scope="module")
def signer():
    return Signer(Ed25519PrivateKey.generate())


def amounts(grams):
    return [pl.lit(grams).alias(f"{account}_g") for account in TAILPIPE]


def results(
    folder, *, saved_g, name="town", outages=(), high=-2.0, seeds=(1, 2, 3), depart_s=0.0, **columns
):
    """Results of N vehicles that saved so many grams each; the last one is not equipped.

    In the two other seeds all vehicles save so much that the interval of three seeds ends at `high`
    (%).
    """
    folder.mkdir()
    reach = stats.t.ppf(0.975, 2)
    mean_pct = -sum(saved_g) / N
    others_pct = (3 * high + (reach - 1) * mean_pct) / (2 + reach)
    few = made_up_table(N).with_columns(
        equipped=pl.int_range(pl.len()) < N - 1, advised_s=30.0, depart_s=depart_s
    )
    tables = []
    for seed in seeds:
        here = few.with_columns(pl.lit(seed, dtype=pl.Int64).alias("seed"))
        grams = pl.Series(
            [100.0 - each for each in saved_g] if seed == 1 else [100 + others_pct] * N
        )
        before = here.with_columns(*amounts(100.0), arm=pl.lit("unadvised"))
        tables += [before, here.with_columns(*amounts(grams)).with_columns(**columns)]
    made_of = made_up_manifest(seeds=seeds) | {"scenario": {"name": name, "step_length_s": 1.0}}
    made_of["experiment"] |= {"rsu": {"outages": list(outages)}}
    write_made_up_results(folder, pl.concat(tables), made_of)
    advice = pl.DataFrame(
        {
            "arm": "eco", "seed": 1, "vehicle_id": few["vehicle_id"], "signal_id": "J",
            "time_s": 10.0, "speed_mps": 8.0, "shown_mps": 8.0, "advised_mps": 8.0,
        }
    )  # fmt: skip
    advice.write_parquet(folder / "advice.parquet")
    return folder


@pytest.fixture
def issue(tmp_path, signer):
    """Write a ledger of results and issue credits for it."""

    def call(folder, rules=RULES, out="credits"):
        write_ledger(folder, signer)
        ledger, faults = verify_ledger(folder, public_key=signer.public_key)
        assert faults == []
        return issue_credits(
            ledger,
            rules,
            signer=signer,
            registry=tmp_path / "registry.jsonl",
            out=tmp_path / out,
        )

    return call


SAVED_G = [10.0, 20.0, 30.0, -40.0, *[0.0] * (N - 5), 50.0]


def test_trips_share_what_is_surely_saved_by_what_they_saved(tmp_path, issue):
    issued = issue(results(tmp_path / "out", saved_g=SAVED_G))
    # 2 % of 1,200 g are sure; 60 g were saved by equipped trips.
    assert issued.conservative_share == pytest.approx(0.02)
    assert issued.factor == pytest.approx(24 / 60)
    assert sorted(credit.points for credit in issued.credits) == [4.0, 8.0, 12.0]
    assert issued.counts == {"credited": 3, "no_saving": N - 4}
    assert issued.total_points == 24.0


def test_the_same_call_again_writes_the_same_files_and_registers_nothing(tmp_path, issue):
    folder = results(tmp_path / "out", saved_g=SAVED_G)
    issue(folder)
    registry = (tmp_path / "registry.jsonl").read_bytes()
    issue(folder, out="again")
    assert (tmp_path / "registry.jsonl").read_bytes() == registry
    for name in ("credits.csv", "credits.json"):
        assert (tmp_path / "again" / name).read_bytes() == (
            tmp_path / "credits" / name
        ).read_bytes()


def test_a_trip_is_credited_once_whatever_ledger_or_rules_it_comes_with(tmp_path, issue):
    assert len(issue(results(tmp_path / "one", saved_g=SAVED_G)).credits) == 3
    other = issue(results(tmp_path / "two", saved_g=[60.0] * N))
    assert other.counts == {"credited_before": 3, "credited": N - 4}
    again = issue(tmp_path / "two", RULES.model_copy(update={"amount_per_point": 2.0}))
    assert again.counts == {"credited_before": N - 1}
    assert again.credits == ()


def test_the_drives_of_a_ledger_are_credited_once_whatever_day_is_typed(tmp_path, issue):
    folder = results(tmp_path / "out", saved_g=SAVED_G)
    issue(folder)
    again = issue(folder, RULES.model_copy(update={"day": "2026-03-03"}), out="again")
    assert again.credits == ()
    assert again.counts == {"credited_before": 3, "no_saving": N - 4}


def test_drives_of_another_day_are_credited(tmp_path, issue):
    """Those of the same vehicles that depart at another time."""
    issue(results(tmp_path / "one", saved_g=SAVED_G))
    other = results(tmp_path / "two", saved_g=SAVED_G, depart_s=60.0)
    assert len(issue(other, RULES.model_copy(update={"day": "2026-03-03"})).credits) == 3


def test_another_ledger_of_the_same_drives_is_not_credited_on_another_day(tmp_path, issue):
    issue(results(tmp_path / "one", saved_g=SAVED_G))
    other = results(tmp_path / "two", saved_g=SAVED_G, seeds=(1, 2, 3, 4), name="city")
    again = issue(other, RULES.model_copy(update={"day": "2026-03-03"}))
    assert again.counts == {"credited_before": 3, "no_saving": N - 4}


@pytest.mark.parametrize("account", ["co2_hbefa4_nojump", "co2_phemlight5"])
def test_where_one_account_of_the_tailpipe_shows_no_saving_nobody_is_credited(
    tmp_path, issue, account
):
    folder = results(tmp_path / "out", saved_g=SAVED_G, **{f"{account}_g": pl.lit(101.0)})
    issued = issue(folder)
    assert issued.credits == ()
    assert issued.counts == {"no_claim": N - 1}
    assert account in "\n".join(issued.sentences())


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_an_effect_of_one_run_in_fact_is_not_credited(tmp_path, issue, n_seeds):
    same = {f"{account}_g": pl.lit(90.0) for account in TAILPIPE}
    folder = results(
        tmp_path / "out", saved_g=[10.0] * N, seeds=tuple(range(1, n_seeds + 1)), **same
    )
    effect = json.loads((folder / "summary.json").read_text())["effects"]["eco"]["co2_hbefa4_pct"]
    assert effect["mean"] == -10.0
    assert effect["low"] in (None, -10.0)
    assert issue(folder).counts == {"no_claim": N - 1}


def test_the_daily_cap_counts_over_all_ledgers(tmp_path, issue):
    rules = RULES.model_copy(update={"daily_cap_points": 10.0})
    one = issue(results(tmp_path / "morning", saved_g=SAVED_G, name="morning"), rules)
    assert sorted(credit.points for credit in one.credits) == [4.0, 8.0, 10.0]
    two = issue(results(tmp_path / "evening", saved_g=SAVED_G, name="evening", depart_s=9e3), rules)
    assert sorted(credit.points for credit in two.credits) == [2.0, 4.0]
    assert two.counts == {"credited": 2, "cap_reached": 1, "no_saving": N - 4}


def test_where_the_interval_contains_zero_nobody_is_credited(tmp_path, issue):
    issued = issue(results(tmp_path / "out", saved_g=SAVED_G, high=0.1))
    assert issued.credits == ()
    assert issued.counts == {"no_claim": N - 1}
    assert "no claim" in "\n".join(issued.sentences())


def test_while_the_device_was_silent_nobody_is_credited(tmp_path, issue):
    outage = {"signal": "*", "begin_s": 10.5, "end_s": 60.0}
    issued = issue(results(tmp_path / "out", saved_g=SAVED_G, outages=[outage]))
    assert issued.counts == {"device_unhealthy": N - 1}


def test_every_output_says_what_points_are_not(tmp_path, issue):
    issued = issue(results(tmp_path / "out", saved_g=SAVED_G))
    assert LABEL == "points, not tradable units"
    with (tmp_path / "credits" / "credits.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert {row["label"] for row in rows} == {LABEL}
    assert json.loads((tmp_path / "credits" / "credits.json").read_text())["label"] == LABEL
    assert issued.plain()["label"] == LABEL
    assert LABEL in next(issued.sentences())
    lines = (tmp_path / "registry.jsonl").read_text().splitlines()
    assert len([line for line in lines if LABEL in line]) == 3


def test_handed_out_credits_are_checked_without_the_ledger(tmp_path, issue, signer):
    issued = issue(results(tmp_path / "out", saved_g=SAVED_G))
    content = (tmp_path / "credits" / "credits.json").read_bytes()
    assert check_issued(content, signer.public_key) == (issued, None)
    other = Signer(Ed25519PrivateKey.generate()).public_key
    assert "not by the key" in check_issued(content, other)[1]


def with_first(issued, **update):
    first, *rest = issued.credits
    return issued.model_copy(update={"credits": (first.model_copy(update=update), *rest)})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda i: with_first(i, points=i.credits[0].points + 0.01), "more than the rules give"),
        (lambda i: with_first(i, saved=i.credits[0].saved + 1.0), "saved were"),
        (lambda i: with_first(i, advised=i.credits[1].advised), "not of this trip"),
        (lambda i: with_first(i, unadvised=i.credits[0].advised), "not of this trip"),
        (lambda i: i.model_copy(update={"credits": i.credits[:1] * 2}), "credited twice"),
        (
            lambda i: with_first(i, advised=i.credits[0].advised.model_copy(update={"index": 0})),
            "does not stand in the ledger",
        ),
    ],
)
def test_credits_that_are_not_due_are_found(tmp_path, issue, signer, change, what):
    """Though they are signed."""
    issued = issue(results(tmp_path / "out", saved_g=SAVED_G))
    found, wrong = check_issued(change(issued).signed(signer).content(), None)
    assert found is None
    assert what in wrong


def ten_times(issued):
    more = [each.model_copy(update={"points": each.points * 2}) for each in issued.credits]
    update = {"factor": 1.0, "conservative_share": 0.99, "credits": tuple(more)}
    return issued.model_copy(update=update)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (ten_times, "changed since they were signed"),
        (lambda i: i.model_copy(update={"counts": {"credited": 4}}), "changed since"),
        (lambda i: i.model_copy(update={"factor": 1000.0}), "factor: .* less than or equal to 1"),
        (lambda i: i.model_copy(update={"conservative_share": 1.5}), "conservative_share: "),
        (lambda i: i.model_copy(update={"signature": ""}), "not signed"),
        (lambda i: i.model_copy(update={"signature": i.checkpoint}), "changed since"),
        (lambda i: ten_times(i).signed(STRANGER), "not of the key that signed the ledger"),
    ],
)
def test_an_issue_that_was_changed_is_found_by_its_signature(tmp_path, issue, signer, change, what):
    issued = issue(results(tmp_path / "out", saved_g=SAVED_G))
    found, wrong = check_issued(change(issued).content(), signer.public_key)
    assert found is None
    assert re.search(what, wrong)


def test_a_registry_that_was_changed_is_refused(tmp_path, issue):
    folder = results(tmp_path / "out", saved_g=SAVED_G)
    issue(folder)
    registry = tmp_path / "registry.jsonl"
    registry.write_text(registry.read_text().replace('"points":4', '"points":5'))
    with pytest.raises(ValueError, match=r"registry\.jsonl, line \d: the record was changed"):
        issue(folder)


def test_only_who_signed_a_ledger_gives_credits_for_it(tmp_path, signer):
    folder = results(tmp_path / "out", saved_g=SAVED_G)
    write_ledger(folder, signer)
    ledger, _ = verify_ledger(folder)
    other, place = Signer(Ed25519PrivateKey.generate()), tmp_path / "registry.jsonl"
    with pytest.raises(ValueError, match="another key"):
        issue_credits(ledger, RULES, signer=other, registry=place, out=tmp_path / "credits")
    assert not place.exists()


@pytest.mark.parametrize("arm", ["glosa", "unadvised"])
def test_an_arm_that_was_not_compared_has_no_credits(tmp_path, issue, arm):
    folder = results(tmp_path / "out", saved_g=SAVED_G)
    with pytest.raises(ValueError, match=f"'unadvised' and '{arm}'"):
        issue(folder, RULES.model_copy(update={"arm": arm}))


def test_a_ledger_by_itself_has_no_credits(tmp_path, signer):
    folder = results(tmp_path / "out", saved_g=SAVED_G)
    write_ledger(folder, signer)
    ledger, _ = verify_ledger(folder / "ledger")
    with pytest.raises(ValueError, match="need the results"):
        issue_credits(ledger, RULES, signer=signer, registry=tmp_path / "r", out=tmp_path / "c")
