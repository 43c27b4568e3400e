"""A cached map is taken only if it was made by the code that would make it now."""

from pathlib import Path

import pytest

import emissions
from emissions import map_loading


@pytest.fixture
def made(monkeypatch):
    found = []
    monkeypatch.setattr(map_loading, "_make", lambda *asked: found.append(asked) or {})
    return found


def ask(tmp_path):
    map_loading.load_maps(
        "HBEFA4/PC_petrol_Euro-4",
        slopes_deg=(0.0,),
        sumo_home=tmp_path,
        sumo_version="1",
        cache_dir=tmp_path,
    )


def test_a_map_is_made_once(made, tmp_path):
    ask(tmp_path)
    ask(tmp_path)
    assert len(made) == 1


def test_other_code_makes_it_anew(made, tmp_path, monkeypatch):
    ask(tmp_path)
    monkeypatch.setattr(map_loading, "_code", lambda: "other")
    ask(tmp_path)
    assert len(made) == 2


def test_all_of_ours_that_a_map_is_made_with_counts():
    folder = Path(emissions.__file__).parent
    counted = {f"emissions.{name}" for name in map_loading.MADE_BY}
    for name in map_loading.MADE_BY[1:]:
        lines = (folder / f"{name}.py").read_text(encoding="utf-8").splitlines()
        used = {line.split()[1] for line in lines if line.startswith("from emissions.")}
        assert used <= counted, name
