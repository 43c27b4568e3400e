"""A crossroads by hand: two ways of the main road, a side street, a crossing on foot."""

from pathlib import Path

import pytest

NET = """\
<net version="1.20">
    <location netOffset="0.00,0.00" convBoundary="0,0,200,200" origBoundary="0,0,1,1"
        projParameter="!"/>
    <edge id=":c_0" function="internal">
        <lane id=":c_0_0" index="0" speed="13.89" length="20.00" shape="90,98 110,98"/>
    </edge>
    <edge id=":c_1" function="internal">
        <lane id=":c_1_0" index="0" speed="8.00" length="8.00" shape="90,98 98,100"/>
    </edge>
    <edge id=":c_2" function="internal">
        <lane id=":c_2_0" index="0" speed="13.89" length="20.00" shape="110,102 90,102"/>
    </edge>
    <edge id=":c_3" function="internal">
        <lane id=":c_3_0" index="0" speed="13.89" length="20.00" shape="102,90 102,110"/>
    </edge>
    <edge id=":c_4" function="internal">
        <lane id=":c_4_0" index="0" speed="8.00" length="10.00" shape="98,100 102,110"/>
    </edge>
    <edge id=":c_c0" function="crossing" crossingEdges="out_east in_east">
        <lane id=":c_c0_0" index="0" allow="pedestrian" speed="1.00" length="8.00"
            shape="112,96 112,104"/>
    </edge>
    <edge id=":c_w0" function="walkingarea">
        <lane id=":c_w0_0" index="0" allow="pedestrian" speed="1.00" length="2.00"
            shape="112,94 112,96"/>
    </edge>
    <edge id=":c_w1" function="walkingarea">
        <lane id=":c_w1_0" index="0" allow="pedestrian" speed="1.00" length="2.00"
            shape="112,104 112,106"/>
    </edge>
    <edge id="in_west" from="w" to="c">
        <lane id="in_west_0" index="0" speed="13.89" length="90.00" shape="0,98 90,98"/>
    </edge>
    <edge id="in_east" from="e" to="c">
        <lane id="in_east_0" index="0" speed="13.89" length="90.00" shape="200,102 110,102"/>
    </edge>
    <edge id="in_south" from="s" to="c">
        <lane id="in_south_0" index="0" speed="13.89" length="90.00" shape="102,0 102,90"/>
    </edge>
    <edge id="out_east" from="c" to="e">
        <lane id="out_east_0" index="0" speed="13.89" length="90.00" shape="110,98 200,98"/>
    </edge>
    <edge id="out_west" from="c" to="w">
        <lane id="out_west_0" index="0" speed="13.89" length="90.00" shape="90,102 0,102"/>
    </edge>
    <edge id="out_north" from="c" to="n">
        <lane id="out_north_0" index="0" speed="13.89" length="90.00" shape="102,110 102,200"/>
    </edge>
    <tlLogic id="c" type="static" programID="0" offset="0">
        <phase duration="30" state="GgGrr"/>
        <phase duration="4" state="yyyrr"/>
        <phase duration="2" state="rrrrr"/>
        <phase duration="20" state="rrrGG"/>
        <phase duration="4" state="rrryr"/>
        <phase duration="2" state="rrrrr"/>
    </tlLogic>
    <junction id="c" type="traffic_light" x="100" y="100"
        incLanes="in_west_0 in_east_0 in_south_0 :c_w0_0"
        intLanes=":c_0_0 :c_4_0 :c_2_0 :c_3_0 :c_c0_0">
        <request index="0" response="10000" foes="11000" cont="0"/>
        <request index="1" response="00100" foes="01100" cont="1"/>
        <request index="2" response="00000" foes="01010" cont="0"/>
        <request index="3" response="00111" foes="00111" cont="0"/>
        <request index="4" response="00000" foes="00001" cont="0"/>
    </junction>
    <junction id=":c_4_0" type="internal" x="98" y="100" incLanes=":c_1_0 in_east_0"
        intLanes=":c_2_0 :c_3_0"/>
    <junction id="w" type="priority" x="0" y="100" incLanes="out_west_0" intLanes=""/>
    <junction id="e" type="priority" x="200" y="100" incLanes="out_east_0" intLanes=""/>
    <junction id="s" type="priority" x="100" y="0" incLanes="" intLanes=""/>
    <junction id="n" type="priority" x="100" y="200" incLanes="out_north_0" intLanes=""/>
    <connection from="in_west" to="out_east" fromLane="0" toLane="0" via=":c_0_0" tl="c"
        linkIndex="0" dir="s" state="O"/>
    <connection from="in_west" to="out_north" fromLane="0" toLane="0" via=":c_1_0" tl="c"
        linkIndex="1" dir="l" state="o"/>
    <connection from="in_east" to="out_west" fromLane="0" toLane="0" via=":c_2_0" tl="c"
        linkIndex="2" dir="s" state="O"/>
    <connection from="in_south" to="out_north" fromLane="0" toLane="0" via=":c_3_0" tl="c"
        linkIndex="3" dir="s" state="o"/>
    <connection from=":c_0" to="out_east" fromLane="0" toLane="0" dir="s" state="M"/>
    <connection from=":c_1" to="out_north" fromLane="0" toLane="0" via=":c_4_0" dir="l" state="m"/>
    <connection from=":c_4" to="out_north" fromLane="0" toLane="0" dir="l" state="M"/>
    <connection from=":c_2" to="out_west" fromLane="0" toLane="0" dir="s" state="M"/>
    <connection from=":c_3" to="out_north" fromLane="0" toLane="0" dir="s" state="M"/>
    <connection from=":c_c0" to=":c_w1" fromLane="0" toLane="0" dir="s" state="M"/>
    <connection from=":c_w0" to=":c_c0" fromLane="0" toLane="0" tl="c" linkIndex="4" dir="s"
        state="M"/>
</net>
"""
"""Links: 0 through from the west, 1 left from the west (waits inside), 2 through from the east,
3 through from the south, 4 people on foot over the eastern arm."""


@pytest.fixture
def crossroads(tmp_path: Path) -> Path:
    """The network file."""
    path = tmp_path / "crossroads.net.xml"
    path.write_text(NET, encoding="utf-8")
    return path
