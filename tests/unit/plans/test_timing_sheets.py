"""Timing sheets are written and read without loss, and tell what is wrong with them."""

import re
from pathlib import Path

import numpy as np
import pytest

from sumo_nets import (
    Phase,
    Plan,
    ScenarioError,
    plans_in_force,
    read_roads,
    read_sheet,
    stages,
    write_sheet,
)


def bare(plan: Plan) -> tuple[object, ...]:
    """All of a plan but where it stands."""
    phases = [(p.duration_s, p.state, p.min_s, p.max_s) for p in plan.phases]
    return plan.signal_id, plan.program_id, plan.control, plan.offset_s, phases


def nothing(_signal_id: str, _state: str) -> str:
    return ""


def test_a_network_s_plan_as_a_sheet_names_stages_units_and_movements(crossroads: Path) -> None:
    sheet = write_sheet(plans_in_force([crossroads]).values(), read_roads(crossroads).named)
    assert sheet.splitlines() == [
        "signal,program,control,cycle_s,offset_s,stage,start_s,green_s,yellow_s,all_red_s,"
        "min_s,max_s,movements,green_state,yellow_state,all_red_state",
        "c,0,static,62,0,1,0,30,4,2,,,in_west>out_east in_west>out_north(g) in_east>out_west,"
        "GgGrr,yyyrr,rrrrr",
        "c,0,static,62,0,2,36,20,4,2,,,in_south>out_north :c_w0>:c_c0,rrrGG,rrryr,rrrrr",
    ]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_plan_is_written_is_read_back_without_loss(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plans = []
    for n in range(rng.integers(1, 4)):
        phases = []
        for _ in range(rng.integers(1, 9)):
            letters = rng.choice(list("rrygGsuoO"), size=5)
            low_s, high_s = (float(value) for value in rng.random(2) * 40)
            phases.append(
                Phase(
                    duration_s=float(rng.random() * 60),
                    state="".join(letters),
                    min_s=low_s if rng.random() < 0.3 else None,
                    max_s=high_s if rng.random() < 0.3 else None,
                )
            )
        plans.append(
            Plan(
                signal_id=f'si,gnal "{n}"',
                program_id=str(rng.integers(9)),
                control=str(rng.choice(["static", "actuated", "delay_based"])),
                offset_s=float(rng.normal() * 50),
                phases=tuple(phases),
            )
        )
    sheet = write_sheet(plans, nothing)
    back = read_sheet(sheet, "sheet.csv")
    assert [bare(plan) for plan in back] == [bare(plan) for plan in plans]
    assert write_sheet(back, nothing) == sheet


def test_a_change_of_more_than_two_intervals_goes_on_in_the_next_row() -> None:
    states = ["GG", "yG", "rG", "ry", "rr", "ru"]
    rows = stages([Phase(duration_s=1, state=state) for state in states])
    found = [[phase.state if phase else None for phase in row] for row in rows]
    assert found == [["GG", "yG", None], ["rG", "ry", "rr"], [None, "ru", None]]


def test_what_follows_from_the_rest_may_be_left_empty(crossroads: Path) -> None:
    named = read_roads(crossroads).named
    plans = list(plans_in_force([crossroads]).values())
    sheet = write_sheet(plans, nothing).replace(",62,0,", ",,0,").replace(",2,36,", ",2,,")
    assert [bare(p) for p in read_sheet(sheet, "s.csv", named)] == [bare(p) for p in plans]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",30,", ",31,", "s.csv:2:12: cycle_s says 62, but the stages add up to 63"),
        (",36,", ",35,", "s.csv:3:19: start_s says 35, but the stages add up to 36"),
        (",30,", ",x,", "s.csv:2:21: green_s must be a number of at least 0, got 'x'"),
        (",30,", ",-1,", "s.csv:2:21: green_s must be a number of at least 0, got '-1'"),
        (",30,", ",,", "s.csv:2:21: green_s must not be empty: its other half is given"),
        ("rrrGG", "rrrGX", "s.csv:3:62: unknown letter 'X' in a state"),
        ("rrrGG", "rrrG", "s.csv:2:1: states have different lengths: [4, 5]"),
        ("static,62,0,2", "static,60,0,2", "s.csv:3:12: cycle_s must be as in the first stage"),
        ("static,62,0,2", "statik,62,0,2", "s.csv:3:5: control must be as in the first stage"),
        ("0,2,36", "0,3,36", "s.csv:3:17: stage must be 2: stages are numbered in their order"),
        ("\nc,0,static,62,0,1", "\n,0,static,62,0,1", "s.csv:2:1: signal must not be empty"),
        (",yyyrr", "", "s.csv:2:1: has 15 cells, the header has 16"),
        ("green_s", "green", "s.csv:1:1: the header has 'green'; a timing sheet has: signal,"),
        ("in_east>out_west", "in_east>out_east", "s.csv:2:30: movements must be 'in_west>out_e"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(
    crossroads: Path, old: str, new: str, message: str
) -> None:
    named = read_roads(crossroads).named
    sheet = write_sheet(plans_in_force([crossroads]).values(), named)
    assert old in sheet
    with pytest.raises(ScenarioError, match=f"(?m)^{re.escape(message)}"):
        read_sheet(sheet.replace(old, new, 1), "s.csv", named)


def test_a_sheet_for_another_network_is_told_once_for_a_signal(crossroads: Path) -> None:
    named = read_roads(crossroads).named
    sheet = write_sheet(plans_in_force([crossroads]).values(), named).replace("\nc,", "\nother,")
    with pytest.raises(ScenarioError, match="is the sheet for another network") as caught:
        read_sheet(sheet, "s.csv", named)
    assert str(caught.value).count("signal 'other'") == 1


def test_a_sheet_without_stages_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"s.csv: holds no stage"):
        read_sheet(write_sheet([], nothing), "s.csv")


def test_what_a_sheet_cannot_hold_is_refused_and_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "own.add.xml"
    path.write_text(
        '<additional><tlLogic id="c" type="static" programID="0">'
        '<phase duration="9" state="G" next="0"/></tlLogic></additional>'
    )
    plans = plans_in_force([path]).values()
    with pytest.raises(ScenarioError, match=r"own.add.xml:1:13: .*'next' in a phase"):
        write_sheet(plans, nothing)
    path.write_text(path.read_text().replace("static", "NEMA"))
    plans = plans_in_force([path]).values()
    with pytest.raises(ScenarioError, match=r"type 'NEMA' cannot be written as a timing sheet"):
        write_sheet(plans, nothing)
