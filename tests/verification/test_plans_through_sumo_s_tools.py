"""Plans go through SUMO's own converters and tools, and SUMO runs what comes out."""

from pathlib import Path

import pytest

from experiments.plan_files import plans_named, write_plans
from sumo_nets import (
    ScenarioError,
    check_plans,
    freeze_routes,
    import_plans,
    load_scenario,
    plans_of,
    write_adapted_plan,
    write_coordinated_plan,
)
from sumo_nets.binaries import run_program, run_tool

LINK = '<link no="{}" linkBehavType="1" surch1="0" surch2="0">{}<geometry><points3D>{}</points3D>'
POINT = '<point3D x="{}" y="{}" zOffset="0"/>'
LANES = '</geometry><lanes><lane width="3.5"/></lanes>'
SIG = """<sc id="1" name="cross">
<signaldisplays><display id="1" name="Red" state="RED"/><display id="3" name="Green" state="GREEN"/>
<display id="4" name="Amber" state="AMBER"/></signaldisplays>
<signalsequences><signalsequence id="3" name="Red-Green-Amber"/></signalsequences>
<sgs><sg id="1"/><sg id="2"/></sgs>
<progs><prog id="1" cycletime="60000" offset="7000" name="day"><sgs>{}</sgs></prog></progs></sc>"""
GROUP = """<sg sg_id="{}" signal_sequence="3"><cmds><cmd display="3" begin="{}"/>
<cmd display="1" begin="{}"/></cmds>
<fixedstates><fixedstate display="4" duration="3000"/></fixedstates></sg>"""


def vissim(folder: Path) -> Path:
    """Two roads that cross, with a controller of two signal groups."""
    roads = {
        1: [(-100, 0), (-10, 0)],
        2: [(10, 0), (100, 0)],
        3: [(0, -100), (0, -10)],
        4: [(0, 10), (0, 100)],
        10000: [(-10, 0), (10, 0)],
        10001: [(0, -10), (0, 10)],
    }
    ends = {10000: (1, 2), 10001: (3, 4)}
    links = ""
    for number, points in roads.items():
        shape = "".join(POINT.format(*point) for point in points)
        first, last = ends.get(number, (0, 0))
        start = f'<fromLinkEndPt lane="{first} 1" pos="89.9"/>' if first else ""
        end = f'<toLinkEndPt lane="{last} 1" pos="0.1"/>' if last else ""
        links += f"{LINK.format(number, start, shape)}{LANES}{end}</link>"
    path = folder / "cross.inpx"
    path.write_text(
        f'<network version="100"><links>{links}</links><conflictAreas/><signalControllers>'
        '<signalController no="1" progNo="1" supplyFile1="cross.sig"><sGs><signalGroup no="1"/>'
        '<signalGroup no="2"/></sGs></signalController></signalControllers><signalHeads>'
        '<signalHead no="1" lane="1 1" sg="1 1"/><signalHead no="2" lane="3 1" sg="1 2"/>'
        "</signalHeads></network>",
        encoding="utf-8",
    )
    groups = GROUP.format(1, 0, 33000) + GROUP.format(2, 35000, 58000)
    (folder / "cross.sig").write_text(SIG.format(groups), encoding="utf-8")
    return path


def test_a_vissim_network_brings_its_fixed_programs_and_sumo_runs_them(tmp_path: Path) -> None:
    source = vissim(tmp_path)
    found = import_plans(source, None)
    (plan,) = found.plans
    assert [(phase.duration_s, phase.state) for phase in plan.phases] == [
        *((30, "gr"), (3, "yr"), (2, "rr")),
        *((20, "rg"), (3, "ry"), (2, "rr")),
    ]
    assert (plan.program_id, plan.offset_s) == ("day", 0.0)
    assert "offsets to 0" in found.remarks[0]
    out = tmp_path / "plan.add.xml"
    written = write_plans(found, out, None)
    assert written == [out, tmp_path / "plan.net.xml"]
    done = run_program(
        "sumo", ["-n", "plan.net.xml", "-a", out.name, "--end", "70"], folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "cross.sig").unlink()
    with pytest.raises(ScenarioError, match=r"cross.inpx: SUMO's tls_vissim.* fails: FileNotFound"):
        import_plans(source, None)


def test_signal_groups_come_back_as_the_plan_that_they_were_made_of(tmp_path: Path) -> None:
    named = plans_named("arterial")
    assert named.net_file is not None
    net = str(named.net_file)
    tool = "tls/tls_csvSignalGroups.py"
    arguments = ["-n", net, "-i", "", "--reverse", "--tls-from-net", "--tls-filter", "hill"]
    assert run_tool(tool, [*arguments, "-o", "g"], folder=tmp_path).returncode == 0
    (groups,) = tmp_path.glob("*.csv")
    (plan,) = import_plans(groups, named.net_file).plans
    own = named.plans["hill"]
    assert plan.offset_s == own.offset_s
    assert [(p.duration_s, p.state) for p in plan.phases] == [
        (p.duration_s, p.state) for p in own.phases
    ]
    sheet = tmp_path / "sheet.csv"
    write_plans(import_plans(groups, named.net_file), sheet, named.net_file)
    assert plans_named(str(sheet)).plans["hill"].cycle_s == own.cycle_s
    groups.write_text(groups.read_text().replace("SG3;48", "SG3;x"))
    with pytest.raises(ScenarioError, match=r"hill_0.csv:26: SUMO's .* refuses it: ValueError"):
        import_plans(groups, named.net_file)


def test_sumo_s_tools_plan_for_the_roads_and_say_what_they_leave(tmp_path: Path) -> None:
    scenario = load_scenario("arterial", end_s=600.0)
    demand = freeze_routes(scenario, seed=1001, cache_dir=tmp_path)
    own = plans_of(scenario)
    coordinated, adapted = tmp_path / "coordinated.add.xml", tmp_path / "adapted.add.xml"
    assert write_coordinated_plan(scenario, demand, coordinated) == ()
    plans = plans_of(scenario, coordinated)
    assert {plan.program_id for plan in plans.values()} == {"plan"}
    assert [plan.cycle_s for plan in plans.values()] == [plan.cycle_s for plan in own.values()]
    assert any(plans[key].offset_s != own[key].offset_s for key in own)

    assert write_adapted_plan(scenario, demand, adapted) == ()
    plans = plans_of(scenario, adapted)
    assert any(plans[key].cycle_s != own[key].cycle_s for key in own)
    # Yellow and all-red are handed to the tool as they are on the road.
    findings = check_plans(scenario.net_file, plans)
    assert not [each for each in findings if "yellow" in each.text or "all-red" in each.text]
    assert any("they drift apart" in each.text for each in findings), "each has its own cycle"


def test_a_tool_that_changes_nothing_is_told(tmp_path: Path) -> None:
    scenario = load_scenario("resco:cologne1", end_s=25_500.0)
    demand = freeze_routes(scenario, seed=1001, cache_dir=tmp_path)
    said = write_coordinated_plan(scenario, demand, tmp_path / "plan.add.xml")
    assert said == ("coordinator: SUMO's tool changes nothing in resco:cologne1",)
