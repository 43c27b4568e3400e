from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from controller import MEMORY_WIDTH, Observation, Reason, Traffic
from corridor import AdviceRecord, MainRoad, StopLine
from experiments.recording import (
    _light_rows,
    _signal_rows,
    advice_rows,
    journey_rows,
    promise_rows,
    read_states,
)

LINKS = [SimpleNamespace(signal="J", index=4), SimpleNamespace(signal="K", index=0)]


@pytest.fixture
def states(tmp_path):
    """A signal of two links that is recorded for six seconds."""
    letters = ["Gr", "Gr", "Gy", "rG", "rG", "Gr"]
    steps = "".join(
        f'<tlsState time="{10 + t}" id="J" programID="0" phase="0" state="{state}"/>'
        for t, state in enumerate(letters)
    )
    (tmp_path / "signal-0.xml").write_text(f"<tlsStates>{steps}</tlsStates>")
    shown = read_states(tmp_path)
    assert not list(tmp_path.glob("signal-*.xml"))
    return shown


def test_states_of_a_stop_line_are_joined_while_its_letter_stays(states):
    lines = (
        StopLine(signal="J", link_index=0, position_m=50.0),
        StopLine(signal="unheard-of", link_index=0, position_m=90.0),
    )
    road = MainRoad(name="", edges=("a",), starts_m=(0.0,), length_m=100.0, stop_lines=lines)
    assert list(_signal_rows((road,), states)) == [
        (0, "J", 50.0, 10.0, 13.0, "G"),
        (0, "J", 50.0, 13.0, 15.0, "r"),
    ]


def test_each_link_has_its_own_lights(states):
    links = [SimpleNamespace(signal="J", index=index) for index in (1, 0, 1, 7)]
    rows = list(_light_rows(SimpleNamespace(links=links), states))
    assert [row for row in rows if row[1] == 1] == [
        ("J", 1, 10.0, 12.0, "r"),
        ("J", 1, 12.0, 13.0, "y"),
        ("J", 1, 13.0, 15.0, "G"),
    ]
    # A letter that the signal does not have is no light.
    assert {row[1] for row in rows} == {0, 1}


def promise(stage, happened_s):
    return SimpleNamespace(
        signal="J",
        stage=stage,
        is_start=True,
        announced_s=5.0,
        promised_s=10.0,
        happened_s=happened_s,
        is_kept=happened_s == 10.0,
    )


def test_a_switch_that_never_came_has_no_time_and_is_not_kept(tmp_path, check_columns):
    rows = promise_rows(SimpleNamespace(done=[promise(0, 10.0), promise(1, np.nan)]))
    assert rows["happened_s"].to_list() == [10.0, None]
    assert rows["is_kept"].to_list() == [True, False]
    # The table of all runs begins with the arm and the seed.
    run = {"arm": pl.lit("committed"), "seed": pl.lit(1, dtype=pl.Int64)}
    rows.with_columns(**run).write_parquet(tmp_path / "promises.parquet")
    check_columns("promises", tmp_path)


class Table:
    """As much of a vehicle table as a record reads."""

    def __init__(self, **columns):
        self.columns = columns
        self.ways = [SimpleNamespace(vehicle_id=v) for v in columns["ids"]]

    def __len__(self):
        return len(self.ways)

    def floats(self, name):
        return np.array(self.columns[name], dtype=np.float64)

    def ints(self, name):
        return np.array(self.columns[name], dtype=np.int64)

    def flags(self, name):
        return np.array(self.columns[name], dtype=np.bool_)

    @property
    def distance_m(self):
        return self.floats("distance_m")

    @property
    def memory(self):
        return np.full((len(self), MEMORY_WIDTH), np.nan)


def seen(n):
    """An observation of n vehicles of which only what a record reads matters."""
    nothing, many = np.zeros(0), np.full((n, 3), [20.0, 80.0, np.nan])
    # Two stand ahead of them.
    queue = {
        "lane": np.zeros(3),
        "distance_m": np.arange(3.0),
        "speed_mps": 9.0 * (np.arange(3) > 1),
    }
    used = {
        "time_s": 100.0,
        "step_length_s": 1.0,
        "likely_start_s": many,
        "likely_end_s": many + 30.0,
        "traffic": Traffic(**dict.fromkeys(Traffic.__dataclass_fields__, nothing) | queue),
        "traffic_row": np.full(n, 2),
    }
    others = {name: nothing for name in Observation.__dataclass_fields__ if name not in used}
    return Observation(**used, **others)


def test_what_was_told_is_kept_by_vehicle_with_names_in_place_of_numbers():
    table = Table(
        ids=["w", "v", "x"],
        is_equipped=[True, True, False],
        link_row=[1, 0, 0],
        reason=[Reason.NOT_HEARD, Reason.ADVISED, Reason.ADVISED],
        distance_m=[55.0, 44.4444, 1.0],
        speed_mps=[13.0, 12.0, 1.0],
        advised_mps=[np.nan, 8.0, np.nan],
        shown_mps=[np.nan, 25 / 3.6, np.nan],
    )
    record = AdviceRecord(note_names=())
    record.add(table, np.array([1]), seen(1), np.array([np.nan, np.nan, np.nan]))
    rows = advice_rows(record, SimpleNamespace(links=LINKS)).rows(named=True)
    assert [row["vehicle_id"] for row in rows] == ["v", "w"]
    told, deaf = rows
    assert (told["signal_id"], told["link_index"]) == ("J", 4)
    assert (told["reason"], deaf["reason"]) == ("advised", "not_heard")
    assert told["distance_m"] == 44.44
    assert (told["likely_start_1_s"], told["likely_end_2_s"]) == (120.0, 210.0)
    assert (told["shown_mps"], told["followed_mps"]) == (6.94, None)
    assert (told["likely_start_3_s"], told["n_queued"]) == (None, 2.0)
    assert (deaf["signal_id"], deaf["n_queued"], deaf["advised_mps"]) == ("K", None, None)


def test_without_vehicles_there_are_no_rows_but_columns():
    rows = advice_rows(AdviceRecord(note_names=("a_s",)), SimpleNamespace(links=LINKS))
    assert rows.is_empty()
    assert {"vehicle_id", "reason", "advised_mps", "note_a_s"} <= set(rows.columns)


def test_journeys_are_kept_small():
    accounts = ("co2_hbefa4_g", "co2_hbefa4_nojump_g", "co2_phemlight5_g", "energy_bev_wh")
    measured = pl.DataFrame(
        {"vehicle_id": ["v"], "time_s": [25200.0], "distance_m": [1.23456], "speed_mps": [2.0]}
        | {name: [0.125678] for name in accounts}
        | {"lane": ["a_0"]}
    )
    kept = journey_rows(measured)
    assert kept.columns == ["vehicle_id", "time_s", "distance_m", "speed_mps", *accounts]
    assert kept["distance_m"].dtype == pl.Float32
    assert kept["co2_hbefa4_g"][0] == pytest.approx(0.13)
    assert kept["time_s"][0] == 25200.0
