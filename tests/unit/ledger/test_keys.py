import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from experiments.ledger import key_file, load_key, load_or_make_key


@pytest.fixture
def file(tmp_path):
    return tmp_path / "config" / "ecocorridor" / "ledger_key.pem"


def make(file):
    return load_or_make_key(file, results=file.parents[2] / "results")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_on_first_use_for_its_owner_alone_and_then_kept(file):
    old = os.umask(0)
    try:
        first = make(file)
    finally:
        os.umask(old)
    assert mode(file) == 0o600
    assert mode(file.parent) == 0o700
    assert make(file).public_key == first.public_key
    assert load_key(file).public_key == first.public_key


def test_nothing_else_is_left_beside_a_new_key_but_what_keeps_git_away(file):
    make(file)
    assert {path.name for path in file.parent.iterdir()} == {file.name, ".gitignore"}
    assert (file.parent / ".gitignore").read_text() == "*\n"


def test_several_at_once_make_one_key(file):
    file.parent.mkdir(parents=True)
    with ThreadPoolExecutor(4) as pool:
        keys = {signer.public_key for signer in pool.map(make, [file] * 8)}
    assert len(keys) == 1


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o660, 0o666, 0o601])
def test_a_key_that_others_may_use_is_refused(file, bits):
    make(file)
    file.chmod(bits)
    with pytest.raises(ValueError, match="others may use it"):
        make(file)


def test_a_key_that_others_may_replace_is_refused(file):
    make(file)
    file.parent.chmod(0o777)
    with pytest.raises(ValueError, match="others may replace it"):
        make(file)


def test_a_key_in_the_folder_of_results_is_refused(tmp_path):
    with pytest.raises(ValueError, match="folder of results"):
        load_or_make_key(tmp_path / "out" / "deep" / "key.pem", results=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_key_is_not_made_where_it_could_be_committed(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "conf").mkdir()
    with pytest.raises(ValueError, match="git checkout"):
        load_or_make_key(tmp_path / "conf" / "key.pem", results=tmp_path / "out")
    assert list((tmp_path / "conf").iterdir()) == []


def test_what_is_no_ed25519_key_is_refused(file):
    file.parent.mkdir(parents=True)
    other = generate_private_key(65537, 1024)
    content = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for text, what in ((b"hello", "no private key"), (content, "Ed25519")):
        file.write_bytes(text)
        file.chmod(0o600)
        with pytest.raises(ValueError, match=what):
            load_key(file)


def test_a_key_that_is_missing_is_not_made_where_it_is_only_read(file):
    with pytest.raises(ValueError, match="cannot be read"):
        load_key(file)
    assert not file.exists()


def test_an_option_comes_before_the_environment_and_that_before_the_users_folder(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("ECOCORRIDOR_KEY", raising=False)
    assert key_file(None) == tmp_path / "ecocorridor" / "ledger_key.pem"
    monkeypatch.setenv("ECOCORRIDOR_KEY", "/a/key")
    assert str(key_file(None)) == "/a/key"
    assert key_file(tmp_path / "b") == tmp_path / "b"
