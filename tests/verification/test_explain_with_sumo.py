"""Single vehicles of a real run: what is recorded of them, and the command that explains them."""

import polars as pl
import pytest

from experiments.report.data import read_results
from experiments.report.explained import worth_a_look
from experiments.report.journeys import read_records
from experiments.report.who_pays import shares_by_approach

pytestmark = pytest.mark.sumo

RUN = "run arterial --end 150 --seeds 1,2 --jobs 2 --arms".split()
POLICY = """
import numpy as np
from controller import MEMORY_WIDTH, Advice, Reason
class Noting:
    NOTES = ("asked_s",)
    def advise(self, seen):
        n = seen.distance_m.size
        memory = np.full((n, MEMORY_WIDTH), np.nan)
        memory[:, 0] = seen.time_s
        speed_mps = np.where(seen.likely_start_s[:, 0] > 0, 0.7 * seen.ceiling_mps, np.nan)
        is_said = np.isfinite(speed_mps)
        reason = np.where(is_said, Reason.ADVISED, Reason.NOT_NEEDED)
        return Advice(speed_mps=speed_mps, reason=reason, memory=memory)
"""


@pytest.fixture(scope="module")
def study(door, tmp_path_factory):
    """A folder of results of three advised arms."""
    folder = tmp_path_factory.mktemp("explained")
    (folder / "noting.py").write_text(POLICY)
    done = door.call(
        *RUN, "unadvised,glosa,eco", "--policy", "noting.py:Noting", "--out", "out", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def records(study):
    return read_records(study)


def test_the_first_seed_is_recorded_in_all_arms(records):
    assert records.seed == 1
    assert records.recorded == ("unadvised", "glosa", "eco", "noting")


@pytest.mark.parametrize("arm", ["unadvised", "eco"])
def test_vehicles_cross_while_their_link_is_not_red(records, arm):
    crossings, lights = records.table("crossings", arm), records.table("lights", arm)
    time_s = pl.col("time_s")
    shown = crossings.join(lights, on=["signal_id", "link_index"]).filter(
        (time_s >= pl.col("start_s")) & (time_s < pl.col("end_s"))
    )
    assert shown.height == crossings.height > 100
    # A vehicle that cannot brake any more drives on; on the arterial that is rare.
    assert shown.filter(pl.col("state") == "r").height <= 0.01 * shown.height


def test_advice_and_journeys_are_of_the_same_moments(records):
    advice = records.advice("eco").select("vehicle_id", "time_s", told_mps="speed_mps")
    journeys = records.table("journeys", "eco")
    both = advice.join(journeys, on=["vehicle_id", "time_s"])
    assert both.height == advice.height > 100
    assert (both["told_mps"] - both["speed_mps"]).abs().max() <= 0.011  # rounded to 0.01


def test_journeys_hold_the_accounts_of_the_vehicles(records):
    for name in ("co2_hbefa4_g", "energy_bev_wh"):
        total = records.table("vehicles", "eco")[name].sum()
        assert records.table("journeys", "eco")[name].sum() == pytest.approx(total, rel=1e-3)


def test_what_approaches_make_of_the_trip_adds_up_to_its_change(study):
    results = read_results(study)
    shares = shares_by_approach(results)
    trips = results.vehicles.filter(pl.col("seed") == 1).group_by("arm").agg(
        pl.col("trip_time_s").mean()
    )  # fmt: skip
    mean_s = dict(trips.iter_rows())
    change_s = mean_s["eco"] - mean_s["unadvised"]
    assert change_s != 0.0
    assert sum(share.of_mean_s for share in shares) == pytest.approx(change_s, abs=1e-6)


@pytest.mark.parametrize(
    ("arm", "words"), [("eco", "Expected:"), ("glosa", "Shown:"), ("noting", "policy: asked_s")]
)
def test_the_command_explains_a_vehicle_of_each_policy(door, study, records, arm, words):
    found = worth_a_look(records, arm)[0]
    done = door.call("explain", str(study), "--vehicle", found.vehicle_id, "--arm", arm, cwd=study)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert words in told
    assert "without advice at" in told
    assert (study / "explained" / f"{arm}-{found.vehicle_id}.html").is_file()


def test_the_report_explains_a_vehicle_and_tells_who_pays(study):
    page = (study / "report.html").read_text(encoding="utf-8")
    assert "cap-explained" in page
    assert "cap-whopays" in page


def test_recording_changes_no_result(door, study):
    done = door.call(
        *["run", "arterial", "--end", "150", "--seeds", "2,1", "--jobs", "2"],
        *["--arms", "unadvised,eco", "--out", "other"],
        cwd=study.parent,
    )
    assert done.returncode == 0, done.stderr
    tables = [
        pl.read_parquet(folder / "vehicles.parquet").filter(arm="eco", seed=1)
        for folder in (study, study.parent / "other")
    ]
    assert tables[0].height > 50
    assert tables[0].equals(tables[1])
    assert read_records(study.parent / "other").seed == 2
