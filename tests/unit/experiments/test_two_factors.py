"""Signals and advice as two factors: figures from worked numbers, and the coverage of intervals."""

import csv
import io

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from experiments.commands.factor_table import factor_tables
from experiments.factor_cells import crossing_of, factor_paths
from experiments.measures import FACTOR_METRICS
from experiments.require import parse_condition
from experiments.statistics import ONE_RUN, paired_share
from experiments.study import Run, Selection
from experiments.two_factors import KEPT, LOST, OPEN_SHARE, factor_rows, factors_of, share_verdict

ARMS = ("unadvised", "eco", "actuated", "actuated+eco")
COLUMNS = ("trip_time_s", "stops", "creep_time_s", "co2_hbefa4_g", "energy_bev_wh")
CELLS = {
    "unadvised": [100.0, 110.0, 90.0, 100.0],
    "eco": [90.0, 99.0, 82.0, 89.0],
    "actuated": [80.0, 92.0, 71.0, 81.0],
    "actuated+eco": [75.0, 88.0, 66.0, 75.0],
}


def selection(cells):
    runs = {
        (arm, seed): Run(
            arm=arm,
            seed=seed,
            vehicles=pl.DataFrame({name: [value - 1.0, value + 1.0] for name in COLUMNS}),
            approaches=pl.DataFrame(),
            counters={},
        )
        for arm, values in cells.items()
        for seed, value in enumerate(values)
    }
    return Selection(
        arms=tuple(cells),
        seeds=tuple(range(len(next(iter(cells.values()))))),
        runs=runs,
        finished=frozenset(runs),
        warnings=(),
    )


@pytest.fixture(scope="module")
def factors():
    return factors_of(selection(CELLS), ARMS, 0.95)


def value(figures, key="co2_hbefa4_pct"):
    return figures[key]["mean"]


def test_every_figure_is_worked_by_hand(factors):
    # The reference is 100 on the mean, so that differences are percent.
    assert value(factors["cells"]["own plan"]["eco"]) == pytest.approx(-10.0)
    assert value(factors["cells"]["actuated"]["unadvised"]) == pytest.approx(-19.0)
    assert value(factors["cells"]["actuated"]["eco"]) == pytest.approx(-24.0)
    assert value(factors["signals_effects"]["actuated"]) == pytest.approx((-19.0 - 14.0) / 2)
    assert value(factors["advice_effects"]["eco"]) == pytest.approx((-10.0 - 5.0) / 2)
    assert value(factors["advice_within"]["own plan"]["eco"]) == pytest.approx(-10.0)
    assert value(factors["advice_within"]["actuated"]["eco"]) == pytest.approx(-500.0 / 81.0)
    interaction = factors["interactions"]["actuated"]["eco"]
    assert value(interaction, "co2_hbefa4_points") == pytest.approx(5.0)
    assert value(factors["shares_kept"]["actuated"]["eco"], "co2_hbefa4_share") == pytest.approx(
        0.5
    )


def test_a_cell_is_its_signals_its_advice_and_their_interaction_together(factors):
    cells = factors["cells"]
    parts = value(cells["actuated"]["unadvised"]) + value(cells["own plan"]["eco"])
    beyond = value(factors["interactions"]["actuated"]["eco"], "co2_hbefa4_points")
    assert value(cells["actuated"]["eco"]) == pytest.approx(parts + beyond)


def test_pairing_by_seed_takes_what_seeds_share_out_of_the_interval(factors):
    found = factors["interactions"]["actuated"]["eco"]["co2_hbefa4_points"]
    # Differences of differences per seed: 5, 7, 3, 5.
    half = 3.182446305 * np.std([5.0, 7.0, 3.0, 5.0], ddof=1) / 2
    assert (found["low"], found["high"]) == pytest.approx((5.0 - half, 5.0 + half))
    assert found["n"] == 4


def test_the_rows_of_the_file_tell_all_of_it_and_their_verdicts(factors):
    rows = list(factor_rows(factors))
    metrics = [m for m in FACTOR_METRICS if m not in ("co2_hbefa4_nojump", "co2_phemlight5")]
    n_figures = 3 + 1 + 1 + 2 + 1 + 1
    assert len(rows) == n_figures * len(metrics)
    [share] = [r for r in rows if r["figure"] == "shares_kept" and r["metric"] == "co2_hbefa4"]
    assert (share["signals"], share["advice"], share["unit"]) == ("actuated", "eco", "share")
    assert share["verdict"] == OPEN_SHARE
    [main] = [r for r in rows if r["figure"] == "advice_effects" and r["metric"] == "stops"]
    assert (main["signals"], main["advice"], main["verdict"]) == ("", "eco", "less")


@pytest.mark.parametrize(
    ("arms", "signals", "advice"),
    [
        (ARMS, ("own plan", "actuated"), ("unadvised", "eco")),
        (
            ("none", "eco", "delay_based+eco", "unadvised", "delay_based", "glosa", "actuated"),
            ("own plan", "delay_based"),
            ("unadvised", "eco"),
        ),
        (
            (*ARMS, "glosa", "glosa-sumo:300/2/1.0", "delay_based", "delay_based+glosa"),
            ("own plan", "actuated", "delay_based"),
            ("unadvised", "eco", "glosa"),
        ),
    ],
)
def test_levels_that_share_advice_with_the_own_plan_make_the_table(arms, signals, advice):
    found = crossing_of(arms)
    assert (found.signals, found.advice) == (signals, advice)


@pytest.mark.parametrize(
    "arms",
    [
        ("none", "unadvised", "eco"),
        ("unadvised", "eco", "actuated"),
        ("unadvised", "actuated", "actuated+eco"),
        ("unadvised", "eco", "actuated", "delay_based+eco"),
        ("none", "eco", "actuated", "actuated+eco"),
    ],
)
def test_arms_that_are_no_table_have_none(arms):
    assert crossing_of(arms) is None
    assert not list(factor_paths(arms, ["co2_hbefa4_g"]))


def test_a_main_effect_is_over_the_levels_that_it_was_run_with_and_says_which():
    cells = CELLS | {"glosa": [95.0, 105.0, 85.0, 95.0], "delay_based": [80.0] * 4}
    cells |= {"delay_based+glosa": [77.0] * 4}
    found = factors_of(selection(cells), tuple(cells), 0.95)
    assert found["advice_effects"]["glosa"]["over"] == ["own plan", "delay_based"]
    assert found["signals_effects"]["delay_based"]["over"] == ["unadvised", "glosa"]
    assert value(found["signals_effects"]["delay_based"]) == pytest.approx((-20.0 - 18.0) / 2)


def test_no_share_is_told_of_a_saving_that_is_not_shown():
    cells = CELLS | {"eco": [101.0, 109.0, 91.0, 99.5]}
    found = factors_of(selection(cells), ARMS, 0.95)["shares_kept"]["actuated"]["eco"]
    assert found["co2_hbefa4_share"] is None


def test_one_seed_gives_a_share_without_an_interval():
    share = paired_share(np.array([10.0]), np.array([8.0]))
    assert (share.mean, share.low, share.n) == (0.8, None, 1)
    assert share_verdict(share) == ONE_RUN


def test_two_thirds_are_kept_lost_or_open():
    whole = np.array([10.0, 10.1, 9.9, 10.2])
    spread = np.array([0.1, -0.1, 0.05, -0.05])
    told = [share_verdict(paired_share(whole, share * whole + spread)) for share in (0.8, 0.5)]
    assert told == [KEPT, LOST]
    assert share_verdict(paired_share(whole, 0.7 * whole + 10 * spread)) == OPEN_SHARE


@pytest.mark.parametrize(("n", "seed"), [(4, 1), (8, 2), (20, 3)])
def test_the_interval_of_a_share_covers_the_truth_in_95_of_100_studies(n, seed):
    """Savings of 8 and 5.6 % that vary by 2 and 3 points between seeds, and together."""
    rng = np.random.default_rng(seed)
    covariance = [[4.0, 3.0], [3.0, 9.0]]
    n_studies, covered, told = 3000, 0, 0
    for _ in range(n_studies):
        whole, part = rng.multivariate_normal([8.0, 5.6], covariance, size=n).T
        share = paired_share(whole, part)
        if share is not None:
            told += 1
            covered += share.low <= 0.7 <= share.high
    assert told > 0.95 * n_studies
    # Three standard errors of a share of 3000 studies.
    assert covered / told == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / told))


def test_a_condition_may_name_any_figure_of_the_table(factors):
    text = "factors.shares_kept.actuated.eco.co2_hbefa4_share.high < 0.75"
    condition = parse_condition(text, ARMS)
    assert condition.holds({"factors": factors})
    with pytest.raises(ValueError, match=r"did you mean 'factors\.shares_kept\.actuated\.eco"):
        parse_condition(text.replace("shares_kept", "share_kept"), ARMS)


def test_the_command_line_tells_each_row_with_its_interval(factors):
    console = Console(file=io.StringIO(), width=200)
    for table in factor_tables({"factors": factors, "seeds": [0, 1, 2, 3]}):
        console.print(table)
    text = console.file.getvalue()
    assert "interaction actuated x eco, points" in text
    assert "+5.00" in text
    assert "0.50 " in text
    assert not list(factor_tables({"seeds": [1]}))


def test_rows_can_be_written_as_csv(factors):
    rows = list(factor_rows(factors))
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    assert file.getvalue().startswith("figure,signals,advice,metric,unit,mean,low,high,n,")
