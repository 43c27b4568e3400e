import pytest

from experiments.arms import (
    DEVICE_DEFAULTS,
    PLAIN_ARMS,
    SIGNALS,
    SignalArm,
    parse_arm,
)


@pytest.mark.parametrize("name", PLAIN_ARMS)
def test_every_known_arm_keeps_its_name(name):
    assert parse_arm(name).name == name
    assert parse_arm(f" {name} ").name == name


def test_arms_differ_in_equipment_policy_and_device():
    table = {
        name: (arm.is_equipped, arm.policy, arm.device)
        for name, arm in ((name, parse_arm(name)) for name in PLAIN_ARMS)
    }
    assert table == {
        "none": (False, None, None),
        "unadvised": (True, None, None),
        "glosa-sumo": (True, None, DEVICE_DEFAULTS),
        "glosa": (True, "glosa", None),
        "eco": (True, "eco", None),
    }


def test_settings_of_the_device_are_range_speed_and_factor():
    arm = parse_arm("glosa-sumo:300/2/1.0")
    assert arm.device == (300.0, 2.0, 1.0)
    assert arm.name == "glosa-sumo:300/2/1.0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gloza", "unknown arm 'gloza'; did you mean 'glosa'"),
        ("", "unknown arm ''; known arms: none, unadvised, glosa-sumo, glosa, eco"),
        ("None", "did you mean 'none'"),
        ("glosa:300", "arm 'glosa' takes no settings, got '300'"),
        ("none:1", "takes no settings"),
        ("glosa-sumo:", "names no settings; write glosa-sumo:RANGE/MIN/FACTOR"),
        ("glosa-sumo:300", "must be glosa-sumo:RANGE/MIN/FACTOR"),
        ("glosa-sumo:300/2", "must be glosa-sumo:RANGE/MIN/FACTOR"),
        ("glosa-sumo:-300/2/1", "must be glosa-sumo:RANGE/MIN/FACTOR"),
        ("glosa-sumo:1e3/2/1", "must be glosa-sumo:RANGE/MIN/FACTOR"),
        ("glosa-sumo:0/2/1", "must be positive and the factor at least 1"),
        ("glosa-sumo:300/0/1", "must be positive and the factor at least 1"),
        ("glosa-sumo:300/2/0.9", "must be positive and the factor at least 1"),
        ("actuated+", "must be SIGNALS\\+ADVICE, for example actuated\\+eco"),
        ("+eco", "must be SIGNALS\\+ADVICE"),
        ("actuated+eco+glosa", "must be SIGNALS\\+ADVICE"),
        ("actuated+unadvised", "is written 'actuated'"),
        ("actuated+none", "'none' is the scenario as it came; write 'actuated'"),
        ("actuatd+eco", "unknown control of signals 'actuatd'; did you mean 'actuated'"),
        ("actuated+ecco", "unknown arm 'actuated\\+ecco'; did you mean 'eco'"),
        ("eco+actuated", r"signals come first; did you mean 'actuated\+eco'\?"),
        ("eco+committed:10", r"did you mean 'committed:10\+eco'\?"),
        ("unadvised+actuated", r"signals come first; did you mean 'actuated'\?"),
        ("none+actuated", r"signals come first; did you mean 'actuated'\?"),
        ("unadvised+eco", "the scenario's own plan is in force; did you mean 'eco'\\?"),
        ("eco+glosa", r"must be SIGNALS\+ADVICE"),
        ("none+eco", r"must be SIGNALS\+ADVICE"),
        ("actuated+committed", r"must be SIGNALS\+ADVICE"),
        ("actuated:5", "'actuated' takes no settings, got '5'"),
    ],
)
def test_what_is_no_arm_is_refused_with_what_would_be_right(text, words):
    with pytest.raises(ValueError, match=words):
        parse_arm(text)


@pytest.mark.parametrize("signals", SIGNALS)
def test_every_control_of_signals_is_an_arm_alone_and_with_advice(signals):
    alone, advised = parse_arm(signals), parse_arm(f"{signals}+eco")
    assert (alone.name, alone.advice, alone.is_advised) == (signals, "unadvised", False)
    assert (advised.name, advised.advice, advised.policy) == (f"{signals}+eco", "eco", "eco")
    assert alone.signals == advised.signals == SignalArm(name=signals)


def test_an_own_policy_in_front_of_signals_is_told_as_meant():
    with pytest.raises(ValueError, match=r"did you mean 'actuated\+mine'\?"):
        parse_arm("mine+actuated", own=("mine",))


def test_an_own_policy_advises_beside_any_control_of_signals():
    arm = parse_arm("actuated+mine", own=("mine",))
    assert (arm.policy, arm.advice, arm.signals) == ("own", "mine", SignalArm(name="actuated"))


def test_control_that_keeps_its_promise_takes_its_length():
    assert parse_arm("committed").signals == SignalArm(name="committed")
    found = parse_arm("committed:7.5+eco")
    assert (found.signals, found.policy) == (SignalArm(name="committed", promise_s=7.5), "eco")


@pytest.mark.parametrize("settings", ["", "x", "-1", "40.5", "5/2"])
def test_a_promise_is_from_0_to_40_seconds(settings):
    with pytest.raises(ValueError, match=r"committed:PROMISE, in seconds from 0 to 40.*got '"):
        parse_arm(f"committed:{settings}")
