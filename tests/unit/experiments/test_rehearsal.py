import hashlib
import sys

import pytest

from experiments.own_policy import policy_of_file, policy_of_object
from experiments.policy_loading import PolicyError, load_policy
from experiments.rehearsal import rehearse

HEAD = "import random\nimport numpy as np\nfrom controller import Advice, Reason\n"
ADVISE = """
class P:
    def advise(self, seen):
        speed_mps = {speed_mps} + np.zeros(seen.distance_m.size)
        return Advice(speed_mps=speed_mps, reason=np.full(speed_mps.size, Reason.ADVISED))
"""


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def own(tmp_path):
    def make(text):
        (tmp_path / "p.py").write_text(text)
        return policy_of_file("mine", "p.py:P", tmp_path)

    return make


def test_a_good_policy_comes_back_with_its_file_and_nothing_beside_it(own, tmp_path):
    tried = rehearse(own(HEAD + ADVISE.format(speed_mps="7.0")))
    assert tried.sources == ((tmp_path / "p.py", digest(tmp_path / "p.py")),)
    assert [file.name for file in tmp_path.iterdir()] == ["p.py"]


def test_own_modules_that_it_imports_count_and_installed_packages_do_not(own, tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("")
    (tmp_path / "tools" / "speeds.py").write_text("SPEED_MPS = 7.0\n")
    late = "(__import__('late_one') and 7.0)"
    (tmp_path / "late_one.py").write_text("")
    text = f"import scipy.stats\nimport corridor\nfrom tools.speeds import SPEED_MPS\n{HEAD}"
    tried = rehearse(own(text + ADVISE.format(speed_mps=f"SPEED_MPS + {late}")))
    files = [file.relative_to(tmp_path).as_posix() for file, _ in tried.sources]
    assert files == ["p.py", "late_one.py", "tools/__init__.py", "tools/speeds.py"]


@pytest.mark.parametrize("read", ["float(open({}).read())", "np.loadtxt({})"])
def test_data_that_it_reads_count(own, tmp_path, read):
    weights = tmp_path / "weights.txt"
    weights.write_text("7.0")
    speed_mps = read.format(f"'{weights}'")
    tried = rehearse(own(HEAD + ADVISE.format(speed_mps=speed_mps)))
    assert (weights, digest(weights)) in tried.sources
    weights.write_text("8.0")
    with pytest.raises(PolicyError, match=r"weights\.txt changed while it ran"):
        load_policy(tried)


@pytest.mark.parametrize(
    "speed_mps",
    ["random.random()", "np.random.random()", "np.random.default_rng().random()",
     "list({'a', 'b', 'c', 'd', 'e', 'f', 'g'}).index('a')"],
)  # fmt: skip
def test_advice_that_nobody_can_repeat_is_refused(own, speed_mps):
    # Order of sets: with these seven words the two processes differ.
    with pytest.raises(PolicyError, match="says two things of the same observation"):
        rehearse(own(HEAD + ADVISE.format(speed_mps=speed_mps)))


def test_chance_with_a_seed_is_welcome(own):
    rehearse(
        own(f"{HEAD}rng = np.random.default_rng(1)\n{ADVISE.format(speed_mps='rng.random()')}")
    )


@pytest.mark.parametrize(
    ("speed_mps", "words"),
    [
        ("1 / 0", r"advise\(seen\) failed: ZeroDivisionError: division by zero \(p.py:7: "),
        ("np.zeros((2, 4, 1))", r"speed_mps must have shape \(4,\), .* got \(2, 4, 4\)"),
        ("open('weights.txt')", "FileNotFoundError"),
        ("__import__('os')._exit(3)", "its process ended with code 3: no last words"),
        ("__import__('os')._exit(0)", "its process ended with code 0: no last words"),
        ("__import__('os').abort()", "its process ended with code -6"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line(own, tmp_path, monkeypatch, speed_mps, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.txt").write_text("a run is not in this folder")
    with pytest.raises(PolicyError, match=f"^policy p.py:P: .*{words}") as caught:
        rehearse(own(HEAD + ADVISE.format(speed_mps=speed_mps)))
    assert "\n" not in str(caught.value)


def test_what_a_policy_prints_disturbs_nobody(own):
    rehearse(own("print('{')\n" + HEAD + ADVISE.format(speed_mps="(print('x', end='') or 7.0)")))


def test_objects_are_made_again_in_another_process(tmp_path, monkeypatch):
    text = f"{HEAD}{ADVISE.format(speed_mps='self.speed_mps')}    speed_mps = 7.0\n"
    (tmp_path / "policies_to_rehearse.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    import policies_to_rehearse

    policy = policies_to_rehearse.P()
    tried = rehearse(policy_of_object("mine", policy))
    assert [file.name for file, _ in tried.sources] == ["policies_to_rehearse.py"]
    rehearse(policy_of_object("mine", policies_to_rehearse.P))
    policy.speed_mps = -1.0
    with pytest.raises(PolicyError, match=r"to_rehearse\.py:P: speed_mps must not"):
        rehearse(policy_of_object("mine", policy))
    del sys.modules["policies_to_rehearse"]


def test_a_module_that_another_one_hides_is_told(tmp_path, monkeypatch):
    # In this process the user's module comes first on the path, in that of a run last.
    (tmp_path / "queue.py").write_text("class P:\n    def advise(self, seen): return None\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "queue")
    import queue

    own = policy_of_object("mine", queue.P)
    with pytest.raises(PolicyError, match=r"^policy queue\.py:P: it cannot be made again"):
        rehearse(own)
    monkeypatch.delitem(sys.modules, "queue")
