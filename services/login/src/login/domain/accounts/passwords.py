"""What a password must be; how it is kept is no affair of the rules."""

from typing import Final, Protocol
from unicodedata import normalize

from login.domain.accounts.errors import BadPasswordError

SHORTEST: Final = 12
LONGEST: Final = 1_024
"""Bytes: hashing must stay cheap for us, whatever is sent."""


def as_bytes(password: str) -> bytes:
    """Return a password as it is hashed: the same for every keyboard that writes it."""
    return normalize("NFC", password).encode()


def check_new_password(password: str) -> None:
    """Refuse what nobody should choose.

    Raises:
        BadPasswordError: it has less than 12 or more than 1,024 bytes, or is no text.
    """
    try:
        length = len(as_bytes(password))
    except UnicodeEncodeError:
        # Without its cause, which shows the password.
        raise BadPasswordError("a password is text in UTF-8") from None
    if not SHORTEST <= length <= LONGEST:
        raise BadPasswordError(f"a password has {SHORTEST} to {LONGEST:,} bytes")


class PasswordHashes(Protocol):
    """Makes and verifies hashes of passwords, which takes time on purpose."""

    async def hash(self, password: str) -> str:
        """Return a new hash."""
        ...

    async def verify(self, password: str, known: str | None) -> bool:
        """Return whether the hash is of that password; without a hash it takes as long."""
        ...

    def is_outdated(self, known: str) -> bool:
        """Return whether the hash was made with other parameters than are wanted now."""
        ...
