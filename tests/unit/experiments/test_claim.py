import subprocess
import sys

import pytest

from experiments.claim import STORE, claimed


def test_a_new_folder_is_made_with_its_store(tmp_path):
    with claimed(tmp_path / "deep" / "out") as store:
        assert store == tmp_path / "deep" / "out" / STORE
        assert store.is_dir()


def test_an_empty_folder_is_taken(tmp_path):
    with claimed(tmp_path) as store:
        assert store.is_dir()


def test_a_folder_of_results_is_taken_again_with_what_is_in_it(tmp_path):
    with claimed(tmp_path) as store:
        (store / "kept").mkdir()
        (tmp_path / "summary.json").write_text("{}")
    with claimed(tmp_path) as store:
        assert (store / "kept").is_dir()
        assert (tmp_path / "summary.json").read_text() == "{}"


def test_results_without_their_store_are_results(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    with claimed(tmp_path) as store:
        assert store.is_dir()


def test_a_foreign_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ValueError, match="holds files that are no results"), claimed(tmp_path):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_folder(tmp_path):
    file = tmp_path / "out"
    file.write_text("")
    with pytest.raises(ValueError, match="is a file; name a folder"), claimed(file):
        pass


def test_a_folder_can_be_claimed_once_at_a_time(tmp_path):
    with (
        claimed(tmp_path),
        pytest.raises(ValueError, match="another process is writing"),
        claimed(tmp_path),
    ):
        pass
    with claimed(tmp_path) as store:
        assert store.is_dir()


def test_the_claim_of_another_process_holds_until_it_is_killed(tmp_path):
    code = (
        "import sys, pathlib; from experiments.claim import claimed\n"
        "with claimed(pathlib.Path(sys.argv[1])):\n"
        "    print('claimed', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "claimed\n"
        with pytest.raises(ValueError, match="another process"), claimed(tmp_path):
            pass
        other.kill()
        other.wait()
        with claimed(tmp_path) as store:
            assert store.is_dir()


def test_an_error_within_gives_the_folder_back(tmp_path):
    with pytest.raises(RuntimeError, match="within"), claimed(tmp_path):
        raise RuntimeError("within")
    with claimed(tmp_path) as store:
        assert store.is_dir()
