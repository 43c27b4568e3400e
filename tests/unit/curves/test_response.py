"""Response curves, their lines, and interaction tables of made-up sweeps."""

import numpy as np
import pytest

from experiments.curves import (
    interaction,
    overall,
    point_effects,
    read_sweep,
    response_curves,
    scenarios_of,
)
from experiments.curves.interactions import contrasts


def linear(values, arm):
    return {"co2": -4.0 * values["penetration"] if arm == "eco" else 0.0}


@pytest.fixture(scope="module")
def sweep(grid_folder):
    return read_sweep(grid_folder)


def test_a_curve_tells_the_true_effect_at_each_value(sweep):
    found = response_curves(sweep, "penetration", "co2_own", ("glosa", "eco"))
    eco = found.curves[1]
    # The second network has half the effect, so the mean is three quarters of 5 % per share.
    for point in eco.points:
        assert point.judged.estimate.effect.mean == pytest.approx(-3.75 * point.number, abs=0.25)
        assert point.n_points == 4
    assert found.family == "8 comparisons: 2 arms × 4 values of penetration"
    assert eco.cautions == ()


def test_the_slope_is_recovered_and_an_effect_that_does_not_depend_on_a_key_has_none(sweep):
    trend = response_curves(sweep, "penetration", "co2_own", ("eco",)).curves[0].trend
    effect = trend.per_unit.effect
    assert effect.low < -3.75 < effect.high
    assert trend.over_range.verdict == "less"
    assert trend.over_range.estimate.effect.mean == pytest.approx(0.9 * effect.mean)
    flat = response_curves(sweep, "rsu.range_m", "co2_own", ("eco",)).curves[0].trend
    assert flat.over_range.verdict == "no effect shown"


def test_intervals_of_slopes_cover_the_true_slope(tmp_path, write_sweep, grid_points):
    points = grid_points(penetration=[0.2, 0.5, 1.0])
    hits = 0
    for study in range(120):
        seeds = range(100 * study, 100 * study + 6)
        folder = write_sweep(
            tmp_path, points, effects=linear, seeds=seeds, arms=("unadvised", "eco"), noise=1.0
        )
        curve = response_curves(read_sweep(folder), "penetration", "co2_own", ("eco",)).curves[0]
        effect = curve.trend.per_unit.effect
        hits += effect.low <= -4.0 <= effect.high
    # 120 studies: standard error 2 points.
    assert 0.89 <= hits / 120 <= 1.0


def test_curves_are_told_for_each_scenario_apart(sweep):
    assert scenarios_of(sweep) == ("arterial", "grid")
    first, second = (
        response_curves(sweep, "penetration", "co2_own", ("eco",), scenario=name).curves[0]
        for name in scenarios_of(sweep)
    )
    assert first.points[-1].judged.estimate.effect.mean == pytest.approx(-5.0, abs=0.4)
    assert second.points[-1].judged.estimate.effect.mean == pytest.approx(-2.5, abs=0.4)
    assert first.points[0].n_points == 2


def test_a_curve_that_turns_is_told_to_turn(tmp_path, write_sweep, grid_points):
    def turning(values, arm):
        size = {0.1: 0.0, 0.5: -6.0, 1.0: -3.0}[values["penetration"]]
        return {"co2": size if arm == "eco" else 0.0}

    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 0.5, 1.0]), effects=turning)
    trend = response_curves(read_sweep(folder), "penetration", "co2_own", ("eco",)).curves[0].trend
    assert trend.over_range.verdict == "less"
    assert trend.reversals == ("0.5 and 1",)


def test_a_failed_run_takes_its_seed_out_and_is_told(tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0]), missing=[(1, "eco", 3)])
    found = read_sweep(folder)
    curve = response_curves(found, "penetration", "co2_own", ("glosa",)).curves[0]
    assert curve.points[0].judged.estimate.effect.n == 7
    assert "1 of 8 seeds is left out" in curve.cautions[0]
    assert point_effects(found, "co2_own", ("eco",))["eco"][0].estimate.effect.n == 8
    assert overall(found, "eco", "co2_own")[1] == curve.cautions


def test_effects_at_the_points_are_one_family_over_arms_and_points(sweep):
    told = point_effects(sweep, "co2_own", ("glosa", "eco"))
    corrected = [each.p_holm for arm in told for each in told[arm]]
    raw = [each.estimate.p for arm in told for each in told[arm]]
    assert len(raw) == 32
    assert min(corrected) == pytest.approx(32 * min(raw))


def test_the_effect_at_a_point_is_that_of_the_run_itself(sweep):
    # As `statistics.paired_effect`: differences in percent of the mean of the reference.
    figures = sweep.figures["co2_own"][5]
    eco, reference = (figures[sweep.arms.index(arm)] for arm in ("eco", "unadvised"))
    found = point_effects(sweep, "co2_own", ("eco",))["eco"][5].estimate.effect
    assert found.mean == pytest.approx(100 * (eco - reference).mean() / reference.mean())


def test_an_interaction_is_found_where_one_was_put_in_and_nowhere_else(sweep):
    found = interaction(sweep, ("scenario", "penetration"), "co2_own", "eco")
    # 5 % per share in one network and half of that in the other: 2.5 * (1 - 0.1) at the end.
    last = found.contrasts[0][-1]
    assert last.verdict == "more"
    assert last.estimate.effect.low < 2.25 < last.estimate.effect.high
    none = interaction(sweep, ("rsu.range_m", "scenario"), "co2_own", "eco")
    assert none.contrasts[0][0].verdict == "no effect shown"
    assert none.family.startswith("4 cells")


def test_main_effects_are_means_of_the_cells_with_equal_weight(sweep):
    found = interaction(sweep, ("scenario", "penetration"), "co2_own", "eco")
    cells = [[cell.estimate.effect.mean for cell in row] for row in found.cells]
    means = [each.estimate.effect.mean for each in found.row_means]
    assert means == pytest.approx(np.mean(cells, axis=1))
    columns = [each.estimate.effect.mean for each in found.column_means]
    assert columns == pytest.approx(np.mean(cells, axis=0))


def test_contrasts_of_additive_effects_are_zero_and_of_two_by_two_worked_by_hand():
    rows, columns = np.array([0.0, 2.0, 5.0]), np.array([1.0, -3.0])
    additive = (rows[:, None] + columns)[:, :, None]
    assert np.abs(contrasts(additive)).max() < 1e-12
    # (7 - 4) - (2 - 1) = 2
    assert contrasts(np.array([[[1.0], [2.0]], [[4.0], [7.0]]])).tolist() == [[[2.0]]]


def test_a_sampled_sweep_is_told_by_ranges_and_over_all_of_its_points(tmp_path, write_sweep):
    shares = np.random.default_rng(0).uniform(0.1, 1.0, (40, 2))
    points = [{"penetration": float(a), "rsu.range_m": 500 * float(b)} for a, b in shares]
    folder = write_sweep(tmp_path, points, effects=linear, kind="sample")
    found = response_curves(read_sweep(folder), "penetration", "co2_own", ("eco",))
    assert found.is_binned
    assert sum(point.n_points for point in found.curves[0].points) == 40
    effect = found.curves[0].trend.per_unit.effect
    assert effect.low < -4.0 < effect.high


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s: response_curves(s, "speed", "co2_own", ("eco",)), "'speed' was not swept"),
        (lambda s: response_curves(s, "penetration", "co2", ("eco",)), "no metric 'co2'"),
        (lambda s: response_curves(s, "penetration", "co2_own", ("unadvised",)), "not compared"),
        (
            lambda s: response_curves(s, "penetration", "co2_own", ("eco",), scenario="x"),
            "no scenario 'x'",
        ),
        (lambda s: interaction(s, ("scenario",) * 2, "co2_own", "eco"), "twice"),
    ],
)
def test_what_the_sweep_does_not_hold_is_one_clear_error(sweep, call, words):
    with pytest.raises(ValueError, match=words):
        call(sweep)


def test_in_a_sample_the_chance_of_the_points_is_in_the_intervals(tmp_path, write_sweep):
    """A key without any effect, beside one with a great one: seeds alone would claim a trend."""

    def effects(values, arm):
        return {"co2": -8.0 * values["penetration"] ** 2 if arm == "eco" else 0.0}

    claims, hits, n_studies = 0, 0, 60
    for study in range(n_studies):
        unit = np.random.default_rng(study).uniform(0.1, 1.0, (24, 2))
        points = [{"penetration": a, "rsu.range_m": 500.0 * b} for a, b in unit.tolist()]
        folder = write_sweep(
            tmp_path, points, effects=effects, kind="sample", seeds=range(4), noise=0.1,
            arms=("unadvised", "eco"),
        )  # fmt: skip
        sweep = read_sweep(folder)
        curve = response_curves(sweep, "rsu.range_m", "co2_own", ("eco",)).curves[0]
        claims += curve.trend.over_range.verdict != "no effect shown"
        mean = overall(sweep, "eco", "co2_own")[0].effect
        # The mean of u² over 0.1 to 1 is (1 - 0.001) / 2.7 = 0.37.
        hits += mean.low <= -8.0 * 0.37 <= mean.high
    assert claims / n_studies <= 0.12
    assert hits / n_studies >= 0.88


def test_points_that_a_design_makes_together_are_one_block(tmp_path, write_sweep):
    points = [{"a": float(number % 4), "b": float(number // 4)} for number in range(12)]
    keys = {"a": {"low": 0, "high": 3}, "b": {"low": 0, "high": 3}}
    for method, blocks in (("morris", 3), ("sobol_indices", 4), ("random", 1)):
        sample = {"method": method, "n": 2, "seed": 0, "keys": keys}
        folder = write_sweep(
            tmp_path, points, effects=lambda v, a: {}, kind="sample", sample=sample
        )
        assert read_sweep(folder).blocks.tolist() == [number // blocks for number in range(12)]


def test_a_key_with_one_value_has_no_trend_and_no_contrast(tmp_path, write_sweep):
    points = [{"penetration": 0.5, "rsu.range_m": reach} for reach in (200.0, 400.0)]
    sweep = read_sweep(write_sweep(tmp_path, points, kind="list"))
    assert response_curves(sweep, "penetration", "co2_own", ("eco",)).curves[0].trend is None
    assert interaction(sweep, ("penetration", "rsu.range_m"), "co2_own", "eco").contrasts == ()


def test_a_value_that_rests_on_one_point_of_a_sample_has_no_interval(tmp_path, write_sweep):
    points = [{"penetration": value} for value in (0.2, 0.5, 0.5, 0.8, 0.8)]
    sweep = read_sweep(write_sweep(tmp_path, points, effects=linear, kind="sample"))
    curve = response_curves(sweep, "penetration", "co2_own", ("eco",)).curves[0]
    assert curve.points[0].judged.verdict == "too few points, no interval"
    assert curve.points[1].judged.verdict == "less"
    assert curve.trend.over_range.verdict == "less"
