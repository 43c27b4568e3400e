import os
from pathlib import Path

import pytest

import experiments.order
from experiments.config import Experiment
from experiments.order import Order, code_hash, run_key
from sumo_nets import Scenario, input_hashes


@pytest.fixture
def scenario(tmp_path):
    def make(folder="here", net="<net/>", routes="<routes/>", name="town", **changes):
        base = tmp_path / folder
        base.mkdir(exist_ok=True)
        (base / f"{name}.net.xml").write_text(net)
        (base / f"{name}.rou.xml").write_text(routes)
        return Scenario(
            name=name,
            net_file=base / f"{name}.net.xml",
            route_files=(base / f"{name}.rou.xml",),
            **changes,
        )

    return make


def key(scenario, arm="glosa", seed=1, extras=None, **overrides):
    experiment = Experiment.from_scenario("town", overrides)
    return run_key(experiment, scenario, arm, seed, extras=extras or {})


def test_a_key_is_the_same_twice(scenario):
    assert key(scenario()) == key(scenario())
    assert len(key(scenario())) == 64


def test_names_and_places_of_files_do_not_count(scenario):
    here, there = scenario(), scenario("there", name="city", origin="elsewhere")
    assert key(here) == key(there)


def test_the_content_of_files_counts(scenario):
    before = key(scenario())
    assert key(scenario(net="<net><edge/></net>")) != before
    assert key(scenario(routes="<routes><vehicle/></routes>")) != before
    # Equal content in exchanged roles is another run.
    swapped = key(scenario(net="<routes/>", routes="<net/>"))
    assert swapped != before


def test_the_content_of_an_included_file_counts(scenario):
    made = scenario(routes='<routes><include href="inner.rou.xml"/></routes>')
    inner = made.net_file.with_name("inner.rou.xml")
    inner.write_text("<routes/>")
    before = key(made)
    inner.write_text('<routes><vType id="slow"/></routes>')
    assert key(made) != before
    assert "inner.rou.xml" in [name for name, _ in input_hashes(made)]


def test_a_file_that_is_written_anew_is_read_anew(scenario):
    made = scenario()
    before = key(made)
    stat = made.net_file.stat()
    made.net_file.write_text("<NET/>")
    os.utime(made.net_file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert key(made) != before


@pytest.mark.parametrize(
    "change",
    [
        {"arm": "unadvised"},
        {"seed": 2},
        {"extras": {"records": True}},
        {"penetration": 0.5},
        {"execution": "automated"},
        {"rsu.range_m": 200.0},
        {"demand_scale": 2.0},
        {"drain_s": 60.0},
    ],
    ids=str,
)
def test_what_decides_a_run_counts(scenario, change):
    made = scenario()
    assert key(made, **change) != key(made)


@pytest.mark.parametrize(
    "change",
    [
        {"begin_s": 5.0},
        {"end_s": 9.0},
        {"step_length_s": 0.5},
        {"options": (("lateral-resolution", "0.8"),)},
    ],
    ids=str,
)
def test_what_decides_the_road_counts(scenario, change):
    assert key(scenario(**change)) != key(scenario())


def test_arms_and_seeds_beside_the_own_do_not_count(scenario):
    made = scenario()
    assert key(made, arms="none,glosa") == key(made)
    assert key(made, seeds="1,5") == key(made)


def test_other_code_and_another_sumo_make_another_run(scenario, monkeypatch):
    made = scenario()
    before = key(made)
    monkeypatch.setattr(experiments.order, "code_hash", lambda: "other")
    assert key(made) != before
    monkeypatch.undo()
    monkeypatch.setattr(experiments.order, "sumo_version", lambda: "0.1")
    assert key(made) != before


def test_inputs_are_told_by_name_and_digest_in_order(scenario):
    found = input_hashes(scenario())
    assert [name for name, _ in found] == ["town.net.xml", "town.rou.xml"]
    assert all(len(digest) == 64 for _, digest in found)


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A copy of nothing: packages with one line each."""
    for package in experiments.order.PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(experiments.order, "__file__", str(tmp_path / "experiments" / "order.py"))
    return tmp_path


def test_the_hash_of_the_code_changes_with_any_source(sources):
    seen = {code_hash.__wrapped__()}
    for package in experiments.order.PACKAGES:
        (sources / package / "one.py").write_text("x = 2\n")
        seen.add(code_hash.__wrapped__())
    (sources / "corridor" / "two.py").write_text("")
    seen.add(code_hash.__wrapped__())
    assert len(seen) == len(experiments.order.PACKAGES) + 2


def test_the_hash_of_the_code_does_not_change_with_what_is_no_source(sources):
    before = code_hash.__wrapped__()
    (sources / "corridor" / "__pycache__").mkdir()
    (sources / "corridor" / "__pycache__" / "one.pyc").write_bytes(b"\0")
    (sources / "notes.py").write_text("")
    report = sources / "experiments" / "report"
    report.mkdir()
    (report / "page.py").write_text("")
    assert code_hash.__wrapped__() == before


def test_an_order_survives_the_way_to_its_process(scenario):
    order = Order(
        experiment=Experiment.from_scenario(
            "town", {"seeds": "2,3", "rsu.range_m": 123.0, "end_s": 60.0}
        ),
        scenario=scenario(options=(("lateral-resolution", "0.8"),), begin_s=5.0),
        arm="glosa-sumo:300/2/1.0",
        seed=3,
        cache_dir=Path("/somewhere/cache"),
        out=Path("/somewhere/out"),
        keeps_raw=True,
        records=False,
        api="traci",
        gui=True,
        code_sha256="c0de",
    )
    text = order.to_json()
    assert "\n" not in text
    assert Order.from_json(text) == order
