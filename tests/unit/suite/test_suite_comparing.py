from dataclasses import replace

import polars as pl
import pytest

from experiments.study import Run
from experiments.suite.comparing import Likeness, differences
from experiments.suite.records import AVERAGED, COUNTED, Record, record_of, table_sha256

MADE_ON = {
    "versions": {"eclipse-sumo": "1.28.0", "numpy": "2.4.6"},
    "arithmetic": {"machine": "x86_64", "numpy": "2.4.6", "vector_instructions": "X86_V3"},
}
OTHER_PROCESSOR = MADE_ON | {"arithmetic": MADE_ON["arithmetic"] | {"vector_instructions": ""}}
OTHER_SUMO = MADE_ON | {"versions": {"eclipse-sumo": "1.29.0", "numpy": "2.4.6"}}
SAME = Likeness.of(MADE_ON, MADE_ON)
KEPT = Record(
    case="town",
    arm="eco",
    seed=1,
    vehicles_sha256="a" * 64,
    counts={"vehicles": 40, "stops": 100, "collisions": 0, "reason.advised": 7},
    means={"trip_time_s": 100.0, "co2_hbefa4_g": 500.0},
)


def told(found, likeness=SAME):
    return [
        (each.figure, each.level) for each in differences([found], [KEPT], likeness) if each.reason
    ]


def test_equal_results_have_no_differences():
    assert differences([KEPT], [KEPT], SAME) == []


@pytest.mark.parametrize("likeness", [SAME, Likeness.of(OTHER_PROCESSOR, MADE_ON)])
def test_one_more_stop_is_a_failure_on_every_machine_with_the_same_sumo(likeness):
    found = replace(KEPT, counts=KEPT.counts | {"stops": 101})
    assert told(found, likeness) == [("stops", "failure")]


def test_a_mean_may_differ_by_rounding_and_no_more():
    near = replace(KEPT, means=KEPT.means | {"co2_hbefa4_g": 500.0 * (1 + 9e-7)})
    far = replace(KEPT, means=KEPT.means | {"co2_hbefa4_g": 500.0 * (1 + 2e-6)})
    assert told(near) == []
    assert told(far) == [("co2_hbefa4_g", "failure")]


def test_the_last_bit_counts_only_where_the_arithmetic_is_the_same():
    found = replace(KEPT, vehicles_sha256="b" * 64)
    assert told(found) == [("table of vehicles", "failure")]
    assert told(found, Likeness.of(OTHER_PROCESSOR, MADE_ON)) == []


def test_another_sumo_is_only_warned_of_and_only_when_far_away():
    other = Likeness.of(OTHER_SUMO, MADE_ON)
    near = replace(KEPT, vehicles_sha256="b" * 64, counts=KEPT.counts | {"stops": 119})
    far = replace(KEPT, counts=KEPT.counts | {"stops": 121}, means={"trip_time_s": 106.0})
    assert told(near, other) == []
    assert told(far, other) == [
        ("stops", "warning"),
        ("trip_time_s", "warning"),
        ("co2_hbefa4_g", "warning"),
    ]


def test_a_reason_of_advice_that_nobody_was_given_is_no_steps_of_it():
    counts = {name: n for name, n in KEPT.counts.items() if name != "reason.advised"}
    assert told(replace(KEPT, counts=counts)) == [("reason.advised", "failure")]
    assert told(replace(KEPT, counts=KEPT.counts | {"reason.junction": 0})) == []


def test_a_missing_and_a_surplus_run_are_failures():
    other = replace(KEPT, seed=2)
    found = differences([other], [KEPT], SAME)
    assert [(each.where, each.got, each.expected) for each in found] == [
        ("town, eco, seed 1", "none", "a run"),
        ("town, eco, seed 2", "a run", "none"),
    ]


def test_a_record_holds_counts_and_means_and_no_figure_that_a_run_has_not():
    zeros = {name: [0, 2] for name in (*COUNTED, *AVERAGED)}
    table = pl.DataFrame(
        zeros
        | {"finished": [True, False], "advised_s": [float("nan")] * 2, "co2_own_g": [1.0, 2.0]}
        | {"energy_own_wh": pl.Series([None, None], dtype=pl.Float64)}
    )
    counters = {"collisions": 3, "advice_reasons": {"advised": 7}}
    run = Run(arm="glosa", seed=1, vehicles=table, approaches=pl.DataFrame(), counters=counters)
    record = record_of("town", run)
    assert record.counts["vehicles"] == 2
    assert record.counts["arrived"] == 1
    assert record.counts["stops"] == 2
    assert record.counts["collisions"] == 3
    assert record.counts["reason.advised"] == 7
    assert record.means["co2_own_g"] == 1.5
    assert not {"advised_s", "energy_own_wh"} & set(record.means)
    with pytest.raises(ValueError, match="town: no vehicle departs"):
        record_of("town", replace(run, vehicles=table.clear()))


def test_the_hash_of_a_table_is_of_its_values_and_not_of_whose_run_it_is():
    table = pl.DataFrame(
        {"arm": ["eco"] * 2, "seed": [1, 1], "id": ["a", "b"], "stops": [1, 2], "co2_g": [0.1, 0.2]}
    )
    digest = table_sha256(table)
    assert table_sha256(table.with_columns(pl.lit("other").alias("arm"))) == digest
    changed = [
        table.with_columns(pl.col("co2_g") * (1 + 2.3e-16)),
        table.with_columns(pl.col("stops").cast(pl.Float64)),
        table.with_columns(pl.Series("id", ["ab", ""])),
        table.with_columns(pl.Series("co2_g", [0.1, None])),
        table.rename({"stops": "halts"}),
        table.reverse(),
    ]
    assert len({digest, *map(table_sha256, changed)}) == 1 + len(changed)
