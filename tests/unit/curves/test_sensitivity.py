"""Sobol indices and Morris effects against theory, and what is refused."""

import numpy as np
import pytest

from experiments.curves import between, chosen, read_sweep, sensitivity, unit_design
from experiments.curves.indices import elementary_effects, sobol_indices

KEYS = ["penetration", "rsu.range_m", "driver.compliant_drivers"]
ENDS = {"penetration": (0.1, 1.0), "rsu.range_m": (100.0, 600.0), KEYS[2]: (0.3, 1.0)}


def ishigami(unit):
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices():
    """S1 and ST by Ishigami and Homma (1990), a = 7, b = 0.1."""
    a, b, pi4 = 7.0, 0.1, np.pi**4
    first = np.array([0.5 * (1 + b * pi4 / 5) ** 2, a**2 / 8, 0.0])
    both = b**2 * pi4**2 * (1 / 18 - 1 / 50)
    total = first + both * np.array([1, 0, 1])
    return first / (first.sum() + both), total / (first.sum() + both)


def test_sobol_indices_of_the_ishigami_function_are_the_analytic_ones():
    unit = unit_design("sobol_indices", 2048, 3, seed=0)
    found = sobol_indices(ishigami(unit), KEYS, seed=0)
    first, total = ishigami_indices()
    assert [key.measures["S1"].value for key in found] == pytest.approx(first, abs=0.03)
    assert [key.measures["ST"].value for key in found] == pytest.approx(total, abs=0.03)
    for key, true in zip(found, total, strict=True):
        assert key.measures["ST"].low - 0.01 <= true <= key.measures["ST"].high + 0.01


def test_morris_effects_of_a_line_are_its_slopes():
    unit = unit_design("morris", 6, 3, seed=3)
    found = elementary_effects(unit, unit @ np.array([4.0, -2.0, 0.0]), KEYS, seed=3)
    assert [key.measures["mu"].value for key in found] == pytest.approx([4.0, -2.0, 0.0])
    assert [key.measures["mu_star"].value for key in found] == pytest.approx([4.0, 2.0, 0.0])
    assert [key.sigma for key in found] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def sampled(folder, writer, method, n, **options):
    unit = unit_design(method, n, 3, seed=7)
    columns = [between(unit[:, place], *ENDS[key]) for place, key in enumerate(KEYS)]
    points = [dict(zip(KEYS, map(float, row), strict=True)) for row in zip(*columns, strict=True)]
    keys = {key: {"low": low, "high": high} for key, (low, high) in ENDS.items()}
    return writer(
        folder,
        points,
        kind="sample",
        sample={"method": method, "n": n, "seed": 7, "keys": keys},
        arms=("unadvised", "eco"),
        effects=lambda values, arm: {
            "co2": -6.0 * values["penetration"] * (arm == "eco"),
        },
        noise=0.2,
        **options,
    )


@pytest.mark.parametrize(("method", "n"), [("sobol_indices", 32), ("morris", 8)])
def test_the_key_that_matters_is_found_in_a_sweep(tmp_path, write_sweep, method, n):
    found = sensitivity(read_sweep(sampled(tmp_path, write_sweep, method, n)), "co2_own", "eco")
    name = "ST" if method == "sobol_indices" else "mu_star"
    sizes = [key.measures[name].value for key in found.keys]
    assert [key.key for key in found.keys] == KEYS
    assert sizes[0] > 10 * max(sizes[1:])
    assert found.n_points == {"sobol_indices": 160, "morris": 32}[method]
    # 0.2 % on 8 seeds, the deviation of 6 * U(0.1, 1) is 1.56 %: 0.0021 of the variance.
    assert 0.001 < found.noise_share < 0.004


def test_the_same_sweep_gives_the_same_numbers(tmp_path, write_sweep):
    sweep = read_sweep(sampled(tmp_path, write_sweep, "morris", 4))
    assert sensitivity(sweep, "co2_own", "eco") == sensitivity(sweep, "co2_own", "eco")


def test_an_incomplete_design_is_refused_with_the_number_of_failed_runs(tmp_path, write_sweep):
    folder = sampled(tmp_path, write_sweep, "morris", 4, missing=[(2, "eco", 1), (5, "eco", 3)])
    with pytest.raises(ValueError, match=r"2 of 16 points lack runs of 'eco'.*2 runs of the sweep"):
        sensitivity(read_sweep(folder), "co2_own", "eco")


@pytest.mark.parametrize(
    ("n", "points", "words"),
    [(2, 5, "it has 6 points, the sweep 5"), (2, 6, "the values of 'a' are not those")],
)
def test_a_design_whose_points_are_not_in_the_sweep_is_refused(
    tmp_path, write_sweep, n, points, words
):
    sample = {"method": "morris", "n": n, "keys": {key: {"low": 0.0, "high": 1.0} for key in "ab"}}
    folder = write_sweep(
        tmp_path, [{"a": 0.2, "b": 0.1 * i} for i in range(points)], kind="sample", sample=sample,
        effects=lambda values, arm: {},
    )  # fmt: skip
    with pytest.raises(ValueError, match=words):
        sensitivity(read_sweep(folder), "co2_own", "eco")


def test_whole_numbers_and_choices_may_stand_in_a_design(tmp_path, write_sweep):
    unit = unit_design("morris", 6, 2, seed=1)
    lanes = (1 + chosen(unit[:, 0], 4)).tolist()
    roads = [f"folder/{'ab'[place]}.yaml" for place in chosen(unit[:, 1], 2)]
    keys = {"lanes": {"low": 1, "high": 4}, "scenario": {"values": ["a.yaml", "b.yaml"]}}
    folder = write_sweep(
        tmp_path,
        [{"lanes": n, "scenario": road} for n, road in zip(lanes, roads, strict=True)],
        kind="sample",
        sample={"method": "morris", "n": 6, "keys": keys},
        effects=lambda values, arm: {"co2": -values["lanes"] * (arm == "eco")},
    )
    found = sensitivity(read_sweep(folder), "co2_own", "eco").keys
    # Three steps of the design are three lanes.
    assert found[0].measures["mu"].value == pytest.approx(-3.0, abs=0.3)


@pytest.mark.parametrize(
    ("method", "words"),
    [("auto", "the sweep is a grid"), ("fast", "method must be sobol, morris or auto")],
)
def test_a_grid_allows_no_sensitivities(grid_folder, method, words):
    with pytest.raises(ValueError, match=words):
        sensitivity(read_sweep(grid_folder), "co2_own", "eco", method)


def test_the_method_must_be_that_of_the_design(tmp_path, write_sweep):
    sweep = read_sweep(sampled(tmp_path, write_sweep, "morris", 4))
    with pytest.raises(ValueError, match="the method is morris, not sobol"):
        sensitivity(sweep, "co2_own", "eco", "sobol")
    sweep.manifest["sample"]["method"] = "random"
    with pytest.raises(ValueError, match="a sample by random"):
        sensitivity(sweep, "co2_own", "eco")
