"""Signing keys as files: one PEM each, named by the instant at which the key was made."""

import fcntl
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from login.credentials.signing_keys import SigningKey

_INSTANT: Final = "%Y%m%dT%H%M%S.%fZ"
_NAME: Final = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-[A-Za-z0-9_-]{8}\.pem", re.ASCII)
_OWNER_ONLY: Final = 0o600
_LARGEST_FILE: Final = 10_000


class KeyDirectoryError(Exception):
    """The keys cannot be used; the message says which file, why, and what to do."""


class KeyDirectory:
    """Reads and writes the files. Names that begin with a dot are nobody's business here.

    Raises of every verb: `KeyDirectoryError`.

    Args:
        path: where they are; made when the first key is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[SigningKey]:
        """Return all keys, oldest first; none if there is no directory."""
        with _explained(self.path):
            files = sorted(self.path.iterdir()) if self.path.exists() else []
        return [_read(file) for file in files if not file.name.startswith(".")]

    def read_or_create(self, now: datetime) -> list[SigningKey]:
        """Return all keys, oldest first; makes one if there is none.

        Processes that start at once take turns, so that all of them find the same key.
        """
        keys = self.read()
        if keys:
            return keys
        with self._turn():
            return self.read() or [self.create(now)]

    def create(self, now: datetime) -> SigningKey:
        """Make a key."""
        key = SigningKey(now.astimezone(UTC), Ed25519PrivateKey.generate())
        content = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with _explained(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self.file_of(key), content)
        return key

    def remove(self, keys: Sequence[SigningKey]) -> None:
        """Remove keys; one that is gone already is no error."""
        for key in keys:
            with _explained(self.file_of(key)):
                self.file_of(key).unlink(missing_ok=True)

    def file_of(self, key: SigningKey) -> Path:
        """Return where a key is kept."""
        return self.path / f"{key.created_at.strftime(_INSTANT)}-{key.key_id[:8]}.pem"

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with _explained(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            with _explained(self.path):
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _read(file: Path) -> SigningKey:
    created_at = _instant_of(file)
    with _explained(file):
        status = file.stat()
        if status.st_mode & stat.S_IRWXO:
            raise KeyDirectoryError(f"{file} is open to everybody. Run: chmod 600 '{file}'")
        content = file.read_bytes() if status.st_size <= _LARGEST_FILE else b""
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyDirectoryError(
            f"{file} holds no Ed25519 private key in PEM. Restore it from a backup, or remove it: "
            "tokens that it signed are then no longer valid"
        )
    return SigningKey(created_at, private)


def _instant_of(file: Path) -> datetime:
    name = _NAME.fullmatch(file.name)
    try:
        return datetime.strptime(name[1] if name else "", _INSTANT).replace(tzinfo=UTC)
    except ValueError:
        raise KeyDirectoryError(
            f"{file} is no signing key of this service. Move it to another directory"
        ) from None


def _write(file: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all."""
    draft = file.parent / f".{uuid4().hex}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with open(os.open(draft, flags, _OWNER_ONLY), "wb") as out:  # noqa: PTH123 - of a descriptor
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeyDirectoryError(
            f"{error.filename or path}: {error.strerror or type(error).__name__}. "
            "Let this process read and write there, or set Tokens:KeysDirectory"
        ) from error
