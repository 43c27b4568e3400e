import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from experiments.ledger.notes import Note, PublicKey, Signer

# The example in the documentation of Go's package golang.org/x/mod/sumdb/note.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""  # noqa: E501 (as it stands there)


def test_a_note_signed_by_another_program_is_accepted():
    assert PublicKey.parse(KEY).has_signed(Note.parse(NOTE.encode()))


def test_a_note_that_was_written_is_read_as_it_was():
    signer = Signer(Ed25519PrivateKey.generate())
    note = signer.sign("one\ntwo\n")
    assert Note.parse(note.content.encode()) == note
    assert signer.public_key.has_signed(note)
    assert PublicKey.parse(signer.public_key.text) == signer.public_key


def test_another_key_has_not_signed_it():
    one, other = (Signer(Ed25519PrivateKey.generate()) for _ in range(2))
    assert not other.public_key.has_signed(one.sign("text\n"))
    borrowed = one.public_key.number + one.public_key.raw
    assert borrowed[:4] != other.public_key.number


def test_every_change_of_a_byte_of_a_note_or_its_key_is_found():
    key, content = PublicKey.parse(KEY), NOTE.encode()

    def holds(changed):
        try:
            return key.has_signed(Note.parse(changed))
        except ValueError:
            return False

    assert holds(content)
    for place in range(len(content)):
        for mask in (1, 2, 4, 8, 16, 32, 64, 128):  # among them the unused bits of base64
            changed = bytearray(content)
            changed[place] ^= mask
            assert not holds(bytes(changed)), place
    for place in range(len(KEY)):
        with pytest.raises(ValueError, match="public key"):
            PublicKey.parse(KEY[:place] + ("A" if KEY[place] != "A" else "B") + KEY[place + 1 :])


@pytest.mark.parametrize("text", ["no end", "an empty\n\nline\n"])
def test_a_text_that_could_be_read_in_two_ways_is_not_signed(text):
    with pytest.raises(ValueError, match="lines"):
        Signer(Ed25519PrivateKey.generate()).sign(text)


def test_secrets_differ_by_purpose_and_key():
    one, other = (Signer(Ed25519PrivateKey.generate()) for _ in range(2))
    assert one.secret("a") == one.secret("a")
    assert len({one.secret("a"), one.secret("b"), other.secret("a")}) == 3
