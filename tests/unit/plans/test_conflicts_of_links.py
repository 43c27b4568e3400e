"""Which movements of a signal cannot have green together."""

from pathlib import Path

import numpy as np

from sumo_nets import conflicts, right_of_way

FOES = {(0, 3), (0, 4), (1, 2), (1, 3), (2, 3)}


def test_foes_are_those_of_the_requests_also_where_a_path_waits_inside_the_junction(
    crossroads: Path,
) -> None:
    matrix = conflicts(crossroads)["c"]
    assert matrix.shape == (5, 5)
    assert (matrix == matrix.T).all()
    found = {(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(matrix)), strict=True)}
    assert found == FOES


def test_protected_foes_clash_and_a_permissive_green_may_yield(crossroads: Path) -> None:
    row = right_of_way(crossroads)["c"]
    assert row.clashes("GGGrr") == [(1, 2)]
    assert row.clashes("GgGrr") == []
    assert row.clashes("gGGrr") == [(1, 2)], "the left turn has to yield, not who goes through"
    assert row.clashes("grrrG") == []
    assert row.clashes("GrrrG") == [(0, 4)]
    assert row.clashes("rrgGr") == [(2, 3)], "the main road does not yield to the side street"


def test_an_arrow_to_turn_on_red_yields_to_all(crossroads: Path) -> None:
    assert right_of_way(crossroads)["c"].clashes("srrGG") == []


def test_lanes_of_one_movement_that_merge_are_no_foes(crossroads: Path) -> None:
    text = crossroads.read_text(encoding="utf-8")
    crossroads.write_text(text.replace('from="in_south"', 'from="in_west"'), encoding="utf-8")
    matrix = conflicts(crossroads)["c"]
    assert not matrix[1, 3], "both lead from in_west to out_north now"
    assert matrix[0, 3]


def test_a_crossing_that_has_a_letter_for_each_direction_has_the_same_foes_in_both(
    crossroads: Path,
) -> None:
    text = crossroads.read_text(encoding="utf-8")
    crossroads.write_text(
        text.replace('linkIndex="4"', 'linkIndex="4" linkIndex2="5"'), encoding="utf-8"
    )
    matrix = conflicts(crossroads)["c"]
    assert matrix.shape == (6, 6)
    assert matrix[0, 5]
    assert matrix[0, 4]
    assert not matrix[4, 5]


def test_without_the_inside_of_junctions_connections_are_counted_lane_by_lane(
    crossroads: Path,
) -> None:
    text = crossroads.read_text(encoding="utf-8")
    with_inside = conflicts(crossroads)["c"]
    text = text.replace('intLanes=":c_0_0 :c_4_0 :c_2_0 :c_3_0 :c_c0_0"', 'intLanes=""')
    crossroads.write_text(text, encoding="utf-8")
    assert (conflicts(crossroads)["c"] == with_inside).all()
