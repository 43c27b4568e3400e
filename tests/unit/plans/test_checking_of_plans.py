"""Each fault of a plan is found once, at its place; a sound plan has none."""

from pathlib import Path

import pytest

from sumo_nets import TimingRules, check_plans, plans_in_force


def found(net: Path, plan: Path | None = None, **rules: float) -> list[str]:
    """Level and text of all findings, without the folder."""
    files = [net] if plan is None else [net, plan]
    findings = check_plans(net, plans_in_force(files), TimingRules(**rules))
    return [f"{each.level}: {each.text.replace(f'{net.parent}/', '')}" for each in findings]


def changed(net: Path, old: str, new: str) -> Path:
    """The network with one text of its plan replaced."""
    text = net.read_text(encoding="utf-8")
    assert text.count(old) == 1
    net.write_text(text.replace(old, new), encoding="utf-8")
    return net


def test_a_sound_plan_has_no_findings(crossroads: Path) -> None:
    assert found(crossroads) == []


FAULTS = [
    (
        'duration="30" state="GgGrr"',
        'duration="30" state="GGGrr"',
        "error: crossroads.net.xml:50:9: signal 'c': greens that conflict in GGGrr: "
        "in_west>out_north (1) with in_east>out_west (2)",
    ),
    (
        'duration="30" state="GgGrr"',
        'duration="30" state="GgGr"',
        "error: crossroads.net.xml:50:9: signal 'c': the state has 4 letters for 5 links",
    ),
    (
        'duration="30" state="GgGrr"',
        'duration="30" state="GgGxr"',
        "error: crossroads.net.xml:50:9: signal 'c': unknown letter 'x' in GgGxr",
    ),
    (
        'duration="30" state="GgGrr"',
        'duration="0" state="GgGrr"',
        "error: crossroads.net.xml:50:9: signal 'c': a phase lasts 0 s",
    ),
    (
        'duration="30" state="GgGrr"',
        'duration="30" minDur="31" state="GgGrr"',
        "warning: crossroads.net.xml:50:9: signal 'c': 30 s are less than the least length, 31 s",
    ),
    (
        'duration="30" state="GgGrr"',
        'duration="30" maxDur="29" state="GgGrr"',
        "warning: crossroads.net.xml:50:9: signal 'c': 30 s are more than the greatest length, "
        "29 s",
    ),
    (
        'duration="20" state="rrrGG"',
        'duration="4" state="rrrGG"',
        "warning: crossroads.net.xml:54:9: signal 'c': greens of less than 5 s before this phase: "
        "in_south>out_north (3) 4 s; :c_w0>:c_c0 (4) 4 s",
    ),
    (
        'duration="4" state="rrryr"',
        'duration="2" state="rrryr"',
        "warning: crossroads.net.xml:54:9: signal 'c': yellow too short: in_south>out_north (3) "
        "2 s, 3.0 s are needed at 50 km/h",
    ),
    (
        'duration="4" state="rrryr"',
        'duration="4" state="rrrrr"',
        "error: crossroads.net.xml:54:9: signal 'c': no yellow after a green: in_south>out_north "
        "(3)",
    ),
    (
        '<phase duration="20" state="rrrGG"/>',
        '<phase duration="20" state="rrrrG"/>',
        "error: crossroads.net.xml:49:5: signal 'c': never green: in_south>out_north (3)",
    ),
    (
        '<phase duration="20" state="rrrGG"/>',
        '<phase duration="20" state="rrrGr"/>',
        "warning: crossroads.net.xml:49:5: signal 'c': never green, without motor traffic: "
        ":c_w0>:c_c0 (4)",
    ),
    (
        'type="static" programID="0" offset="0"',
        'type="static" programID="0" offset="62"',
        "warning: crossroads.net.xml:49:5: signal 'c': offset 62 s is beyond the cycle of 62 s",
    ),
]


@pytest.mark.parametrize(("old", "new", "finding"), FAULTS)
def test_each_fault_is_found_once_at_its_place(
    crossroads: Path, old: str, new: str, finding: str
) -> None:
    assert found(changed(crossroads, old, new)).count(finding) == 1


def test_letters_without_a_link_are_told_once(crossroads: Path) -> None:
    text = crossroads.read_text(encoding="utf-8")
    for state in ("GgGrr", "yyyrr", "rrrrr", "rrrGG", "rrryr"):
        text = text.replace(f'state="{state}"', f'state="{state}r"')
    crossroads.write_text(text, encoding="utf-8")
    assert found(crossroads) == [
        "warning: crossroads.net.xml:49:5: signal 'c': states have 6 letters for 5 links: "
        "the last ones are idle"
    ]


def test_clearing_is_reckoned_from_the_paths_inside_the_junction(crossroads: Path) -> None:
    # Through from the east 20 m at 13.89 m/s; who comes from the south starts after 12 m.
    text = crossroads.read_text(encoding="utf-8")
    text = text.replace('        <phase duration="2" state="rrrrr"/>\n', "")
    text = text.replace('<lane id=":c_2_0" index="0" speed="13.89"', '<lane id=":c_2_0" speed="3"')
    crossroads.write_text(text, encoding="utf-8")
    # (8 + 5) m / 3 m/s - sqrt(2 * 12 m / 2.6 m/s2) = 1.3 s
    assert found(crossroads) == [
        "warning: crossroads.net.xml:51:9: signal 'c': all-red too short: from in_east>out_west "
        "(2) to in_south>out_north (3) 0 s, 1.3 s are needed to clear"
    ]


def test_people_on_foot_need_the_time_to_walk_before_a_foe_starts(crossroads: Path) -> None:
    text = crossroads.read_text(encoding="utf-8")
    text = text.replace('duration="4" state="rrryr"', 'duration="3" state="rrryr"')
    last = text.rindex('        <phase duration="2" state="rrrrr"/>\n')
    crossroads.write_text(text[:last] + text[text.index("    </tlLogic>") :], encoding="utf-8")
    findings = found(crossroads, walk_mps=0.2)
    assert [text for text in findings if "from :c_w0>:c_c0 (4) to in_west>out_east (0) 3 s" in text]
    assert found(crossroads, walk_mps=5.0) == []


def test_rules_can_be_stricter(crossroads: Path) -> None:
    assert found(crossroads, deceleration_mps2=2.0, min_green_s=21.0) == [
        "warning: crossroads.net.xml:51:9: signal 'c': yellow too short: in_west>out_east (0) "
        "4 s, 4.5 s are needed at 50 km/h; in_west>out_north (1) 4 s, 4.5 s are needed at "
        "50 km/h; in_east>out_west (2) 4 s, 4.5 s are needed at 50 km/h",
        "warning: crossroads.net.xml:54:9: signal 'c': greens of less than 21 s before this "
        "phase: in_south>out_north (3) 20 s; :c_w0>:c_c0 (4) 20 s",
        "warning: crossroads.net.xml:54:9: signal 'c': yellow too short: in_south>out_north (3) "
        "4 s, 4.5 s are needed at 50 km/h",
    ]
    with pytest.raises(ValueError, match="deceleration_mps2 must be positive, got 0"):
        TimingRules(deceleration_mps2=0)


def test_a_plan_for_another_network_is_told_and_a_signal_without_one_too(
    crossroads: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "other.add.xml"
    plan.write_text(
        '<additional><tlLogic id="d"><phase duration="9" state="G"/></tlLogic></additional>'
    )
    assert found(crossroads, plan) == ["error: other.add.xml:1:13: the network has no signal 'd'"]
    text = crossroads.read_text(encoding="utf-8")
    start, end = text.index("    <tlLogic"), text.index("</tlLogic>\n") + len("</tlLogic>\n")
    crossroads.write_text(text[:start] + text[end:], encoding="utf-8")
    assert found(crossroads) == ["error: crossroads.net.xml: signal 'c' has no plan"]


@pytest.mark.parametrize(
    ("cycle_s", "offset_s", "is_told"), [(31, 5, False), (40, 5, True), (40, 0, False)]
)
def test_neighbours_with_an_offset_need_cycles_that_fit(
    crossroads: Path, cycle_s: int, offset_s: int, is_told: bool
) -> None:
    text = crossroads.read_text(encoding="utf-8")
    more = f"""
    <edge id="on" from="e" to="z"><lane id="on_0" index="0" speed="13.89" length="300"/></edge>
    <tlLogic id="e" type="static" programID="0" offset="{offset_s}">
        <phase duration="{cycle_s - 4}" state="G"/><phase duration="4" state="y"/>
    </tlLogic>
    <connection from="out_east" to="on" fromLane="0" toLane="0" tl="e" linkIndex="0" dir="s"/>
    """
    crossroads.write_text(text.replace("</net>", f"{more}</net>"), encoding="utf-8")
    assert any("they drift apart" in each for each in found(crossroads)) is is_told
