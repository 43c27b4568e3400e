import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.credits.points import (
    agreed_share,
    conservative_share,
    followed_shares,
    hit_by_outages,
    judged,
    points_of,
    share_factor,
)
from experiments.credits.rules import Rules, load_rules
from experiments.data_files import ConfigError

RULES = Rules(account="co2_hbefa4")


def trips(**columns):
    n = len(next(iter(columns.values())))
    plain = {
        "vehicle_id": [f"v{number}" for number in range(n)], "equipped": [True] * n,
        "reference": [100.0] * n, "advised": [90.0] * n, "advised_s": [30.0] * n,
        "followed": [1.0] * n, "is_hit": [False] * n,
    }  # fmt: skip
    return pl.DataFrame(plain | columns)


@pytest.mark.parametrize(
    ("effect", "share"),
    [
        ({"n": 8, "low": -8.0, "high": -2.0}, 0.02),
        ({"n": 8, "low": -8.0, "high": 0.0}, 0.0),
        ({"n": 8, "low": -8.0, "high": 1.0}, 0.0),
        ({"n": 8, "low": 1.0, "high": 3.0}, 0.0),
        ({"n": 1, "low": None, "high": None}, 0.0),
        ({"n": 1, "low": -8.0, "high": -2.0}, 0.0),
        ({"n": 8, "low": -2.0, "high": -2.0}, 0.0),
        (None, 0.0),
    ],
)
def test_what_is_surely_saved_is_the_end_of_the_interval_nearer_to_zero(effect, share):
    assert conservative_share(effect) == share


def effects(**highs):
    return {f"{name}_pct": {"n": 8, "low": -9.0, "high": high} for name, high in highs.items()}


@pytest.mark.parametrize(
    ("account", "highs", "share"),
    [
        ("co2_hbefa4", {"co2_hbefa4": -3.0, "co2_phemlight5": -1.0}, 0.03),
        ("co2_hbefa4", {"co2_hbefa4": -3.0, "co2_phemlight5": 0.5}, 0.0),
        ("co2_own", {"co2_own": -3.0, "co2_hbefa4_nojump": 0.5}, 0.0),
        ("co2_own", {"co2_hbefa4": -3.0}, 0.0),
        ("energy_bev", {"energy_bev": -3.0, "co2_hbefa4": 5.0}, 0.03),
    ],
)
def test_all_accounts_of_the_tailpipe_must_agree_for_one_of_co2(account, highs, share):
    assert agreed_share(effects(**highs), Rules(account=account)) == share


def test_points_are_the_share_of_the_trips_own_saving_that_is_sure():
    # 4 trips of 100 g; 2 % of 400 g, that is 8 g, are sure. 30 and 10 g were saved, 20 g lost.
    table = trips(advised=[70.0, 90.0, 120.0, 100.0])
    assert share_factor(table, 0.02) == pytest.approx(8 / 40)
    rows = judged(table, 0.02, RULES)
    assert rows["points"].to_list() == pytest.approx([6.0, 2.0, 0.0, 0.0])
    assert rows["reason"].to_list() == [None, None, "no_saving", "no_saving"]


@given(
    st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4), st.booleans()), min_size=1),
    st.floats(0, 1),
)
def test_no_more_points_are_due_than_is_surely_saved_and_none_below_zero(amounts, share):
    reference, advised, equipped = (list(each) for each in zip(*amounts, strict=True))
    table = trips(reference=reference, advised=advised, equipped=equipped)
    rows = judged(table, share, RULES)
    due = rows.filter(pl.col("reason").is_null())["points"]
    assert due.sum() <= share * sum(reference) + 1e-6
    assert (rows["points"] >= 0.0).all()
    assert (rows["points"] <= rows["saved"].clip(lower_bound=0.0) + 1e-6).all()


def test_points_are_rounded_down_to_two_decimals():
    assert points_of(0.299, 1.0, RULES) == pytest.approx(0.29)
    assert points_of(0.29, 1.0, RULES) == pytest.approx(0.29)
    assert points_of(29.0, 1.0, RULES.model_copy(update={"amount_per_point": 10.0})) == 2.9
    assert points_of(-5.0, 1.0, RULES) == 0.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"advised_s": [4.9]}, "no_advice"),
        ({"advised_s": [float("nan")]}, "no_advice"),
        ({"followed": [0.69]}, "not_followed"),
        ({"followed": [None]}, "not_followed"),
        ({"is_hit": [True]}, "device_unhealthy"),
        ({"advised": [100.0]}, "no_saving"),
        ({}, None),
    ],
)
def test_a_trip_without_points_says_why(change, reason):
    table = trips(**({"vehicle_id": ["v"]} | change))
    assert judged(table, 0.05, RULES)["reason"].to_list() == [reason]


def test_without_a_claim_nobody_has_points():
    assert judged(trips(vehicle_id=["v"]), 0.0, RULES)["reason"].to_list() == ["no_claim"]


def test_vehicles_without_equipment_are_not_judged():
    assert judged(trips(equipped=[False, True]), 0.05, RULES)["vehicle_id"].to_list() == ["v1"]


def advice(rows):
    names = ("vehicle_id", "signal_id", "time_s", "speed_mps", "shown_mps", "advised_mps")
    schema = dict.fromkeys(names[:2], pl.String) | dict.fromkeys(names[2:], pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_who_is_near_what_is_shown_or_slows_down_follows():
    table = advice(
        [
            ("v", "J", 3.0, 9.0, 8.0, 8.0),  # slows down
            ("v", "J", 2.0, 12.0, 8.0, 8.0),  # too fast, the step before it
            ("v", "J", 4.0, 9.3, 8.0, 8.0),  # near enough
            ("v", "J", 5.0, 9.5, 8.0, 8.0),  # too fast, and faster
            ("v", "J", 6.0, 20.0, None, None),  # nothing is shown
            ("automated", "J", 2.0, 8.0, None, 8.0),
            ("alone", "J", 2.0, 8.0, None, None),
        ]
    )
    found = dict(followed_shares(table, 1.4).iter_rows())
    assert found == {"v": 0.5, "automated": 1.0}


@pytest.mark.parametrize(
    ("outage", "hit"),
    [
        ({"signal": "J", "begin_s": 14.0, "end_s": 15.0}, ["a"]),
        ({"signal": "*", "begin_s": 14.0, "end_s": 15.0}, ["a", "b"]),
        ({"signal": "K", "begin_s": 14.0, "end_s": 15.0}, ["b"]),
        ({"signal": "J", "begin_s": 0.0, "end_s": 10.0}, []),
        ({"signal": "J", "begin_s": 21.0, "end_s": 30.0}, []),
        ({"signal": "J", "begin_s": 20.5, "end_s": 30.0}, ["a"]),
    ],
)
def test_an_outage_hits_who_is_in_range_of_its_unit_at_that_time(outage, hit):
    rows = [(v, s, t, 9.0, None, None) for v, s in (("a", "J"), ("b", "K")) for t in (10.0, 20.0)]
    assert hit_by_outages(advice(rows), [outage], 1.0) == hit
    assert hit_by_outages(advice(rows), [], 1.0) == []


def test_rules_are_read_with_all_mistakes_told_at_their_places(tmp_path):
    file = tmp_path / "credits.yaml"
    file.write_text("account: bev\nfollowed_share: 2\nday: 2026-03-02\ndaily_cap: 3\n")
    with pytest.raises(ConfigError) as told:
        load_rules(file)
    lines = [line.removeprefix(f"{file}:") for line in told.value.problems]
    assert lines[0].startswith("1:10: account: must be an account of CO2 or electricity")
    assert lines[1].startswith("2:17: followed_share: should be less than or equal to 1")
    assert lines[2].startswith("4:1: daily_cap: unknown key; did you mean 'daily_cap_points'?")
    file.write_text("account: co2_hbefa4\ntolerance_mps: 5 km/h\n")
    assert load_rules(file).tolerance_mps == pytest.approx(5 / 3.6)
    assert load_rules(None) == Rules()
