from types import SimpleNamespace

import polars as pl
import pytest

from experiments.report.page import write_report
from experiments.report.plot_style import drawing_style
from experiments.report.plot_who_pays import draw_who_pays
from experiments.report.who_pays import missed_share, shares_by_approach, who_pays_table


def results(*journeys):
    """Results of vehicles given as (arm, id, wait to enter, crossings after depart, trip time)."""
    vehicles, crossings = [], []
    for arm, vehicle_id, wait_s, crossed_s, trip_s in journeys:
        vehicles.append((arm, 1, vehicle_id, wait_s, trip_s))
        for place, time_s in enumerate(crossed_s):
            road, is_main = ("side-road", False) if place else ("main-road", True)
            key = (arm, 1, vehicle_id, place, f"J{place}")
            crossings.append((*key, road, "High Street" if is_main else "", is_main, 1000 + time_s))
    names = (
        "arm",
        "seed",
        "vehicle_id",
        "place",
        "signal_id",
        "edge_id",
        "street",
        "main",
        "time_s",
    )
    trips = ("arm", "seed", "vehicle_id", "depart_delay_s", "trip_time_s")
    return SimpleNamespace(
        focus="eco",
        reference="unadvised",
        vehicles=pl.DataFrame(vehicles, schema=trips, orient="row"),
        crossings=pl.DataFrame(crossings, schema=names, orient="row"),
    )


TWO = results(
    ("unadvised", "v", 0.0, [20.0, 50.0], 70.0),
    ("unadvised", "w", 2.0, [30.0], 60.0),
    ("eco", "v", 1.0, [50.0, 78.0], 99.0),  # misses the first green, and catches up 2 s
    ("eco", "w", 2.0, [29.0], 59.0),
)


def by_name(shares):
    return {share.name: share for share in shares}


def test_a_delay_is_told_where_it_arose_and_not_again_behind_it():
    found = by_name(shares_by_approach(TWO))
    first, second = found["J0 from High Street"], found["J1 from side-road"]
    assert sorted(first.changes_s) == [-1.0, 29.0]  # 30 s later, 1 s of it by the wait to enter
    assert second.changes_s.to_list() == [-2.0]
    assert (first.kind, second.kind) == ("main", "side")


def test_the_parts_add_up_to_the_change_of_the_mean_trip_time():
    found = by_name(shares_by_approach(TWO))
    assert found["Wait to enter the road"].of_mean_s == 0.5
    assert found["Behind the last signal"].changes_s.to_list() == [1.0, 0.0]
    assert sum(share.of_mean_s for share in found.values()) == pytest.approx((29.0 - 1.0) / 2)
    assert who_pays_table(list(found.values()))[-1].cells[-1].change == "+14.00 s"


def test_whoever_takes_20_s_longer_has_missed_a_green():
    found = by_name(shares_by_approach(TWO))
    assert missed_share(found["J0 from High Street"].changes_s) == 0.5
    assert missed_share(pl.Series([20.0, 20.1, -30.0, 0.0])) == 0.25
    row = who_pays_table(shares_by_approach(TWO))[0]
    assert [cell.value for cell in row.cells[:4]] == [
        "2",
        "+6.5 / +14.0 / +21.5",
        "50.0\u202f%",
        "0.0\u202f%",
    ]


def test_approaches_that_matter_less_are_told_together():
    journeys = []
    for arm, slope in (("unadvised", 0.0), ("eco", 0.5)):
        crossed_s = [10.0 * place + slope * place**2 for place in range(1, 16)]
        journeys.append((arm, "v", 0.0, crossed_s, 200.0 + slope))
    shares = shares_by_approach(results(*journeys))
    assert [share.name for share in shares[12:]] == [
        "3 other approaches",
        "Wait to enter the road",
        "Behind the last signal",
    ]
    sizes = [abs(share.of_mean_s) for share in shares[:12]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_vehicle_that_meets_no_signal_counts_behind_the_last_one():
    shares = shares_by_approach(
        results(
            ("unadvised", "v", 0.0, [20.0], 50.0),
            ("unadvised", "w", 0.0, [], 50.0),
            ("eco", "v", 0.0, [20.0], 50.0),
            ("eco", "w", 3.0, [], 58.0),
        )
    )
    assert by_name(shares)["Behind the last signal"].changes_s.to_list() == [0.0, 5.0]


def test_nothing_is_told_where_nothing_was_compared():
    alone = SimpleNamespace(**vars(TWO) | {"focus": None})
    empty = SimpleNamespace(**vars(TWO) | {"crossings": TWO.crossings.clear()})
    for nothing in (alone, empty):
        assert shares_by_approach(nothing) == []
    assert who_pays_table([]) == []
    assert draw_who_pays([], "eco", "unadvised") is None


def test_the_picture_says_where_most_is_lost():
    with drawing_style():
        picture = draw_who_pays(shares_by_approach(TWO), "eco", "unadvised").picture()
    assert "most at J0 from High Street: 14.00 s per vehicle" in picture.svg


def record(study):
    """Add to a made-up study what explains its vehicles."""
    rows = pl.read_parquet(study / "trajectories.parquet")
    keys = ["arm", "seed", "vehicle_id"]
    steps = rows.select(*keys, "time_s", "speed_mps", distance_m="position_m")
    for name in ("co2_hbefa4_g", "co2_hbefa4_nojump_g", "co2_phemlight5_g", "energy_bev_wh"):
        steps = steps.with_columns(pl.lit(1.0).alias(name))
    steps.write_parquet(study / "journeys.parquet")
    signals = pl.read_parquet(study / "signals.parquet")
    lights = signals.select("arm", "seed", "signal_id", "start_s", "end_s", "state")
    lights = lights.with_columns(link_index=pl.lit(0, dtype=pl.Int64))
    lights.write_parquet(study / "lights.parquet")
    parts = []
    for place, (signal, line_m) in enumerate((("J0", 300.0), ("J1", 700.0), ("J2", 1050.0))):
        behind = rows.filter(pl.col("position_m") >= line_m)
        first = behind.group_by(keys).agg(pl.col("time_s").min(), distance_m=pl.lit(line_m))
        named = {"signal_id": signal, "edge_id": f"E{place}", "street": ""}
        parts.append(
            first.with_columns(
                **{name: pl.lit(text) for name, text in named.items()},
                place=pl.lit(place, dtype=pl.Int64),
                link_index=pl.lit(0, dtype=pl.Int64),
                main=pl.lit(value=True),
            )
        )
    pl.concat(parts).sort(*keys, "place").write_parquet(study / "crossings.parquet")


def test_the_page_tells_who_pays_where_and_explains_a_vehicle(study):
    record(study)
    page = write_report(study).read_text(encoding="utf-8")
    assert "J1 from E1" in page
    assert "cap-whopays" in page and "cap-explained" in page
    assert "Mean trip time" in page
    assert "Vehicle main" in page and "glosa against unadvised" in page
    assert write_report(study).read_text(encoding="utf-8") == page


def test_a_page_without_records_says_so(study):
    page = write_report(study).read_text(encoding="utf-8")
    assert "No crossings were recorded" in page
    assert "No single vehicles were recorded" in page
