"""The private key: made on first use, for its owner alone, and never beside results."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from experiments.ledger.notes import Signer

VARIABLE = "ECOCORRIDOR_KEY"
"""Of the environment: where the key is, if no option says so."""


def config_folder() -> Path:
    """Folder of what belongs to the user; need not exist yet."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    root = Path(base) if os.path.isabs(base) else Path.home() / ".config"  # noqa: PTH117
    return root / "ecocorridor"


def key_file(given: Path | None) -> Path:
    """Where the private key is, or would be."""
    named = os.environ.get(VARIABLE, "")
    return given or (Path(named) if named else config_folder() / "ledger_key.pem")


def load_key(file: Path) -> Signer:
    """The key in a file.

    Raises:
        ValueError: There is none, others could read or replace it, or it is no Ed25519 key.
    """
    try:
        with file.open("rb") as stream:
            _check_private(file, os.fstat(stream.fileno()))
            content = stream.read()
    except OSError as error:
        raise ValueError(f"key {file}: cannot be read: {error.strerror}") from None
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"key {file}: no private key in PEM without a password: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"key {file}: must be an Ed25519 key, got {type(key).__name__}")
    return Signer(key)


def load_or_make_key(file: Path, *, results: Path) -> Signer:
    """The key in a file, which is made if there is none.

    Args:
        file: Where it is; its folder is made if needed, for the owner alone.
        results: Folder of results, which is handed on and must not hold the key.

    Raises:
        ValueError: As of `load_key`, or the key would not be safe where it is wanted.
    """
    if file.resolve().is_relative_to(results.resolve()):
        raise ValueError(f"key {file}: lies in the folder of results; keep it elsewhere")
    if not file.exists():
        _make(file)
    return load_key(file)


def _check_private(file: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"key {file}: is no file")
    if status.st_uid != os.geteuid():
        raise ValueError(f"key {file}: belongs to another user")
    if status.st_mode & 0o077:
        raise ValueError(
            f"key {file}: others may use it (mode {status.st_mode & 0o777:o}); "
            f"if it was never copied: chmod 600 {file}"
        )
    folder = file.resolve().parent.stat()
    if folder.st_mode & 0o022 and not folder.st_mode & stat.S_ISVTX:
        raise ValueError(
            f"key {file}: others may replace it, as they may write to its folder; "
            f"chmod 700 {file.parent}"
        )


def _make(file: Path) -> None:
    """Make a key; if another process does so at the same time, one of the two stays."""
    folder = file.parent
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Nobody commits it by mistake, even if the folder lies in a checkout.
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        _check_not_committed(file)
        content = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            with contextlib.suppress(FileExistsError):
                file.hardlink_to(temporary)
        finally:
            temporary.unlink()
    except OSError as error:
        raise ValueError(f"key {file}: cannot be made: {error.strerror}") from None


def _check_not_committed(file: Path) -> None:
    """A new key is not made where git would take it up."""
    ignore = file.parent / ".gitignore"
    if ignore.is_file() and "*" in ignore.read_text(encoding="utf-8").split():
        return
    if any((folder / ".git").exists() for folder in file.resolve().parents):
        raise ValueError(f"key {file}: lies in a git checkout, where it could be committed")
