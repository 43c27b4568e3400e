"""How long greens last at least, for people on foot too; worked by hand."""

from xml.etree.ElementTree import fromstring

import pytest

from sumo_nets import crossing_lengths_m, min_greens_s, pedestrian_minimum_s

# Letters: main road, side road, crossing of the side road (walks with the main road).
PLANNED = """<tlLogic id="C" type="static" programID="0" offset="0">
    <phase duration="30" state="GrG"/>
    <phase duration="{clearing}" state="Grr"/>
    <phase duration="3" state="yrr"/>
    <phase duration="20" state="rGr"/>
    <phase duration="3" state="ryr"/>
</tlLogic>"""


def least_s(length_m, clearing=5, text=PLANNED):
    return min_greens_s(fromstring(text.format(clearing=clearing)), {2: length_m})


def test_people_get_time_to_set_out_and_to_reach_the_other_side():
    assert pedestrian_minimum_s(12.0) == pytest.approx(5.0 + 10.0)
    assert pedestrian_minimum_s(12.0, walking_speed_mps=1.0) == pytest.approx(17.0)
    with pytest.raises(ValueError, match="got 0 m"):
        pedestrian_minimum_s(0.0)


def test_without_crossings_a_green_lasts_five_seconds_or_what_its_program_states():
    program = fromstring(PLANNED.format(clearing=4))
    assert min_greens_s(program, {}) == (5, 4, 3, 5, 3)
    program[3].set("minDur", "8")
    assert min_greens_s(program, {})[3] == 8


def test_what_follows_the_walk_counts_for_the_way_across():
    # 18 m are 15 s; 5 s and a yellow of 3 s follow: 7 s are wanting, and 5 s to set out.
    assert least_s(18.0) == pytest.approx((12, 5, 3, 5, 3))


def test_a_phase_in_which_people_finish_keeps_its_length_as_far_as_they_need_it():
    assert least_s(18.0, clearing=20) == pytest.approx((5, 15, 3, 5, 3))


def test_no_phase_is_asked_for_more_than_its_program_gives_it():
    assert least_s(60.0) == pytest.approx((30, 5, 3, 5, 3))
    decided = PLANNED.replace('"30"', '"30" minDur="5" maxDur="60"')
    assert least_s(60.0, text=decided) == pytest.approx((47, 5, 3, 5, 3))


def test_what_comes_before_traffic_gets_green_across_is_no_clearance_behind_it():
    at_once = """<tlLogic id="C" type="static" programID="0" offset="0">
        <phase duration="30" state="GrG"/>
        <phase duration="20" state="rGr"/>
    </tlLogic>"""
    assert least_s(12.0, text=at_once) == pytest.approx((15, 5))


def test_a_walk_through_the_end_of_the_cycle_is_one_walk():
    around = """<tlLogic id="C" type="static" programID="0" offset="0">
        <phase duration="10" state="GrG"/>
        <phase duration="3" state="yrr"/>
        <phase duration="20" state="rGr"/>
        <phase duration="3" state="ryr"/>
        <phase duration="14" state="GrG"/>
    </tlLogic>"""
    assert least_s(12.0, text=around) == pytest.approx((10, 3, 5, 3, 12))


def test_crossings_are_read_from_the_network_with_their_places(tmp_path):
    net = tmp_path / "a.net.xml"
    net.write_text("""<net>
        <edge id=":C_c0" function="crossing" crossingEdges="a b">
            <lane id=":C_c0_0" index="0" allow="pedestrian" speed="2.78" length="12.80"/>
        </edge>
        <edge id="a"><lane id="a_0" index="0" speed="13.9" length="99"/></edge>
        <connection from="a" to="b" fromLane="0" toLane="0" tl="C" linkIndex="0"/>
        <connection from=":C_w0" to=":C_c0" fromLane="0" toLane="0" tl="C" linkIndex="3"/>
        <connection from=":C_c0" to=":C_w1" fromLane="0" toLane="0"/>
    </net>""")
    assert crossing_lengths_m(net) == {"C": {3: 12.8}}
