import hashlib
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.statistics import paired_effect
from experiments.suite.definition import definition_sha256
from experiments.suite.leaderboard import (
    Entry,
    faults,
    leaderboard_markdown,
    read_entries,
    write_entry,
)
from experiments.suite.markdown import change_words, suite_markdown
from experiments.suite.ranking import ACCOUNTS, COMPARED, make_table
from experiments.suite.records import Record

MADE_ON = {"versions": {"eclipse-sumo": "1.28.0"}, "arithmetic": {"machine": "x86_64"}}


def record(arm, factor, *, case="one", seed=1, time=1.0, collisions=0):
    base = 100.0 + seed + (50.0 if case == "two" else 0.0)
    means = dict.fromkeys(COMPARED, base) | {"trip_time_s": base * time}
    factors = factor if isinstance(factor, dict) else dict.fromkeys(ACCOUNTS, factor)
    means |= {column: base * factors[column] for column in ACCOUNTS}
    return Record(
        case=case,
        arm=arm,
        seed=seed,
        vehicles_sha256="a" * 64,
        counts={"vehicles": 10, "collisions": collisions},
        means=means,
    )


def records(arms, cases=("one", "two"), seeds=(1, 2, 3), **wishes):
    return [
        record(arm, factor, case=case, seed=seed, **wishes.get(arm, {}))
        for case in cases
        for arm, factor in arms.items()
        for seed in seeds
    ]


def test_a_change_is_worked_out_per_case_and_on_the_mean_over_cases():
    runs = records({"unadvised": 1.0, "eco": 0.9}, cases=("one",))
    runs += records({"unadvised": 1.0, "eco": 0.96}, cases=("two",))
    table = make_table(runs, "unadvised")
    by_case = {case: row.changes["energy_bev_wh"].mean for case, (row,) in table.cases.items()}
    assert by_case == pytest.approx({"one": -10.0, "two": -4.0})
    (mean,) = table.mean
    assert mean.score_pct == pytest.approx(-7.0)
    assert mean.changes["energy_bev_wh"].n == 3


def test_the_account_that_gains_least_decides_the_rank():
    loophole = dict.fromkeys(ACCOUNTS, 0.99) | {"co2_hbefa4_g": 0.5}
    runs = records({"unadvised": 1.0, "loophole": loophole, "honest": 0.97})
    assert [row.arm for row in make_table(runs, "unadvised").mean] == ["honest", "loophole"]


def test_longer_trips_and_more_collisions_than_chance_are_ranked_behind():
    arms = {"unadvised": 1.0, "slow": 0.5, "crashing": 0.6, "unlucky": 0.8, "good": 0.9}
    wishes = {"slow": {"time": 1.006}, "crashing": {"collisions": 1}, "good": {"time": 1.004}}
    runs = records(arms, **wishes)
    runs[[run.arm for run in runs].index("unlucky")] = record("unlucky", 0.8, collisions=3)
    rows = make_table(runs, "unadvised").mean
    assert [row.arm for row in rows] == ["unlucky", "good", "slow", "crashing"]
    assert [row.keeps for row in rows] == [True, True, False, False]


def test_a_seed_that_an_arm_lacks_is_left_out_for_all_of_its_case():
    runs = records({"unadvised": 1.0, "eco": 0.9, "glosa": 0.95}, cases=("one",))
    runs = [run for run in runs if run.key != ("one", "glosa", 3)]
    assert {row.changes["stops"].n for row in make_table(runs, "unadvised").cases["one"]} == {2}


def test_an_interval_is_told_from_three_seeds_on():
    two = paired_effect(*map(np.array, ([100.0, 101.0], [90.0, 92.0])))
    three = paired_effect(*map(np.array, ([100.0] * 3, [90.0, 101.0, 112.0])))
    assert change_words(two) == "-9.45"
    assert re.fullmatch(r"\+1\.00 \[-\S+, \+\S+\] \*", change_words(three))
    assert change_words(None) == "–"


def suite(arms=("unadvised", "eco"), seeds=(1, 2, 3)):
    cases = [SimpleNamespace(name=name) for name in ("one", "two")]
    return SimpleNamespace(
        name="tiny",
        label="made up",
        arms=arms,
        seeds=seeds,
        cases=cases,
        reference="unadvised",
        content=lambda: {"name": "tiny"},
    )


def test_the_markdown_tells_label_verdict_ranks_and_every_case():
    runs = records({"unadvised": 1.0, "eco": 0.9})
    check = SimpleNamespace(sentences=("DOES NOT HOLD: 2 of 2",), differences=())
    result = SimpleNamespace(
        suite=suite(),
        table=make_table(runs, "unadvised"),
        check=check,
        failures=["one, eco, seed 1: a | b"],
        made_on=MADE_ON,
    )
    text = suite_markdown(result)
    assert text.startswith("## Suite `tiny`\n\n**made up**\n\nDOES NOT HOLD")
    assert "- one, eco, seed 1: a \\| b" in text
    assert "| 1 | eco | -10.00" in text
    assert text.count("<details>") == 2
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 2  # ranked, and by case


@pytest.fixture
def entered(tmp_path):
    """A reference, and an entry in a folder."""
    runs = records({"unadvised": 1.0, "eco": 0.9, "mine": 0.8})
    kept = SimpleNamespace(runs=[run for run in runs if run.arm != "mine"], made_on=MADE_ON)
    reference = SimpleNamespace(kept=[kept], id="0123456789ab")
    source = "class Mine: ..."
    (tmp_path / "mine.py").write_text(source)
    policy = {"file": "mine.py", "class": "Mine"}
    policy["files"] = [hashlib.sha256(source.encode()).hexdigest()]
    entry = Entry(
        name="mine",
        by="A. Researcher",
        suite="tiny",
        suite_sha256=definition_sha256(suite().content()),
        policy=policy,
        made_on=MADE_ON,
        runs=tuple(run for run in runs if run.arm != "eco"),
    )
    write_entry(tmp_path / "mine.json", entry)
    return SimpleNamespace(folder=tmp_path, entry=entry, reference=reference)


def test_an_entry_is_ranked_beside_our_arms(entered):
    entries = read_entries(entered.folder, suite(), entered.reference)
    assert entries == [entered.entry]
    text = leaderboard_markdown(suite(), entered.reference, entries)
    ranks = re.findall(r"^\| (\d) \| (\w+) \|", text, re.MULTILINE)
    assert ranks == [("1", "mine"), ("2", "eco")]
    assert "| mine | A. Researcher | `mine.py:Mine` |" in text


def test_an_entry_that_cannot_be_trusted_is_refused_with_its_reason(entered):
    def told(**changes):
        changed = replace(entered.entry, **changes)
        return faults(changed, entered.folder / "mine.json", suite(), entered.reference)

    assert told() == []
    runs = entered.entry.runs
    better = replace(runs[0], means=runs[0].means | {"stops": 1.0})
    assert "another suite" in told(suite_sha256="b" * 64)[0]
    assert "each run of the policy" in told(runs=runs[:-1])[0]
    assert (
        "its unadvised is not ours: one, unadvised, seed 1, stops"
        in told(runs=(better, *runs[1:]))[0]
    )
    assert (
        "not the file that was run" in told(policy=entered.entry.policy | {"files": ["c" * 64]})[0]
    )
    assert "must stand beside it" in told(policy=entered.entry.policy | {"file": "other.py"})[0]
    assert "its name must be that of the file" in told(name="eco")[0]
    (entered.folder / "wrong.json").write_text('{"name": "wrong"}')
    with pytest.raises(ValueError, match=r"wrong\.json: by: Field required"):
        read_entries(entered.folder, suite(), entered.reference)
