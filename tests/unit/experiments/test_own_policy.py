import pickle
import sys
from pathlib import Path

import pytest

from experiments.own_policy import (
    OwnPolicy,
    check_arm_name,
    named_by_class,
    policy_of_file,
    policy_of_object,
    split_reference,
)


class Here:
    """A class that stands in a file."""

    def __init__(self, margin_s=0.0):
        self.margin_s = margin_s

    def advise(self, seen):
        raise NotImplementedError


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """A class of a module that was imported as a script would."""
    (tmp_path / "policies_of_a_user.py").write_text(
        "class Mine:\n    def __init__(self, speed=1):\n        self.speed = speed\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import policies_of_a_user

    yield policies_of_a_user.Mine
    del sys.modules["policies_of_a_user"]


@pytest.mark.parametrize("name", ["mine", "Mine_2", "my-policy", "ökologisch"])
def test_names_of_arms_are_words(name):
    check_arm_name(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [(name, "is built in") for name in ("none", "unadvised", "glosa-sumo", "glosa", "eco")]
    + [("smoothing", "is built in")]
    + [(name, "cannot be the name") for name in ("", "a/b", "a:b", "2nd", "a b", "..", "-a")],
)
def test_a_name_that_is_taken_or_no_word_is_refused(name, words):
    with pytest.raises(ValueError, match=f"^'{name}' {words}"):
        check_arm_name(name)


def test_a_reference_is_a_file_and_a_class():
    assert split_reference("p.py:Mine") == ("p.py", "Mine")
    assert split_reference("/a:b/p.py:Outer.Inner") == ("/a:b/p.py", "Outer.Inner")


@pytest.mark.parametrize(
    "text", ["", "p.py", "p.py:", ":Mine", "p:Mine", "p.py:my policy", "p.py:1"]
)
def test_what_is_no_reference_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"must be FILE\.py:CLASS, for example my_policy\.py:"):
        split_reference(text)


def test_arms_are_called_as_their_classes_and_know_their_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert named_by_class(["p.py:Mine", "/q.py:GLOSA2"]) == {
        "mine": f"{tmp_path}/p.py:Mine",
        "glosa2": "/q.py:GLOSA2",
    }


def test_two_classes_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"'q\.py:MINE' would be a second arm 'mine'"):
        named_by_class(["p.py:Mine", "q.py:MINE"])


def test_a_file_is_found_from_the_folder_that_names_it(tmp_path):
    (tmp_path / "p.py").write_text("")
    own = policy_of_file("mine", "p.py:Mine", tmp_path)
    assert own.file == (tmp_path / "p.py").resolve()
    assert own.search_path == (str(own.file.parent),)
    assert own.pickled is None
    with pytest.raises(ValueError, match=r"^policy no\.py:Mine: there is no file"):
        policy_of_file("mine", "no.py:Mine", tmp_path)


def test_an_object_goes_with_its_state_and_a_class_without(imported, tmp_path):
    own = policy_of_object("mine", imported(speed=7))
    assert own.file == (tmp_path / "policies_of_a_user.py").resolve()
    assert own.reference == f"{own.file}:Mine"
    assert pickle.loads(own.pickled).speed == 7
    assert str(tmp_path) in own.search_path
    assert pickle.loads(policy_of_object("mine", imported).pickled) is imported


def test_the_way_to_the_process_changes_nothing(imported):
    for own in (policy_of_object("mine", imported()), policy_of_object("mine", imported)):
        assert OwnPolicy.from_plain(own.to_plain()) == own


@pytest.mark.parametrize("thing", [Here, Here()], ids=["class", "object"])
def test_a_class_of_the_running_script_is_refused(thing, monkeypatch):
    monkeypatch.setattr(Here, "__module__", "__main__")
    words = "^policy Here: its class is part of the script or notebook that is running.*file of its"
    with pytest.raises(ValueError, match=words):
        policy_of_object("mine", thing)


def test_what_has_no_file_is_refused():
    with pytest.raises(ValueError, match=r"^policy int: no file is known in which it is written"):
        policy_of_object("mine", 3)


def test_what_cannot_be_handed_over_is_refused(imported):
    class Local:
        pass

    for thing in (Local(), Local, imported(speed=lambda: 3)):
        with pytest.raises(ValueError, match="cannot be handed to another process"):
            policy_of_object("mine", thing)


def test_contents_do_not_depend_on_places():
    def own(folder):
        sources = ((Path(folder) / "p.py", "1"), (Path(folder) / "b.py", "3"), (Path("/a"), "2"))
        return OwnPolicy(
            arm=folder.strip("/"), file=Path(folder) / "p.py", class_name="P", sources=sources
        )

    assert own("/here").content() == own("/there").content()
    assert own("/here").content()["files"] == ["1", "a 2", "b.py 3"]


def test_files_that_change_places_are_other_content():
    def own(a, b):
        sources = ((Path("/p.py"), "1"), (Path("/a.npy"), a), (Path("/b.npy"), b))
        return OwnPolicy(arm="p", file=Path("/p.py"), class_name="P", sources=sources)

    assert own("2", "3").content() != own("3", "2").content()
