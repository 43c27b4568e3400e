"""Fixed-time plans sought in SUMO: what is found is allowed, and measured as whole runs are."""

import polars as pl
import pytest

from experiments.accounting import slope_slices
from experiments.preparation import read_network
from experiments.retiming import CycleRange, Effort, retime, write_retimed
from experiments.retiming.bench import SumoBench, judged_maps
from experiments.retiming.stages import own_plan, timed_signals
from sumo_nets import JUNCTION_BLOCKER_S, check_plans, plans_of

pytestmark = pytest.mark.sumo


@pytest.fixture
def scenario(load):
    return load("resco:cologne1", end_s=25200.0 + 240.0)


def test_short_runs_cost_what_whole_runs_account(scenario, run_arms, cache_dir, tmp_path):
    own = own_plan(timed_signals(scenario))
    bench = SumoBench(
        scenario=scenario,
        maps=judged_maps(slope_slices(read_network(scenario.net_file)), cache_dir),
        demand_scale=1.0,
        junction_blocker_s=JUNCTION_BLOCKER_S,
        cache_dir=cache_dir,
        n_jobs=1,
        own=own,
    )
    (found,) = bench.measure([(own, 1)])
    folder = run_arms(scenario, ["none"], tmp_path)["none"]
    vehicles = pl.read_parquet(folder / "vehicles.parquet")
    assert found.is_whole
    assert found.trip_s == pytest.approx(vehicles["trip_time_s"].mean())
    for name, co2_g in found.co2_g.items():
        # The step of entering counts here, and that of arriving there, often at full throttle.
        assert co2_g == pytest.approx(vehicles[f"co2_{name}_g"].mean(), rel=0.05)


def test_a_plan_that_is_sought_is_allowed_and_better_where_it_stands(
    scenario, cache_dir, tmp_path
):
    cycles = CycleRange(low_s=60.0, high_s=100.0)
    effort = Effort(seeds=(1001,), confirm_seeds=(1011,), n_runs=8, cycles=cycles)
    retimed = retime(scenario, effort, cache_dir=cache_dir, n_jobs=1)
    assert retimed.found.n_runs <= 8
    if retimed.confirmation.is_better:
        assert retimed.confirmation.cost_pct < 0.0
    else:
        assert retimed.plan == own_plan(retimed.signals)
    for name, times in retimed.plan.items():
        signal = retimed.signals[name]
        assert signal.allows(times)
        assert cycles.holds(signal.cycle_s(times))
    write_retimed(scenario, retimed, tmp_path / "plan.add.xml")
    before, after = (
        [each.text for each in check_plans(scenario.net_file, plans) if each.level == "error"]
        for plans in (plans_of(scenario), plans_of(scenario, tmp_path / "plan.add.xml"))
    )
    assert after == before
