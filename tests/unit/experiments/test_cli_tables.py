import io

from rich.console import Console

from experiments.commands.tables import arms_table, effects_table
from experiments.measures import (
    ARM_MEANS,
    EFFECT_FIELDS,
    GROUPS,
    RUN_COUNTERS,
    effect_columns,
    effect_key,
    per_km_place,
)
from experiments.run_accounts import account_columns

COLUMNS = tuple(account_columns(()))
METRICS = tuple(effect_columns(COLUMNS))
MEAN_ONLY = dict.fromkeys(EFFECT_FIELDS) | {"mean": 1.234, "n": 1}


def effect(mean, low, high):
    return {"mean": mean, "low": low, "high": high, "n": 8, "bca_low": low, "bca_high": high}


def summary(**changes):
    effects = {effect_key(metric): effect(-2.5, -3.0, -2.0) for metric in METRICS}
    effects |= {group: dict.fromkeys(map(effect_key, METRICS)) for group in GROUPS}
    return {
        "scenario": "town",
        "reference": "unadvised",
        "seeds": [1, 2],
        "arms": {"unadvised": figures()},
        "effects": {"glosa": effects | changes},
    }


def row(table, name):
    console = Console(file=io.StringIO(), width=160)
    console.print(table)
    [found] = [x for x in console.file.getvalue().splitlines() if x.strip(" │┃|").startswith(name)]
    return found


def test_an_effect_is_told_with_its_interval():
    found = row(effects_table(summary()), "trip time")
    assert "-2.50 [-3.00, -2.00]" in found
    assert "*" not in found


def test_an_interval_around_zero_bears_a_star():
    change = {effect_key("stops"): effect(0.5, -1.0, 2.0)}
    assert "+0.50 [-1.00, +2.00]*" in row(effects_table(summary(**change)), "stops")


def test_one_seed_has_no_interval_and_no_comparison_a_dash():
    changes = {effect_key("stops"): MEAN_ONLY, effect_key("creep_time"): None}
    table = effects_table(summary(**changes))
    assert "+1.23" in row(table, "stops")
    assert "[" not in row(table, "stops")
    assert " - " in row(table, "creeping")


def test_groups_are_told_where_there_are_any():
    group = dict.fromkeys(map(effect_key, METRICS))
    group[effect_key("trip_time")] = effect(1.0, 0.5, 1.5)
    table = effects_table(summary(unequipped=group))
    assert "+1.00 [+0.50, +1.50]" in row(table, "trip time, unequipped")
    names = [str(cell) for cell in table.columns[0].cells]
    assert "trip time, equipped" not in names
    assert "CO2 own, unequipped" not in names


def figures(**changes):
    found = dict.fromkeys((*ARM_MEANS, *RUN_COUNTERS), 1.0)
    for key, name in map(per_km_place, COLUMNS):
        found.setdefault(key, {})[name] = 170.25 if name == "bev" else 150.0
    return found | changes


def test_a_figure_that_is_missing_is_a_dash():
    arms = {"none": figures(advice_share=None)}
    table = arms_table({"arms": arms, "effects": {}, "seeds": [1]})
    assert " - " in row(table, "share of time with advice")
    assert "170.2" in row(table, "energy bev")
    assert "150.0" in row(table, "CO2 hbefa4_nojump")


def safety_of(**changes):
    arms = {
        "unadvised": figures(),
        "glosa": figures(low_ttc_s_per_vehicle_km=0.25, collisions=3, emergency_stops=0),
    }
    return arms_table(summary(**changes) | {"arms": arms})


def test_a_rate_of_safety_is_told_with_its_difference():
    key = "low_ttc_s_per_vehicle_km_diff"
    found = row(safety_of(**{key: effect(0.0412, 0.01, 0.07)}), "TTC < 1.5 s")
    assert "1.000 " in found
    assert "0.250 (+0.041 [+0.010, +0.070])" in found
    assert "*)" in row(safety_of(**{key: effect(0.0, -0.01, 0.01)}), "TTC < 1.5 s")
    assert "0.250 (+1.234) " in row(safety_of(**{key: MEAN_ONLY}), "TTC < 1.5 s")


def test_seeds_with_more_events_than_the_reference_are_told():
    table = safety_of(seeds_with_more={"collisions": 1, "emergency_stops": 0})
    assert "3 (more in 1 of 2 seeds)" in row(table, "collisions")
    assert "more" not in row(table, "emergency stops")
