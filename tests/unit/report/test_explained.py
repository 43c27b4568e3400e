"""One vehicle of a small made-up folder of results: 600 m, signals at 200 m and 500 m."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from controller.ramps import COASTING
from experiments.cli import app
from experiments.report.account import account_of
from experiments.report.approaches import approaches
from experiments.report.explained import explain_typical, worth_a_look
from experiments.report.explained_page import page_name, write_explained
from experiments.report.journeys import read_records
from experiments.report.plan_words import change_words, clock, plan_words, windows_words

ACCOUNTS = ("co2_hbefa4_g", "co2_hbefa4_nojump_g", "co2_phemlight5_g", "energy_bev_wh")
LINES_M = {"J1": 200.0, "J2": 500.0}
SLOWED_MPS = [10.0] * 5 + [6.0] * 30 + [10.0] * 50
PLAN = {
    "note_join_s": 1020.0,
    "note_join_m": 20.0,
    "note_hold_mps": 5.0,
    "note_ramp_mps2": -0.5,
    "note_ramp_s": 1007.0,
    "note_cruise_mps": 10.0,
    "note_slot_s": 1018.0,
    "note_place_m": 12.0,
    "note_green_s": 1015.0,
    "note_done": 0.0,
    "note_n_ahead": 3.0,
    "note_beyond_m": 0.0,
}


def drive(speeds_mps):
    """Steps of 1 s from 1000 s on, at these speeds."""
    way_m, rows = 0.0, []
    for number, speed_mps in enumerate(speeds_mps):
        way_m += speed_mps if number else 0.0
        rows.append((1000.0 + number, way_m, speed_mps))
    names = ("time_s", "distance_m", "speed_mps")
    steps = pl.DataFrame(rows, schema=names, orient="row").cast(pl.Float64)
    return steps.with_columns(*(pl.lit(1.0 + place).alias(a) for place, a in enumerate(ACCOUNTS)))


def crossings_of(steps):
    """When the way passed the lines, in whole steps."""
    rows = []
    for place, (signal, line_m) in enumerate(LINES_M.items()):
        behind = steps.filter(pl.col("distance_m") >= line_m)
        if behind.height:
            rows.append((2 * place, signal, 3, f"road{place}", "", place == 0,
                         behind["time_s"][0], line_m))  # fmt: skip
    names = ("place", "signal_id", "link_index", "edge_id", "street", "main", "time_s")
    return pl.DataFrame(rows, schema=[*names, "distance_m"], orient="row")


def said(time_s, reason, advised_mps=None, shown_mps=None, followed_mps=None, **more):
    """A row of recorded advice."""
    row = {
        "time_s": float(time_s),
        "signal_id": "J1",
        "link_index": 3,
        "reason": reason,
        "distance_m": 200.0 - 10.0 * (time_s - 1000.0),
        "speed_mps": 10.0,
        "n_queued": 0.0,
        "advised_mps": advised_mps,
        "shown_mps": shown_mps,
        "followed_mps": followed_mps,
    }
    for place, start_s in enumerate((1015.0, 1105.0, None), start=1):
        row[f"likely_start_{place}_s"] = start_s
        row[f"likely_end_{place}_s"] = None if start_s is None else start_s + 30.0
    return row | dict.fromkeys(PLAN) | more


SAID = [
    said(1001, "not_heard", likely_start_1_s=None, likely_start_2_s=None),
    said(1002, "not_needed"),
    said(1003, "not_needed"),
    said(1004, "advised", 8.0, 25 / 3.6, None, n_queued=2.0, **PLAN),
    said(1005, "advised", 8.0, 25 / 3.6, 25 / 3.6, **PLAN),
    said(1006, "advised", 7.0, 25 / 3.6, 25 / 3.6, **PLAN | {"note_done": 1.0}),
    said(1007, "advised", 6.0, 20 / 3.6, 25 / 3.6, **PLAN | {"note_slot_s": 1024.0}),
    said(1008, "advised", 6.0, 20 / 3.6, 20 / 3.6, **PLAN | {"note_slot_s": 1024.0}),
    said(1009, "late_green"),
    said(1010, "too_slow", speed_mps=0.0),
]


def build(out, *, arms=("unadvised", "eco"), told=SAID, execution="driver"):
    """A folder of results with vehicles v (advised) and w (not equipped)."""
    drives = {arms[0]: drive([10.0] * 20 + [0.0] * 10 + [10.0] * 45)}
    drives |= {arm: drive(SLOWED_MPS) for arm in arms[1:]}
    tables = {name: [] for name in ("journeys", "crossings", "lights", "vehicles", "advice")}
    for arm in arms:
        key = [pl.lit(arm).alias("arm"), pl.lit(1, dtype=pl.Int64).alias("seed")]
        for vehicle_id in ("v", "w"):
            named = [*key, pl.lit(vehicle_id).alias("vehicle_id")]
            steps = drives[arm].select(*named, pl.all())
            tables["journeys"].append(steps)
            tables["crossings"].append(crossings_of(drives[arm]).select(*named, pl.all()))
            trip = {
                "equipped": vehicle_id == "v",
                "depart_s": 990.0,
                "depart_delay_s": 10.0,
                "trip_time_s": 10.0 + steps.height,
                "co2_own_g": 100.0 + 2.0 * steps.height,
                "stops": int(arm == "unadvised"),
                "advised_s": 5.0,
            }
            tables["vehicles"].append(pl.DataFrame([trip]).select(*named, pl.all()))
        lights = [(s, 3, a, a + 15.0, state) for s in LINES_M
                  for a, state in ((990.0, "r"), (1005.0, "r"), (1020.0, "G"))]  # fmt: skip
        names = ("signal_id", "link_index", "start_s", "end_s", "state")
        tables["lights"].append(
            pl.DataFrame(lights, schema=names, orient="row").select(*key, pl.all())
        )
    if told and "eco" in arms:
        rows = pl.DataFrame(told, infer_schema_length=None)
        named = [pl.lit("eco").alias("arm"), pl.lit(1, dtype=pl.Int64).alias("seed")]
        tables["advice"].append(rows.select(*named, pl.lit("v").alias("vehicle_id"), pl.all()))
    out.mkdir()
    for name, parts in tables.items():
        if parts:
            pl.concat(parts).write_parquet(out / f"{name}.parquet")
    summary = {
        "scenario": "made-up",
        "reference": "unadvised" if "unadvised" in arms else None,
        "seeds": [1, 2],
        "arms": {arm: {} for arm in arms},
        "effects": {},
        "execution": execution,
        "step_length_s": 1.0,
    }
    (out / "summary.json").write_text(json.dumps(summary))
    (out / "runs.csv").write_text("arm\n" + "\n".join(arms) + "\n")
    return out


@pytest.fixture
def folder(tmp_path):
    return build(tmp_path / "results")


def explained(folder, vehicle_id="v"):
    return read_records(folder).explained(vehicle_id, "eco")


def part(folder, number=0, vehicle_id="v"):
    return account_of(explained(folder, vehicle_id)).parts[number].lines


def test_each_crossing_is_compared_with_the_same_without_advice(folder):
    first, second = approaches(explained(folder))
    assert (first.signal_id, second.signal_id) == ("J1", "J2")
    # 5 steps of 10 m, then 6 m each: 200 m at step 31; without advice at 20 + 10 of standing.
    assert first.crossed_s - 1000.0 == 31.0 == first.crossed_without_s + 1.0 - 1000.0
    assert (first.later_before_s, first.later_s) == (0.0, 1.0)
    assert second.later_before_s == first.later_s


def test_approaches_cut_the_way_in_pieces_that_do_not_overlap(folder):
    first, second = approaches(explained(folder))
    steps = drive(SLOWED_MPS).slice(1)
    # 100 m behind the first line, since half the way to the next is farther; the rest to 600 m.
    n_first = steps.filter(pl.col("distance_m") <= 300.0).height
    n_second = steps.filter(pl.col("distance_m").is_between(300.0, 600.0, closed="right")).height
    assert (first.stretch.duration_s, second.stretch.duration_s) == (n_first, n_second)
    assert first.stretch.accounts["energy_bev_wh"] == pytest.approx(4.0 * n_first)
    assert (first.stretch.standing_s, first.without.standing_s) == (0.0, 10.0)


def test_lines_that_are_near_each_other_share_the_way_between(tmp_path, monkeypatch):
    monkeypatch.setitem(LINES_M, "J2", 240.0)
    first, second = approaches(explained(build(tmp_path / "near")))
    steps = drive(SLOWED_MPS).slice(1)
    assert first.stretch.duration_s == steps.filter(pl.col("distance_m") <= 220.0).height
    between = pl.col("distance_m").is_between(220.0, 340.0, closed="right")
    assert second.stretch.duration_s == steps.filter(between).height


def test_steps_under_one_plan_stay_together_and_its_progress_is_no_new_plan(folder):
    first, second = approaches(explained(folder))
    assert [(len(s.rows), s.is_advised) for s in first.spells] == [
        (3, False), (3, True), (2, True), (2, False),
    ]  # fmt: skip
    assert second.spells == ()


def test_the_account_tells_windows_plan_reason_display_and_driver(folder):
    lines = part(folder)
    assert lines[0].startswith("0:16:41, 190 m before the line: No advice for 3 s: ")
    assert "own speed already meets a green (2 s); in range, no message received" in lines[0]
    assert lines[1].startswith(
        "0:16:44, 160 m before the line: Told: green 0:16:55 to 0:17:25, green 0:18:25 to 0:18:55. "
        "2 stand ahead of it. Plan: keep 36 km/h for 3.0 s, slow down at 0.5 m/s² to 18 km/h, be "
        "20 m before the line at 0:17:00 and drive on. Why: else it would stand 12 m before the "
        "line, behind 3 others, until 0:16:58, 3.0 s after the green of 0:16:55 begins. Expected: "
        "no stop."
    )
    assert "Shown: 25 km/h. The driver followed 1 s later." in lines[1]
    assert (
        "The plan changes: its turn to start is now expected at 0:17:04, not 0:16:58." in lines[2]
    )
    assert "Why" not in lines[2]
    assert "No advice for 2 s, 1 s of it standing: a green that is ending may still be" in lines[3]


def test_the_account_tells_crossing_standing_and_accounts_beside_those_without(folder):
    lines = part(folder)
    assert lines[4] == "Crossed at 0:17:11, without advice at 0:17:10: 1.0 s later."
    assert "with / without advice: 42 / 40 s, standing 0 / 10 s" in lines[5]
    assert "HBEFA4 42.0 / 40.0 g" in lines[6] and "electric cars 168.0 / 160.0 Wh" in lines[6]
    later = part(folder, 1)
    assert "(over the line before: 1.0 s later)" in later[0]


def test_the_trip_is_compared_as_a_whole(folder):
    summary = account_of(explained(folder)).summary
    assert summary[0] == (
        "Trip 95.0 s with advice, 85.0 s without (+10.0 s). CO₂ 270 g with, 250 g without "
        "(+8.0\u202f%), own class. Stops 0 with, 1 without."
    )


def test_who_is_not_equipped_is_told_to_be_moved_by_others(folder):
    account = account_of(explained(folder, "w"))
    assert "not equipped" in account.summary[1]
    assert len(account.parts) == 2


def test_without_a_reference_the_vehicle_is_told_alone(tmp_path):
    account = account_of(explained(build(tmp_path / "alone", arms=("none-such", "eco"))))
    assert "Nothing was run without advice" in account.summary[0]
    assert account.title.endswith(": eco")
    assert account.parts[0].lines[-3] == "Crossed at 0:17:11."


def test_cruise_control_is_told_of_in_place_of_a_display(tmp_path):
    lines = part(build(tmp_path / "machine", execution="automated"))
    assert "Shown" not in "".join(lines)
    assert "Cruise control is set to 29 km/h, in the end to 25" in lines[1]
    assert "Cruise control holds 22 km/h." in lines[2]


def test_a_policy_with_notes_of_its_own_has_them_told_as_they_are(tmp_path):
    told = [
        {k: v for k, v in row.items() if not k.startswith("note_")} | {"note_hope_s": 4.5}
        for row in SAID
    ]
    lines = part(build(tmp_path / "own", told=told))
    assert "Noted by the policy: hope_s 4.5." in lines[1]
    assert "Plan" not in "".join(lines)


def test_a_policy_without_notes_is_told_by_its_advice(tmp_path):
    told = [{k: v for k, v in row.items() if not k.startswith("note_")} for row in SAID]
    lines = part(build(tmp_path / "plain", told=told))
    # Without plans the five advised steps are one.
    assert "Shown: 25 km/h, 20 km/h from 0:16:47. The driver followed 1 s later." in lines[1]
    assert "Under this advice for 5 s" in lines[1]


def test_advice_that_goes_at_once_is_not_held_against_the_driver(tmp_path):
    told = [said(1004, "advised", 8.0, 25 / 3.6), said(1005, "late_green")]
    assert (
        "It went before the driver could follow." in part(build(tmp_path / "brief", told=told))[0]
    )


def test_a_driver_who_ignores_his_display_is_told_of(tmp_path):
    told = [said(1004 + n, "advised", 8.0, 25 / 3.6) for n in range(6)]
    assert "The driver did not follow." in part(build(tmp_path / "deaf", told=told))[0]


def test_a_green_that_runs_and_one_that_is_over_are_told_as_such():
    row = said(1020, "advised")
    assert windows_words(row) == "green now until 0:17:25, green 0:18:25 to 0:18:55"
    assert windows_words(row | {"time_s": 1046.0}) == "green 0:18:25 to 0:18:55"


def why(**changes):
    """A plan in words, with some notes changed."""
    changed = {f"note_{name}": value for name, value in changes.items()}
    return plan_words(said(1004, "advised", **PLAN | changed), tells_why=True)


def test_a_plan_for_a_later_green_says_so():
    words = why(green_s=1105.0)
    assert "of 0:18:25 (the second of those told) begins" in words


def test_a_plan_for_the_signal_behind_the_next_one_says_so():
    words = why(green_s=1105.0, beyond_m=210.0)
    line = "m before the line of the signal 210 m behind this one"
    assert f"be 20 {line} at" in words
    assert f"else it would stand 12 {line}, " in words
    # The greens told are those of the next signal.
    assert "of those told" not in words


def test_a_plan_that_ends_in_a_stop_says_so():
    words = why(hold_mps=0.0)
    assert "to a stop 20 m before the line, start at 0:17:00" in words
    assert "Expected: a stop" in words


def test_a_plan_tells_its_ramp_in_words():
    words = {rate: why(ramp_mps2=rate) for rate in (COASTING, 0.5)}
    assert "for 3.0 s, coast to 18 km/h" in words[COASTING]
    assert "for 3.0 s, speed up at 0.5 m/s² to 18 km/h" in words[0.5]


def test_a_change_names_what_moved():
    before, after = said(1004, "advised", **PLAN), said(1005, "advised", **PLAN)
    assert change_words(before, after) == "the old one could not be kept"
    words = change_words(before, after | {"note_green_s": 1020.0, "note_place_m": 19.6})
    assert words == (
        "the green is now expected at 0:17:00, not 0:16:55; "
        "its place in the queue is now 20 m before the line, not 12 m"
    )


def test_times_are_of_the_day():
    assert clock(25200.0) == "7:00:00"
    assert clock(25259.96) == "7:01:00"
    assert clock(59.94) == "0:00:59.9"


@pytest.mark.parametrize("kind", ["html", "png", "svg"])
def test_page_and_pictures_are_written(folder, kind):
    vehicle = explained(folder)
    path = folder / "made" / f"v.{kind}"
    write_explained(path, vehicle, approaches(vehicle), account_of(vehicle))
    content = path.read_bytes()
    assert content.startswith({"html": b"<!DOCTYPE", "png": b"\x89PNG", "svg": b"<svg"}[kind])
    if kind == "html":
        text = content.decode()
        assert "With advice (eco)" in text and "Signal J2, link 3, from road road1" in text


def test_the_picture_is_the_same_each_time(folder):
    vehicle = explained(folder)
    texts = []
    for name in ("one.svg", "other.svg"):
        write_explained(folder / name, vehicle, approaches(vehicle), account_of(vehicle))
        texts.append((folder / name).read_bytes())
    assert texts[0] == texts[1]


def test_names_of_pages_suit_any_file_system():
    assert page_name("../a b:1", "glosa-sumo:300/2/1.0") == "glosa-sumo-300-2-1.0-..-a-b-1.html"


def test_a_typical_vehicle_is_an_advised_one(folder):
    assert explain_typical(folder).vehicle_id == "v"


def test_nobody_is_typical_where_nothing_was_recorded(folder):
    (folder / "journeys.parquet").unlink()
    assert explain_typical(folder) is None


def test_vehicles_worth_a_look_are_named_once(folder):
    (found,) = worth_a_look(read_records(folder), "eco")
    assert (found.vehicle_id, found.n_signals, found.later_s) == ("v", 1, 10.0)
    assert (found.co2_g, found.co2_pct) == (20.0, 8.0)


def test_without_a_reference_no_savings_are_claimed(tmp_path):
    records = read_records(build(tmp_path / "alone", arms=("none-such", "eco")))
    (found,) = worth_a_look(records, "eco")
    assert (found.why, found.co2_g) == ("advised for longest", None)


def call(*words):
    """Exit code, stdout and stderr of `ecocorridor explain`."""
    done = CliRunner().invoke(app, ["explain", *map(str, words)])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_tells_and_draws(folder):
    code, told, _ = call(folder, "--vehicle", "v")
    assert code == 0
    assert "Vehicle v in made-up, seed 1: eco against unadvised" in told
    assert "Expected: no stop." in " ".join(told.split())
    assert (folder / "explained" / "eco-v.html").is_file()


def test_the_command_tells_of_one_signal_alone(folder):
    code, told, _ = call(folder, "--vehicle", "v", "--signal", "J2", "--out", folder / "x.png")
    assert code == 0
    assert "Signal J2" in told and "Signal J1" not in told
    assert (folder / "x.png").is_file()


def test_without_a_vehicle_the_command_lists_some(folder):
    code, told, _ = call(folder)
    assert code == 0
    assert "largest saving" in told and "+20.0" in told


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--vehicle", "vv"], "has no vehicle 'vv'; did you mean v?"),
        (["--vehicle", "truck"], "has no vehicle 'truck'; there are v, w, …"),
        (["--vehicle", "v", "--signal", "J9"], "does not cross signal 'J9'; on its way: J1, J2"),
        (
            ["--vehicle", "v", "--arm", "glosa"],
            "arm 'glosa' was not recorded; arms to explain: eco",
        ),
        (["--vehicle", "v", "--arm", "unadvised"], "arm 'unadvised' gives no advice"),
        (["--vehicle", "v", "--seed", "2"], "recorded: 1, asked for: 2"),
        (["--vehicle", "v", "--out", "v.pdf"], "--out must end in .html, .png, .svg, got 'v.pdf'"),
    ],
)
def test_what_cannot_be_explained_ends_with_one_line(folder, words, error):
    code, told, errors = call(folder, *words)
    assert (code, told) == (2, "")
    assert error in errors
    assert len(errors.strip().splitlines()) == 1
    assert not (folder / "explained").exists()


def test_a_folder_without_records_is_told_of(folder):
    (folder / "crossings.parquet").unlink()
    code, _, errors = call(folder)
    assert code == 2
    assert "single vehicles were not recorded; run the experiment again" in errors


def test_a_damaged_table_is_told_of(folder):
    (folder / "journeys.parquet").write_bytes(b"no table")
    code, _, errors = call(folder, "--vehicle", "v")
    assert code == 2
    assert "journeys.parquet' cannot be read as results" in errors
