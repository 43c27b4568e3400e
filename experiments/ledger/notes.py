"""Signed notes: a few lines of text, and an Ed25519 signature beneath that names its key.

The form is that of Go's checksum database and of transparency logs, so that other programs can
check a checkpoint too: C2SP signed-note, https://c2sp.org/signed-note.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NAME = "ecocorridor"
"""Of our keys, in notes; a key is told from others by its number behind it."""
_ED25519 = b"\x01"
_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """Who may have signed a note."""

    name: str
    raw: bytes
    """32 bytes."""

    @property
    def number(self) -> bytes:
        """4 bytes by which a signature names its key."""
        named = self.name.encode() + b"\n" + _ED25519 + self.raw
        return hashlib.sha256(named).digest()[:4]

    @property
    def text(self) -> str:
        """In one line, to be handed on."""
        return f"{self.name}+{self.number.hex()}+{_base64(_ED25519 + self.raw)}"

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """The key that a line holds.

        Raises:
            ValueError: It is none, or was changed: its number does not fit.
        """
        match = _KEY.fullmatch(text)
        content = _from_base64(match[3]) if match else None
        if match is None or content is None or content[:1] != _ED25519 or len(content) != 33:
            raise ValueError("this is no public key; one looks like ecocorridor+0a1b2c3d+AW9u…")
        key = cls(name=match[1], raw=content[1:])
        if key.text != text:
            raise ValueError("the public key was changed: its number does not fit")
        return key

    def has_signed(self, note: "Note") -> bool:
        """Whether a note's signature is of this key."""
        if (note.name, note.number) != (self.name, self.number):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(note.signature, note.text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text and its signature."""

    text: str
    """Ends with a newline."""
    name: str
    """Of the key."""
    number: bytes
    """Of the key, 4 bytes."""
    signature: bytes

    @property
    def content(self) -> str:
        """As it stands in a file."""
        return f"{self.text}\n— {self.name} {_base64(self.number + self.signature)}\n"

    @classmethod
    def parse(cls, content: bytes) -> "Note":
        """The note in a file; whether it is signed rightly is another question.

        Raises:
            ValueError: It is none, or not in the one form that it is written in.
        """
        try:
            text, _, last = content.decode().rpartition("\n\n")
        except UnicodeDecodeError:
            raise ValueError("this is no text") from None
        match = _SIGNATURE.fullmatch(last)
        signed = _from_base64(match[2]) if match else None
        if match is None or signed is None or len(signed) != 4 + 64:
            raise ValueError("the line of the signature is not as it was written")
        note = cls(text=text + "\n", name=match[1], number=signed[:4], signature=signed[4:])
        if note.content.encode() != content:
            raise ValueError("the note is not in the form in which it was written")
        return note


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: holds the private key."""

    _key: Ed25519PrivateKey

    @property
    def public_key(self) -> PublicKey:
        """What others check by."""
        return PublicKey(name=NAME, raw=self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Note:
        """A signed note.

        Args:
            text: Lines that end with a newline; none but the last is empty.
        """
        if not text.endswith("\n") or "\n\n" in text:
            raise ValueError("a note is made of lines, none of them empty")
        key = self.public_key
        return Note(
            text=text, name=key.name, number=key.number, signature=self._key.sign(text.encode())
        )

    def secret(self, purpose: str) -> bytes:
        """32 bytes that only the holder of the key can make, others for each purpose (RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(
            self._key.private_bytes_raw()
        )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_base64(text: str) -> bytes | None:
    """What a text stands for; None unless it is the one text for that."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return data if _base64(data) == text else None
