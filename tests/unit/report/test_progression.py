"""Bands of greens and what vehicles meet on the main road, from greens and ways worked by hand."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from experiments.report.data import along_arms, focus_arm, read_results, treated_arms
from experiments.report.plot_bands import draw_bands, progression_table, progressions
from experiments.report.plot_phases import draw_phases, groups_of
from experiments.report.plot_style import drawing_style
from experiments.report.progression import Line, achieved, common, entries_at, joined, widest_band
from experiments.report.stage import choose_stage

CYCLE_S, GREEN_S = 90.0, 40.0


def line(name, position_m, offset_s, green_s=GREEN_S):
    starts_s = offset_s + CYCLE_S * np.arange(20)
    return Line(
        signal_id=name,
        position_m=position_m,
        greens_s=np.stack([starts_s, starts_s + green_s], axis=1),
    )


def test_greens_that_are_timed_for_a_speed_leave_the_whole_green_as_band():
    lines = [line("a", 100.0, 0.0), line("b", 600.0, 50.0), line("c", 1100.0, 10.0 + CYCLE_S)]
    band = widest_band(lines, fastest_mps=14.0)
    assert band.speed_mps == pytest.approx(10.0)
    assert band.cycle_s == CYCLE_S
    assert band.width_s == pytest.approx(GREEN_S, rel=0.06)


def test_greens_that_shut_each_other_out_leave_no_band():
    lines = [line("a", 0.0, 0.0, 5.0), line("b", 10.0, 45.0, 5.0)]
    assert widest_band(lines, fastest_mps=14.0).share == 0.0


def test_who_enters_in_a_band_at_its_speed_meets_no_red():
    lines = [line("a", 50.0, 3.0), line("b", 430.0, 20.0, 30.0), line("c", 900.0, 75.0, 50.0)]
    for speed_mps in (8.0, 11.0, 13.0):
        for spell in entries_at(lines, speed_mps):
            for entry_s in np.linspace(*spell, 5)[1:-1]:
                for each in lines:
                    there_s = entry_s + (each.position_m - 50.0) / speed_mps
                    assert (
                        (each.greens_s[:, 0] <= there_s) & (there_s <= each.greens_s[:, 1])
                    ).any()


def test_a_single_signal_has_no_band():
    assert widest_band([line("a", 0.0, 0.0)], fastest_mps=14.0) is None


def test_spells_that_touch_are_one_and_common_ones_are_cut():
    assert joined(np.array([[0.0, 5.0], [5.0, 9.0], [20.0, 30.0]])).tolist() == [[0, 9], [20, 30]]
    first, second = np.array([[0.0, 10.0], [20.0, 30.0]]), np.array([[5.0, 22.0], [29.0, 40.0]])
    assert common(first, second).tolist() == [[5, 10], [20, 22], [29, 30]]


def way(vehicle, start_s, speeds_mps):
    """A vehicle that drives at some speeds, one per second, from the start of the road."""
    speeds = np.array(speeds_mps, dtype=float)
    position_m = np.concatenate([[0.0], np.cumsum(speeds)[:-1]])
    return pl.DataFrame(
        {
            "vehicle_id": vehicle,
            "time_s": start_s + np.arange(speeds.size, dtype=float),
            "position_m": position_m,
            "speed_mps": speeds,
        }
    )


def test_who_stops_arrives_at_the_queue_and_not_when_the_line_is_crossed():
    # Green from 30 s on: one waits at 95 m from 10 to 31 s, the other comes at speed in the green.
    lines = [line("a", 100.0, 30.0), line("b", 200.0, 30.0)]
    rows = pl.concat(
        [way("waits", 0.0, [9.5] * 10 + [0.0] * 21 + [10.0] * 30), way("flows", 25.0, [10.0] * 40)]
    )
    met = achieved(rows, lines)
    assert (met.n_vehicles, met.n_arrivals) == (2, 4)
    assert met.on_green == pytest.approx(3 / 4)
    assert met.stops_per_vehicle == pytest.approx(0.5)
    assert met.speed_mps == pytest.approx(10.0)


def test_a_slow_second_is_no_stop():
    lines = [line("a", 100.0, 0.0), line("b", 200.0, 0.0)]
    met = achieved(way("one", 0.0, [10.0] * 8 + [1.0] + [10.0] * 30), lines)
    assert met.stops_per_vehicle == 0.0


def test_nobody_on_the_road_is_told_as_nothing():
    lines = [line("a", 100.0, 0.0)]
    assert achieved(way("short", 0.0, [5.0] * 3), lines) is None


@pytest.mark.parametrize(
    ("arms", "along"),
    [
        (("none", "unadvised", "glosa"), ("unadvised", "glosa")),
        (
            ("unadvised", "eco", "actuated", "actuated+eco", "committed:10", "committed:10+eco"),
            ("unadvised", "eco", "committed:10", "committed:10+eco"),
        ),
        (("unadvised", "actuated"), ("unadvised", "actuated")),
        (
            ("unadvised", "delay_based+glosa", "actuated"),
            ("unadvised", "delay_based+glosa"),
        ),
    ],
)
def test_ways_are_told_of_reference_focus_and_the_leading_control(arms, along):
    assert along_arms(arms, "unadvised", focus_arm(treated_arms(arms))) == along


def test_the_arm_that_is_asked_for_comes_with_its_own_signals():
    arms = ("unadvised", "eco", "actuated", "actuated+eco", "committed:5", "committed:5+eco")
    along = along_arms(arms, "unadvised", "actuated+eco")
    assert along == ("unadvised", "actuated+eco", "actuated")


def test_an_arm_that_only_controls_signals_gives_no_advice_and_is_treated():
    arms = ("none", "unadvised", "actuated", "actuated+eco")
    assert treated_arms(arms) == ("actuated", "actuated+eco")
    assert focus_arm(treated_arms(arms)) == "actuated+eco"


@pytest.fixture
def results(built):
    """With what each link showed: two links of each signal as the main road, one against it."""
    found = read_results(built)
    main = found.signals.filter(pl.col("start_s") < 1000.0)
    against = main.with_columns(state=pl.col("state").replace({"G": "r", "r": "G"}))
    links = [main.with_columns(link_index=pl.lit(n, dtype=pl.Int64)) for n in (0, 1)]
    links.append(against.with_columns(link_index=pl.lit(2, dtype=pl.Int64)))
    lights = pl.concat(links).drop("direction", "position_m")
    return dataclasses.replace(found, lights=lights, signals=main)


def test_band_diagrams_and_their_numbers_are_drawn_of_results(results):
    found = progressions(results)
    table = progression_table(found)
    assert table["arm"].to_list() == ["unadvised", "glosa"]
    assert table["cycle_s"].to_list() == [90.0, 90.0]
    assert table["on_green_share"].is_between(0, 1).all()
    stage = choose_stage(results.trajectories, results.reference)
    with drawing_style():
        chart = draw_bands(results, stage, found)
        assert "<svg" in chart.picture().svg
    assert set(chart.tables) == {"", "shapes", "signals", "vehicles"}


def test_links_that_show_the_same_are_one_row_of_the_phase_diagram(results):
    groups = groups_of(results)
    assert [(g.signal_id, g.name, g.is_main) for g in groups[:2]] == [
        ("J0", "0-1", True),
        ("J0", "2", False),
    ]
    stage = choose_stage(results.trajectories, results.reference)
    with drawing_style():
        table = draw_phases(results, stage).tables[""]
    assert (table["end_s"] - table["start_s"]).sum() == pytest.approx(6 * 2 * CYCLE_S)
