"""Signals under control in SUMO: what they showed, by SUMO's own record."""

from itertools import groupby

import polars as pl
import pytest

from sumo_nets import own_programs

pytestmark = pytest.mark.sumo

ARM = "max-pressure"


@pytest.fixture(scope="module")
def scenario(load):
    return load("resco:cologne1", end_s=25_800.0)


@pytest.fixture(scope="module")
def controlled(scenario, run_arms, tmp_path_factory):
    folder = tmp_path_factory.mktemp("controlled")
    return run_arms(scenario, ["none", ARM], folder, records=True)[ARM]


@pytest.fixture(scope="module")
def shown(controlled):
    """By second, the letters of the only signal."""
    lights = pl.read_parquet(controlled / "lights.parquet").sort("link_index", "start_s")
    columns = {}
    for row in lights.iter_rows(named=True):
        length_s = round(row["end_s"] - row["start_s"])
        columns[row["link_index"]] = columns.get(row["link_index"], "") + row["state"] * length_s
    return ["".join(letters) for letters in zip(*columns.values(), strict=True)]


def test_greens_meet_only_as_in_the_scenarios_own_program(scenario, shown):
    (program,) = own_programs(scenario).values()
    own = [phase.get("state") for phase in program.iter("phase")]
    places = range(len(own[0]))
    together = {
        (i, j) for s in own for i in places for j in places if s[i] in "Gg" and s[j] in "Gg"
    }
    found = {(i, j) for s in shown for i in places for j in places if s[i] in "Gg" and s[j] in "Gg"}
    assert found <= together
    assert len({s for s in shown if "y" not in s and {*s} & {*"Gg"}}) == 4


def test_each_green_lasts_its_least_length_and_ends_with_all_of_its_yellow(shown):
    for link in range(len(shown[0])):
        course = "".join(letters[link] for letters in shown).replace("g", "G")
        spells = [(letter, len(list(same))) for letter, same in groupby(course)]
        assert "Gr" not in course
        # The first and the last one are cut off.
        for letter, length_s in spells[1:-1]:
            assert length_s >= 5
            assert letter != "y" or length_s == 5


def test_what_was_announced_happened(controlled):
    promises = pl.read_parquet(controlled / "promises.parquet")
    assert promises.height > 40
    assert promises["is_kept"].all()
