import csv
import json
import math
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest

import experiments
from experiments.results import rounded, write_json, write_results
from experiments.run_accounts import account_columns
from experiments.study import Study

SCHEMA = Path(experiments.__file__).parent / "data" / "summary.schema.json"
ARMS = ("none", "unadvised", "glosa")
N_VEHICLES = 40


def study(arms=ARMS, seeds=(1, 2, 3)):
    return Study(
        scenario="town",
        arms=arms,
        seeds=seeds,
        execution="driver",
        penetration=0.5,
        step_length_s=1.0,
    )


def vehicles(arm, seed, factor, n=N_VEHICLES):
    """Vehicles whose every figure is that of the reference times a factor, if equipped."""
    rng = np.random.default_rng(seed)
    equipped = np.arange(n) % 2 == 0
    scale = np.where(equipped, factor, 1.0)
    duration_s = rng.uniform(50, 150, n) * scale
    base = {
        "arm": [arm] * n,
        "seed": [seed] * n,
        "vehicle_id": [f"v{i}" for i in range(n)],
        "vehicle_type": ["car"] * n,
        "vehicle_class": ["passenger"] * n,
        "equipped": equipped & (arm != "none"),
        "road": np.where(np.arange(n) < n // 4, "side", "main"),
        "depart_s": np.arange(n) * 2.0,
        "depart_delay_s": np.zeros(n),
        "duration_s": duration_s,
        "trip_time_s": duration_s,
        "distance_m": np.full(n, 500.0),
        "stops": rng.integers(0, 4, n),
        "creep_time_s": rng.uniform(0, 9, n) * scale,
        "harsh_brakings": rng.integers(0, 2, n),
        "low_ttc_s": np.where(equipped, 3.0 - factor, 1.0),
        "low_ttc_events": np.ones(n, dtype=np.int64),
        "high_drac_s": np.zeros(n),
        "high_drac_events": np.zeros(n, dtype=np.int64),
        "over_ceiling_s": np.zeros(n),
        "advised_s": duration_s * (0.25 if arm == "glosa" else 0.0),
        "advice_changes": np.full(n, 2 if arm == "glosa" else 0),
        "speed_factor": np.ones(n),
        "finished": [True] * n,
    }
    names = account_columns(())
    return pl.DataFrame(base | {name: rng.uniform(80, 120, n) * scale for name in names})


def write_run(folder, arm, seed, factor=1.0, n=N_VEHICLES, **counters):
    """A finished run; rows are in no order."""
    folder.mkdir(parents=True)
    table = vehicles(arm, seed, factor, n).sample(fraction=1.0, shuffle=True, seed=seed)
    table.write_parquet(folder / "vehicles.parquet")
    roads = pl.DataFrame(
        {"arm": arm, "seed": seed, "edge_id": ["a", "b"], "co2_hbefa4_g": [1.0, 2.0]}
    )
    roads.write_parquet(folder / "roads.parquet")
    if seed == 1:
        shown = pl.DataFrame({"arm": arm, "seed": seed, "time_s": [0.0, 1.0]})
        shown.write_parquet(folder / "trajectories.parquet")
        shown.write_parquet(folder / "signals.parquet")
    plain = {"collisions": 0, "teleports": 0, "emergency_stops": 1, "emergency_brakings": 0}
    reasons = {"advised": 10, "no_signal": 5} if arm == "glosa" else {}
    content = {**plain, "advice_reasons": reasons, **counters}
    (folder / "run.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "timing.json").write_text(json.dumps({"wall_s": 1.5, "steps": 10}), encoding="utf-8")
    return folder


@pytest.fixture
def folders(tmp_path):
    def make(factors=(("none", 1.0), ("unadvised", 1.0), ("glosa", 0.9)), seeds=(1, 2, 3)):
        return {
            (arm, seed): write_run(tmp_path / "runs" / f"{arm}-{seed}", arm, seed, factor)
            for arm, factor in factors
            for seed in seeds
        }

    return make


def read_csv(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_figures_of_an_arm_are_means_over_seeds_and_its_counters_are_sums(folders, tmp_path):
    summary = write_results(folders(), study=study(), out=tmp_path / "out")
    tables = [vehicles("glosa", seed, 0.9) for seed in (1, 2, 3)]
    glosa = summary["arms"]["glosa"]
    assert glosa["vehicles"] == N_VEHICLES
    assert glosa["distance_km"] == pytest.approx(20.0)
    assert glosa["trip_time_s"] == pytest.approx(np.mean([t["trip_time_s"].mean() for t in tables]))
    assert glosa["stops_per_vehicle"] == pytest.approx(np.mean([t["stops"].mean() for t in tables]))
    assert glosa["co2_g_per_km"]["own"] == pytest.approx(
        np.mean([t["co2_own_g"].sum() / 20.0 for t in tables])
    )
    assert glosa["emergency_stops"] == 3
    assert glosa["advice_share"] == pytest.approx(0.25)
    assert glosa["advice_reasons"] == {"advised": 30, "no_signal": 15}
    assert summary["arms"]["none"]["advice_share"] == 0.0


def test_an_effect_is_the_paired_change_of_the_mean_per_vehicle(folders, tmp_path):
    effects = write_results(folders(), study=study(), out=tmp_path / "out")["effects"]["glosa"]
    x = [vehicles("unadvised", s, 1.0)["trip_time_s"].mean() for s in (1, 2, 3)]
    y = [vehicles("glosa", s, 0.9)["trip_time_s"].mean() for s in (1, 2, 3)]
    expected = 100 * (np.mean(y) - np.mean(x)) / np.mean(x)
    assert effects["trip_time_pct"]["mean"] == pytest.approx(expected)
    assert effects["trip_time_pct"]["n"] == 3
    assert effects["equipped"]["co2_own_pct"]["mean"] == pytest.approx(-10.0)
    assert effects["unequipped"]["co2_own_pct"] == {
        "mean": 0.0, "low": 0.0, "high": 0.0, "n": 3, "bca_low": 0.0, "bca_high": 0.0,
    }  # fmt: skip
    assert -10.0 < effects["side"]["energy_bev_pct"]["mean"] < 0.0


def test_what_happens_to_safety_is_a_difference_per_km(folders, tmp_path):
    summary = write_results(folders(), study=study(), out=tmp_path / "out")
    glosa, effects = summary["arms"]["glosa"], summary["effects"]["glosa"]
    # Half of 40 vehicles are equipped and 2.1 s in conflict, or 2.0 s in the reference, on 20 km.
    assert glosa["low_ttc_s_per_vehicle_km"] == pytest.approx((20 * 2.1 + 20) / 20.0)
    assert effects["low_ttc_s_per_vehicle_km_diff"]["mean"] == pytest.approx(0.1)
    assert effects["low_ttc_events_per_vehicle_km_diff"]["mean"] == 0.0
    assert glosa["high_drac_s_per_vehicle_km"] == 0.0
    assert effects["high_drac_s_per_vehicle_km_diff"] == {
        "mean": 0.0, "low": 0.0, "high": 0.0, "n": 3, "bca_low": 0.0, "bca_high": 0.0,
    }  # fmt: skip
    assert effects["harsh_brakings_per_vehicle_km_diff"]["high"] == 0.0
    assert "low_ttc_s_per_vehicle_km_diff" in summary["smoothing"]


def test_a_seed_with_more_events_is_told_even_if_another_has_fewer(folders, tmp_path):
    made = folders()
    for seed, here, there in ((1, 3, 0), (2, 0, 9), (3, 1, 1)):
        for arm, n in (("glosa", here), ("unadvised", there)):
            place = tmp_path / f"{arm}-{seed}"
            made[arm, seed] = write_run(place, arm, seed, collisions=n, emergency_brakings=n)
    effects = write_results(made, study=study(), out=tmp_path / "out")["effects"]
    assert effects["glosa"]["seeds_with_more"] == {
        "collisions": 1, "emergency_brakings": 1, "emergency_stops": 0,
    }  # fmt: skip


def test_changes_of_advice_are_counted_per_km_of_those_who_can_have_any(folders, tmp_path):
    made = folders()
    arms = write_results(made, study=study(), out=tmp_path / "out")["arms"]
    # 20 equipped vehicles with 2 changes each on 10 km.
    assert arms["glosa"]["advice_changes_per_km"] == pytest.approx(4.0)
    assert arms["unadvised"]["advice_changes_per_km"] == 0.0
    assert arms["none"]["advice_changes_per_km"] == 0.0
    for seed in (1, 2, 3):
        path = made["glosa", seed] / "vehicles.parquet"
        untold = pl.lit(None, dtype=pl.Int64)
        pl.read_parquet(path).with_columns(advice_changes=untold).write_parquet(path)
    arms = write_results(made, study=study(), out=tmp_path / "out")["arms"]
    assert arms["glosa"]["advice_changes_per_km"] is None


def test_equal_arms_have_no_effect_and_smoothing_is_told_beside_the_effects(folders, tmp_path):
    summary = write_results(folders(), study=study(), out=tmp_path / "out")
    assert summary["reference"] == "unadvised"
    for effect in (summary["smoothing"], summary["effects"]["none"]):
        assert effect["trip_time_pct"]["mean"] == 0.0
        assert effect["equipped"]["trip_time_pct"]["n"] == 3
    assert set(summary["effects"]) == {"none", "glosa"}


def test_a_group_without_vehicles_has_no_effect(folders, tmp_path):
    made = folders()
    for folder in made.values():
        path = folder / "vehicles.parquet"
        pl.read_parquet(path).with_columns(equipped=True, road=pl.lit("main")).write_parquet(path)
    summary = write_results(made, study=study(), out=tmp_path / "out")
    assert summary["effects"]["glosa"]["unequipped"]["stops_pct"] is None
    assert summary["effects"]["glosa"]["side"]["stops_pct"] is None


@pytest.mark.parametrize("arms", [ARMS, ("none", "glosa"), ("none",)])
@pytest.mark.parametrize("seeds", [(1,), (1, 2, 3)])
def test_the_summary_keeps_to_its_schema(folders, tmp_path, arms, seeds):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    made = {key: folder for key, folder in folders(seeds=seeds).items() if key[0] in arms}
    summary = write_results(made, study=study(arms, seeds), out=tmp_path / "out")
    jsonschema.validate(summary, schema)
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8")) == summary
    assert not jsonschema.Draft202012Validator(schema).is_valid(summary | {"more": 1})
    if len(seeds) == 1 and arms == ARMS:
        assert summary["effects"]["glosa"]["stops_pct"]["low"] is None
        broken = json.loads(json.dumps(summary))
        broken["effects"]["glosa"]["equipped"]["more_pct"] = None
        assert not jsonschema.Draft202012Validator(schema).is_valid(broken)


def test_the_same_runs_give_the_same_bytes_in_whatever_order(folders, tmp_path):
    made = folders()
    write_results(made, study=study(), out=tmp_path / "one")
    write_results(dict(reversed(made.items())), study=study(), out=tmp_path / "two")
    write_results(made, study=study(), out=tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert names == [
        "roads.parquet", "runs.csv", "signals.parquet", "summary.json", "timings.csv",
        "trajectories.parquet", "vehicles.parquet",
    ]  # fmt: skip
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_tables_are_in_the_order_of_arms_seeds_and_vehicles(folders, tmp_path):
    write_results(folders(), study=study(), out=tmp_path / "out")
    table = pl.read_parquet(tmp_path / "out" / "vehicles.parquet")
    keys = list(zip(table["arm"], table["seed"], table["vehicle_id"], strict=True))
    assert keys == sorted(keys, key=lambda key: (ARMS.index(key[0]), key[1], key[2]))
    assert table.columns[:3] == ["arm", "seed", "vehicle_id"]
    assert table.height == 9 * N_VEHICLES
    roads = pl.read_parquet(tmp_path / "out" / "roads.parquet")
    assert roads["edge_id"].to_list() == ["a", "b"] * 9
    assert pl.read_parquet(tmp_path / "out" / "signals.parquet")["arm"].unique().len() == 3


def test_a_run_that_was_kept_under_another_name_is_told_under_its_own(folders, tmp_path):
    made = folders()
    made[("glosa-sumo", 1)] = made[("glosa", 1)]
    arms = ("unadvised", "glosa-sumo")
    summary = write_results(made, study=study(arms, (1,)), out=tmp_path / "out")
    assert set(summary["arms"]) == set(arms)
    table = pl.read_parquet(tmp_path / "out" / "vehicles.parquet")
    assert set(table["arm"]) == set(arms)


def test_runs_csv_has_a_row_per_run_and_timings_are_elsewhere(folders, tmp_path):
    made = folders()
    del made["glosa", 2]
    write_results(made, study=study(), out=tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "runs.csv")
    assert [(row["arm"], row["seed"], row["counted"]) for row in rows[:3]] == [
        ("none", "1", "true"), ("none", "2", "false"), ("none", "3", "true"),
    ]  # fmt: skip
    assert len(rows) == 8
    assert float(rows[0]["distance_km"]) == 20.0
    assert "co2_own_g_per_km" in rows[0]
    assert not any("wall" in name for name in rows[0])
    timings = read_csv(tmp_path / "out" / "timings.csv")
    assert timings[0] == {"arm": "none", "seed": "1", "wall_s": "1.5", "steps": "10"}


def test_only_seeds_that_are_finished_in_all_arms_count(folders, tmp_path):
    made = folders()
    del made["glosa", 2]
    summary = write_results(
        made, study=study(), out=tmp_path / "out", failures=["glosa, seed 2: SUMO died"]
    )
    assert summary["seeds"] == [1, 3]
    assert summary["effects"]["glosa"]["stops_pct"]["n"] == 2
    assert "glosa, seed 2: SUMO died" in summary["warnings"]
    assert any("seed 2 is not finished in all arms" in text for text in summary["warnings"])


def test_an_arm_without_a_finished_run_is_left_out_and_does_not_cost_seeds(folders, tmp_path):
    made = folders(factors=(("none", 1.0), ("unadvised", 1.0)))
    summary = write_results(made, study=study(), out=tmp_path / "out")
    assert summary["seeds"] == [1, 2, 3]
    assert set(summary["arms"]) == {"none", "unadvised"}
    assert "glosa: no run was finished; this arm is left out" in summary["warnings"]


def test_without_the_reference_nothing_is_compared(folders, tmp_path):
    made = folders(factors=(("none", 1.0), ("glosa", 0.9)))
    summary = write_results(made, study=study(), out=tmp_path / "out")
    assert summary["reference"] is None
    assert summary["effects"] == {}
    assert any(text.startswith("unadvised: without this") for text in summary["warnings"])


def test_nothing_finished_still_gives_a_summary_that_says_so(tmp_path):
    summary = write_results({}, study=study(), out=tmp_path / "out", failures=["all died"])
    assert summary["arms"] == {}
    assert summary["warnings"][0] == "all died"
    jsonschema.validate(summary, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_arms_with_other_vehicles_are_not_compared(folders, tmp_path):
    made = folders()
    made["glosa", 2] = write_run(tmp_path / "fewer", "glosa", 2, n=N_VEHICLES - 1)
    summary = write_results(made, study=study(), out=tmp_path / "out")
    assert set(summary["effects"]) == {"none"}
    assert set(summary["arms"]) == set(ARMS)
    assert (
        "glosa, seed 2: 39 vehicles, unadvised has 40; the two are not compared"
        in summary["warnings"]
    )


def test_events_that_spoil_a_comparison_are_warned_of(folders, tmp_path):
    made = folders()
    made["glosa", 2] = write_run(tmp_path / "bad", "glosa", 2, collisions=2, teleports=3)
    warnings = write_results(made, study=study(), out=tmp_path / "out", warnings=["first"])[
        "warnings"
    ]
    assert warnings[0] == "first"
    assert "glosa: 3 teleports; a teleported metre emits nothing" in warnings
    assert "glosa: 2 collisions, unadvised has 0" in warnings
    assert any(text.startswith("few seeds (3)") for text in warnings)


def test_eight_clean_seeds_give_no_warning(folders, tmp_path):
    seeds = tuple(range(1, 9))
    summary = write_results(folders(seeds=seeds), study=study(seeds=seeds), out=tmp_path / "out")
    assert summary["warnings"] == []


def test_a_damaged_run_leaves_the_results_of_before_as_they_were(folders, tmp_path):
    made = folders()
    write_results(made, study=study(), out=tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    (made["glosa", 2] / "vehicles.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match=r"vehicles\.parquet is damaged"):
        write_results(made, study=study(), out=tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_an_error_while_writing_leaves_no_summary_and_no_piece(folders, tmp_path, monkeypatch):
    made = folders()
    write_results(made, study=study(), out=tmp_path / "out")

    def fail(self, *args, **kwargs):
        Path(args[0]).write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", fail)
    with pytest.raises(OSError, match="disk full"):
        write_results(made, study=study(), out=tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert "summary.json" not in names
    assert not any(name.endswith(".tmp") for name in names)
    assert pl.read_parquet(tmp_path / "out" / "vehicles.parquet").height == 9 * N_VEHICLES


def test_files_of_before_that_have_no_successor_go(folders, tmp_path):
    made = folders()
    write_results(made, study=study(), out=tmp_path / "out")
    for folder in made.values():
        (folder / "signals.parquet").unlink(missing_ok=True)
    write_results(made, study=study(), out=tmp_path / "out")
    assert not (tmp_path / "out" / "signals.parquet").exists()


def test_figures_are_rounded_to_ten_digits_and_nan_is_nothing():
    assert rounded({"a": [0.1 + 0.2, 1e20 / 3], "b": math.nan, "c": 7, "d": -0.0, "e": True}) == {
        "a": [0.3, 33333333330000000000.0], "b": None, "c": 7, "d": 0.0, "e": True,
    }  # fmt: skip
    assert math.copysign(1, rounded(-1e-320 * 0)) == 1


def test_json_is_written_in_one_form(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": ["ü"]})
    assert (tmp_path / "a.json").read_text("utf-8") == '{\n  "a": [\n    "ü"\n  ],\n  "b": 1\n}\n'
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "a.json", {"a": math.nan})
    assert "ü" in (tmp_path / "a.json").read_text("utf-8")


def test_seeds_that_failed_are_told_by_arm(folders, tmp_path):
    made = folders()
    del made["glosa", 2]
    summary = write_results(made, study=study(), out=tmp_path / "out")
    assert summary["failed_runs"] == {"glosa": [2]}
    assert summary["seeds"] == [1, 3]


def test_waiting_outside_that_an_arm_moves_is_told_with_its_weight(folders, tmp_path):
    made = folders()
    for seed in (1, 2, 3):
        folder = made["glosa", seed]
        table = pl.read_parquet(folder / "vehicles.parquet")
        longer = table.with_columns(pl.col("depart_delay_s") + 10.0)
        longer.write_parquet(folder / "vehicles.parquet")
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        (folder / "run.json").write_text(json.dumps(run | {"idle_co2_g_per_s": 1.5}))
    summary = write_results(made, study=study(), out=tmp_path / "out")
    (warning,) = [text for text in summary["warnings"] if "to enter the road" in text]
    mean_g = np.mean(
        [vehicles("unadvised", seed, 1.0)["co2_hbefa4_g"].mean() for seed in (1, 2, 3)]
    )
    assert f"{100 * 15.0 / mean_g:+.1f} points" in warning


def test_signals_and_advice_are_a_table_of_their_own_in_summary_and_file(
    folders, tmp_path, check_columns
):
    factors = (("unadvised", 1.0), ("eco", 0.9), ("actuated", 0.95), ("actuated+eco", 0.87))
    arms = tuple(arm for arm, _ in factors)
    out = tmp_path / "out"
    summary = write_results(folders(factors), study=study(arms), out=out)
    jsonschema.validate(summary, json.loads(SCHEMA.read_text(encoding="utf-8")))
    share = summary["factors"]["shares_kept"]["actuated"]["eco"]["co2_hbefa4_share"]
    assert share["mean"] == pytest.approx(0.8)
    check_columns("factors", out)
    rows = read_csv(out / "factors.csv")
    [row] = [
        row for row in rows if row["figure"] == "shares_kept" and row["metric"] == "co2_hbefa4"
    ]
    assert float(row["mean"]) == share["mean"]
    write_results(folders(factors[:2], seeds=(4,)), study=study(arms[:2], seeds=(4,)), out=out)
    assert not (out / "factors.csv").exists()
