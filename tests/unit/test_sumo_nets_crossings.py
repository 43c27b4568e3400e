"""Crossings of people on foot, as a network tells them."""

from sumo_nets import crossing_signals


def test_a_crossing_belongs_to_the_signal_of_the_connection_that_leads_onto_it(tmp_path):
    net = tmp_path / "a.net.xml"
    net.write_text("""<net>
        <edge id=":C_c0" function="crossing" crossingEdges="a b">
            <lane id=":C_c0_0" index="0" allow="pedestrian" speed="2.78" length="12.80"/>
        </edge>
        <edge id=":D_c0" function="crossing" crossingEdges="b"/>
        <edge id="a"><lane id="a_0" index="0" speed="13.9" length="99"/></edge>
        <connection from="a" to="b" fromLane="0" toLane="0" tl="C" linkIndex="0"/>
        <connection from=":C_w0" to=":C_c0" fromLane="0" toLane="0" tl="C" linkIndex="3"/>
        <connection from=":C_c0" to=":C_w1" fromLane="0" toLane="0"/>
        <connection from=":D_w0" to=":D_c0" fromLane="0" toLane="0"/>
    </net>""")
    assert crossing_signals(net) == {":C_c0": "C"}
