import pytest

from experiments.require import parse_condition

ARMS = ("none", "unadvised", "glosa-sumo", "glosa-sumo:300/2/1.0", "glosa")
TUNED = "glosa-sumo:300/2/1.0"


def effect(high):
    return {"mean": high - 1.0, "low": high - 2.0, "high": high, "n": 8}


SUMMARY = {
    "arms": {"glosa": {"collisions": 0, "co2_g_per_km": {"own": 181.5}}},
    "effects": {
        "glosa": {
            "trip_time_pct": effect(1.0),
            "equipped": {"co2_own_pct": effect(-0.5)},
            "low_ttc_s_per_vehicle_km_diff": effect(0.02),
            "seeds_with_more": {"collisions": 0, "emergency_stops": 2},
        },
        TUNED: {"trip_time_pct": effect(3.0), "stops_pct": None},
        "glosa-sumo": {"trip_time_pct": effect(7.0) | {"low": None}},
    },
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [("glosa.trip_time_pct.high <= 1", True), ("glosa.trip_time_pct.high < 1", False),
     ("glosa.trip_time_pct.high==1.0", True), ("glosa.trip_time_pct.high != 1", False),
     ("glosa.trip_time_pct.high >1e-3", True), ("glosa.equipped.co2_own_pct.high < -0.4", True),
     (f"{TUNED}.trip_time_pct.high >= 3", True), ("glosa-sumo.trip_time_pct.high > 6", True),
     ("effects.glosa.trip_time_pct.n >= 8", True), ("arms.glosa.collisions == 0", True),
     ("arms.glosa.co2_g_per_km.own < 181", False),
     ("glosa.low_ttc_s_per_vehicle_km_diff.high <= 0", False),
     ("glosa.seeds_with_more.collisions == 0", True),
     ("glosa.seeds_with_more.emergency_stops == 0", False)],
)  # fmt: skip
def test_conditions_are_checked_against_the_figure_they_name(text, holds):
    assert parse_condition(text, ARMS).holds(SUMMARY) is holds


@pytest.mark.parametrize(
    "text",
    ["glosa-sumo.trip_time_pct.low < 99", f"{TUNED}.stops_pct.mean < 99",
     "none.trip_time_pct.high != 3", "smoothing.co2_own_pct.mean < 99"],
)  # fmt: skip
def test_a_figure_that_is_missing_meets_no_condition(text):
    condition = parse_condition(text, ARMS)
    assert not condition.holds(SUMMARY)
    assert "not met, there is no such figure" in condition.sentence(SUMMARY)


def test_the_sentence_tells_the_value_found():
    sentence = parse_condition("glosa.trip_time_pct.high <= 0.5", ARMS).sentence(SUMMARY)
    assert sentence == "required glosa.trip_time_pct.high <= 0.5: not met, it is 1"


@pytest.mark.parametrize(
    ("text", "words"),
    [("glosa.trip_tim_pct.high < 1", "did you mean 'glosa.trip_time_pct.high'"),
     ("glosa-sumo:300/2/1.trip_time_pct.high < 1", "not among the arms"),
     ("eco.equipped.trip_time_pct.high < 1", "'eco' is not among the arms"),
     ("unadvised.trip_time_pct.high < 1", "what the others are compared with"),
     ("glosa.trip_time_pct.high = 1", "is no condition"), ("glosa", "is no condition"),
     ("", "is no condition"),
     ("glosa.trip_time_pct < 1", r"several figures; add one of \.mean, \.low, \.high"),
     ("glosa.trip_time_pct.high < one", "compare with a number, got 'one'"),
     ("glosa.trip_time_pct.high < nan", "compare with a number"), ("x < 1", "no figure is called")],
)  # fmt: skip
def test_a_bad_condition_is_refused_before_anything_runs(text, words):
    with pytest.raises(ValueError, match=words):
        parse_condition(text, ARMS)


def test_smoothing_is_known_only_where_it_will_be_in_the_results():
    assert parse_condition("smoothing.co2_own_pct.mean < 0", ARMS).path[0] == "smoothing"
    with pytest.raises(ValueError, match="needs both"):
        parse_condition("smoothing.co2_own_pct.mean < 0", ("none", "glosa"))


@pytest.mark.parametrize("arm", ["actuated+eco", "committed:10+eco", "committed:2.5"])
def test_an_arm_of_signals_and_advice_can_be_named(arm):
    condition = parse_condition(f"{arm}.trip_time_pct.high <= 1", ("unadvised", arm))
    assert condition.path == ("effects", arm, "trip_time_pct", "high")
    assert condition.holds({"effects": {arm: {"trip_time_pct": {"high": 0.5}}}})
