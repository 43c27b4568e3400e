import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from controller import Advice, Reason
from experiments.made_up import made_up_observation
from experiments.own_policy import policy_of_file
from experiments.policy_loading import MODULE, PolicyError, checked_advice, load_policy

SEEN = made_up_observation()
N = SEEN.distance_m.size
NOBODY = SimpleNamespace(distance_m=np.zeros(0))


def good(**changes):
    fields = {"speed_mps": np.full(N, 7.0), "reason": np.full(N, Reason.ADVISED)}
    return Advice(**(fields | changes))


@pytest.fixture
def load(tmp_path, monkeypatch):
    """The policy of a file with this text; what loading changes of the process is put back."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)

    def make(text, class_name="P"):
        (tmp_path / "p.py").write_text(text)
        return load_policy(policy_of_file("mine", f"p.py:{class_name}", tmp_path))

    yield make
    sys.modules.pop(MODULE, None)


ADVISES = "from controller import Advice\nclass P:\n    def advise(self, seen):\n        "


def test_a_policy_is_asked_and_its_advice_passed_on(load):
    policy = load(ADVISES + "return Advice(speed_mps=seen.speed_mps, reason=0 * seen.n_queued)")
    said = policy.advise(SEEN)
    assert said.speed_mps.tolist() == SEEN.speed_mps.tolist()
    assert said.reason.tolist() == [Reason.ADVISED] * N
    assert said.memory is None


def test_what_a_policy_calls_its_notes_is_known(load):
    named = ADVISES.replace("class P:\n", "class P:\n    NOTES = ('target_s',)\n") + "pass\n"
    assert load(named).NOTES == ("target_s",)
    assert load(ADVISES + "pass\n").NOTES == ()


def test_notes_that_are_no_names_are_told_in_one_line(load):
    named = ADVISES.replace("class P:\n", "class P:\n    NOTES = 'target_s'\n") + "pass\n"
    with pytest.raises(PolicyError, match=r"p.py:P: NOTES must be a tuple of names .*'target_s'"):
        load(named)


def test_nobody_is_asked_where_nobody_is_seen(load):
    said = load(ADVISES + "raise RuntimeError").advise(NOBODY)
    assert said.speed_mps.shape == said.reason.shape == (0,)


def test_modules_beside_the_file_are_found_behind_all_others(load, tmp_path):
    (tmp_path / "beside_a_policy.py").write_text("SPEED = 3.0\n")
    (tmp_path / "json.py").write_text("raise RuntimeError('the wrong json')\n")
    load("import json\nfrom beside_a_policy import SPEED\n" + ADVISES + "pass\n")
    assert sys.path[-1] == str(tmp_path)
    del sys.modules["beside_a_policy"]
    assert not (tmp_path / "__pycache__").exists()


def test_a_class_inside_a_class_is_found(load):
    inner = "class Out:\n    class In:\n        def advise(self, seen): return None\n"
    assert type(load(inner, "Out.In").policy).__name__ == "In"


def test_dataclasses_work_in_the_file(load):
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass(frozen=True, slots=True)\nclass P:\n    margin_s: float = 2.0\n"
        "    def advise(self, seen): return None\n"
    )
    assert load(text).policy.margin_s == 2.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class Q: pass\nclass R: pass\n", "the file has no class 'P'; it has: Q, R"),
        ("class PP: pass\n", "the file has no class 'P'; did you mean 'PP'?"),
        ("P = 3\n", "the file has no class 'P'; it has: none"),
        ("from math import pi as P\n", "the file has no class 'P'; it has: none"),
        ("class P: pass\n", "P has no method advise(seen)"),
        ("class P:\n    advise = 3\n", "P has no method advise(seen)"),
        ("class P:\n    NOTES = 'goal'\n    def advise(self, seen): pass\n",
         "NOTES must be a tuple of names of columns of memory, got 'goal'"),
        ("class P\n", "the file cannot be imported: SyntaxError: expected ':' (p.py, line 1)"),
        ("import no_such_thing\n", "the file cannot be imported: ModuleNotFoundError: No module "
         "named 'no_such_thing' (p.py:1: import no_such_thing)"),
        ("x = 1\nx.y\n", "the file cannot be imported: AttributeError: 'int' object has no "
         "attribute 'y' (p.py:2: x.y)"),
        ("raise SystemExit('bye')", "the file cannot be imported: SystemExit: bye (p.py:1: raise "
         "SystemExit('bye'))"),
        ("class P:\n    def __init__(self, speed): pass\n", "P() failed: TypeError: "
         "P.__init__() missing 1 required positional argument: 'speed'"),
        ("class P:\n    def __init__(self):\n        open('w.npz')\n", "P() failed: FileNotFound"
         "Error: [Errno 2] No such file or directory: 'w.npz' (p.py:3: open('w.npz'))"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_told_in_one_line(load, text, words):
    with pytest.raises(PolicyError) as caught:
        load(text)
    assert str(caught.value) == f"policy p.py:P: {words}"


def test_an_error_while_advising_is_told_with_the_line_of_the_user(load):
    text = ADVISES + "return worse(seen)\n\ndef worse(seen):\n    return seen.speed_mps.mean(7)\n"
    with pytest.raises(PolicyError) as caught:
        load(text).advise(SEEN)
    assert str(caught.value).startswith("policy p.py:P: advise(seen) failed: AxisError: ")
    assert str(caught.value).endswith("(p.py:7: return seen.speed_mps.mean(7))")
    assert "\n" not in str(caught.value)


def test_a_policy_that_takes_no_observation_is_told_so(load):
    with pytest.raises(PolicyError, match=r"takes 1 positional argument but 2 were given$"):
        load("class P:\n    def advise(self): return None\n").advise(SEEN)


def test_what_a_policy_prints_is_no_word_of_ours(load, capsys):
    policy = load("print('import')\n" + ADVISES + "print('asked')")
    with pytest.raises(PolicyError, match="got NoneType"):
        policy.advise(SEEN)
    written = capsys.readouterr()
    assert (written.out, written.err) == ("", "import\nasked\n")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (None, "advise(seen) must return a controller.Advice, got NoneType"),
        (SEEN.speed_mps, "advise(seen) must return a controller.Advice, got ndarray"),
        (good(speed_mps=np.ones((N, 1))), f"speed_mps must have shape ({N},), a row for each row "
         f"of what is seen, got ({N}, 1)"),
        (good(speed_mps=7.0), f"speed_mps must have shape ({N},), a row for each row of what is "
         "seen, got ()"),
        (good(speed_mps=["fast"] * N), "speed_mps must be an array of numbers, got ['fast', 'fast'"
         ", 'fast', 'fast']"),
        (good(speed_mps=np.full(N, -1.0)), "speed_mps must not be negative or infinite; NaN where "
         "nothing is said"),
        (good(speed_mps=np.full(N, np.inf)), "speed_mps must not be negative or infinite; NaN where"
         " nothing is said"),
        (good(reason=np.full(N + 1, Reason.ADVISED)), f"reason must have shape ({N},), a row for "
         f"each row of what is seen, got ({N + 1},)"),
        (good(reason=np.zeros(N)), "reason must be an array of controller.Reason, got float64"),
        (good(reason=["advised"] * N), "reason must be an array of controller.Reason, got <U7"),
        (good(reason=np.full(N, -1)), f"reason must be 0 to {max(Reason)}, see controller.Reason"),
        (good(reason=np.full(N, 99)), f"reason must be 0 to {max(Reason)}, see controller.Reason"),
        (good(reason=np.full(N, Reason.NOT_NEEDED)), "reason must be Reason.ADVISED where "
         "speed_mps is a number"),
        (good(decel_mps2="firm"), "decel_mps2 must be an array of numbers, got 'firm'"),
        (good(decel_mps2=np.full(N, -1.0)), "decel_mps2 must not be negative or infinite; NaN where"
         " it is as usual"),
        (good(memory=np.zeros((N, 2))), f"memory must have shape {SEEN.memory.shape}, a row for "
         f"each row of what is seen, got ({N}, 2)"),
    ],
)  # fmt: skip
def test_wrong_advice_is_told_in_one_line(said, words):
    with pytest.raises(ValueError, match="must") as caught:
        checked_advice(said, SEEN)
    assert str(caught.value) == words


def test_lists_and_whole_numbers_are_advice_too():
    said = checked_advice(good(speed_mps=[7] * N, reason=[Reason.ADVISED] * N), SEEN)
    assert said.speed_mps.dtype == np.float64
    assert said.reason.dtype == np.int64
    firm = checked_advice(good(decel_mps2=[1] * N), SEEN)
    np.testing.assert_array_equal(firm.decel_mps2, np.ones(N))
    noted = checked_advice(good(memory=np.ones(SEEN.memory.shape, dtype=int)), SEEN)
    assert noted.memory.dtype == np.float64


def test_nan_is_nothing_to_say_whatever_the_reason():
    reason = np.array([Reason.ADVISED, Reason.NO_GREEN, Reason.NOT_NEEDED, Reason.TOO_SLOW])
    said = checked_advice(good(speed_mps=np.full(N, np.nan), reason=reason), SEEN)
    assert said.reason.tolist() == reason.tolist()


def test_a_file_that_changed_since_the_rehearsal_is_refused(tmp_path):
    file = tmp_path / "p.py"
    file.write_text("class P:\n    def advise(self, seen): return None\n")
    own = replace(policy_of_file("mine", "p.py:P", tmp_path), sources=((file.resolve(), "0ld"),))
    with pytest.raises(PolicyError, match=r"^policy p.py:P: p.py changed while it ran"):
        load_policy(own)
    file.unlink()
    with pytest.raises(PolicyError, match=r"^policy p.py:P: .*p.py: No such file or directory$"):
        load_policy(own)
