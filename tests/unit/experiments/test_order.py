import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import experiments.order
import experiments.ordering
import experiments.worker
from controller import EcoParameters
from experiments.config import Experiment, resolved_dump
from experiments.order import Order, made_of, run_key
from experiments.ordering import Manner, orders_of
from experiments.own_policy import OwnPolicy
from experiments.single_run import RunFailedError
from experiments.worker import check_as_ordered
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


OWN = OwnPolicy(
    arm="mine",
    file=Path("/somewhere/mine.py"),
    class_name="Mine",
    pickled=b"\x80\x05]",
    search_path=("/somewhere",),
    sources=((Path("/somewhere/mine.py"), "5ha"), (Path("/elsewhere/tools.py"), "5hb")),
)


def changed(parameters):
    """Values of a section, one of its numbers changed."""
    values = asdict(parameters)
    name = next(name for name, value in values.items() if isinstance(value, float) and value > 0)
    return {name: values[name] * 1.01}


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


def test_the_content_of_a_folder_that_an_option_names_counts(scenario, tmp_path):
    for name in ("here", "there"):
        (tmp_path / name / "PHEM").mkdir(parents=True)
        (tmp_path / name / "PHEM" / "car.csv").write_text(name)

    def reads(name):
        return scenario(options=(("phemlight-path", str(tmp_path / name / "PHEM")),))

    before = key(reads("here"))
    assert key(reads("there")) != before
    (tmp_path / "there" / "PHEM" / "car.csv").write_text("here")
    assert key(reads("there")) == before


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


EVERY_ARM = ("none", "unadvised", "glosa-sumo", "glosa", "eco", "mine")
PARAMETERS = {
    "glosa": ({"glosa.min_speed_mps": 3.0},),
    "eco": ({"eco_accounts": ["bev"]}, {"eco": changed(EcoParameters())}),
}


@pytest.mark.parametrize("arm", EVERY_ARM)
@pytest.mark.parametrize("policy", PARAMETERS)
def test_parameters_of_a_policy_count_in_its_own_arm_alone(scenario, arm, policy):
    made = scenario()
    mine = {"policies.mine": "p.py:Mine"}
    before = key(made, arm, **mine)
    for change in PARAMETERS[policy]:
        assert (key(made, arm, **mine, **change) != before) == (arm == policy)


def test_where_an_own_policy_is_written_does_not_count_but_its_content_does(scenario):
    made = scenario()
    here = key(made, "mine", extras={"policy": OWN.content()}, **{"policies.mine": "p.py:Mine"})
    moved = replace(OWN, file=Path("/m.py"), sources=((Path("/m.py"), "5ha"), OWN.sources[1]))
    other = replace(OWN, sources=(OWN.sources[0], (Path("/elsewhere/tools.py"), "5hc")))

    def there(own):
        asked = {"policies.mine": "elsewhere/p.py:Mine", "policies.other": "q.py:Other"}
        return key(made, "mine", extras={"policy": own.content()}, **asked)

    assert there(OWN) == there(moved) == here
    assert there(other) != here
    assert there(replace(OWN, class_name="Other")) != here
    assert there(replace(OWN, pickled=b"\x80\x05}")) != here
    assert there(replace(OWN, pickled=None)) != here


def test_other_code_and_another_sumo_make_another_run(scenario, monkeypatch):
    made = scenario()
    before = key(made)
    monkeypatch.setattr(experiments.order, "code_hash", lambda: "other")
    assert key(made) != before
    monkeypatch.undo()
    monkeypatch.setattr(experiments.order, "sumo_version", lambda: "0.1")
    assert key(made) != before
    monkeypatch.undo()
    # What drives is libsumo, which comes in a package of its own.
    monkeypatch.setattr(experiments.order, "versions", lambda: {"libsumo": "0.1"})
    assert key(made) != before


def test_a_run_whose_files_changed_meanwhile_is_refused(scenario):
    made = scenario()
    order = Order(
        experiment=Experiment.from_scenario("town", {}),
        scenario=made,
        arm="none",
        seed=1,
        cache_dir=Path("/somewhere/cache"),
        out=Path("/somewhere/out"),
        keeps_raw=False,
        records=False,
        api="libsumo",
        gui=False,
        code_sha256="c0de",
        made_of_sha256=made_of(made, {}),
    )
    check_as_ordered(Order.from_json(order.to_json()))
    made.route_files[0].write_text("<routes><!-- written anew --></routes>")
    with pytest.raises(RunFailedError, match="changed while it ran"):
        check_as_ordered(order)


def test_a_run_whose_fleet_changed_meanwhile_is_refused(scenario, monkeypatch):
    made = scenario()
    read = {"mix": "old"}
    monkeypatch.setattr(experiments.ordering, "fleet_content", lambda _experiment: dict(read))
    monkeypatch.setattr(experiments.worker, "fleet_content", lambda _experiment: dict(read))
    wishes = {"store": Path("s"), "cache_dir": Path("c"), "manner": Manner()}
    experiment = Experiment.from_scenario("town", {"arms": "none,eco"})
    order = next(orders_of(experiment, made, {}, **wishes))
    check_as_ordered(order)
    read["mix"] = "new"
    with pytest.raises(RunFailedError, match="changed while it ran"):
        check_as_ordered(order)


def test_inputs_are_told_by_name_and_digest_in_order(scenario):
    found = input_hashes(scenario())
    assert [name for name, _ in found] == ["town.net.xml", "town.rou.xml"]
    assert all(len(digest) == 64 for _, digest in found)


@pytest.mark.parametrize("own", [None, OWN, replace(OWN, pickled=None)], ids=str)
def test_an_order_survives_the_way_to_its_process(scenario, own):
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
        own_policy=own,
        made_of_sha256="f00d",
    )
    text = order.to_json()
    assert "\n" not in text
    received = Order.from_json(text)
    assert replace(received, experiment=order.experiment) == order
    assert resolved_dump(received.experiment) == resolved_dump(order.experiment)
    # It works in a folder of its own, and must find what the experiment names.
    assert received.experiment.folder == Path.cwd()
