"""Which plan runs where several are loaded."""

from pathlib import Path

import pytest

from sumo_nets import plans_in_force, read_plans
from sumo_nets.xml_source import XmlError

SECOND = (
    '<tlLogic id="c" programID="night" offset="5"><phase duration="9" state="GgGrr"/></tlLogic>'
)


def additional(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(f"<additional>\n{content}\n</additional>\n", encoding="utf-8")
    return path


def test_the_program_that_is_loaded_last_runs(crossroads: Path, tmp_path: Path) -> None:
    more = additional(tmp_path, "night.add.xml", SECOND)
    plan = plans_in_force([crossroads, more])["c"]
    assert (plan.program_id, plan.cycle_s, plan.place) == ("night", 9.0, f"{more}:2:1")
    assert plans_in_force([more, crossroads])["c"].program_id == "0"


def test_a_program_without_phases_changes_the_offset_of_the_one_with_its_id(
    crossroads: Path, tmp_path: Path
) -> None:
    only_offset = additional(tmp_path, "o.add.xml", '<tlLogic id="c" programID="0" offset="7.5"/>')
    plan = plans_in_force([crossroads, only_offset])["c"]
    assert (plan.offset_s, plan.cycle_s) == (7.5, 62.0)
    night = additional(tmp_path, "night.add.xml", SECOND)
    assert plans_in_force([crossroads, night, only_offset])["c"].offset_s == 5.0
    assert read_plans(only_offset) == []


def test_a_length_that_is_no_number_is_told_at_its_place(tmp_path: Path) -> None:
    path = additional(
        tmp_path, "a.add.xml", '<tlLogic id="c">\n<phase duration="ten" state="G"/>\n</tlLogic>'
    )
    with pytest.raises(XmlError, match=r"a.add.xml:3:1: phase duration: .*'ten'"):
        plans_in_force([path])
