"""Tokens without content: 256 bits of chance, of which only a hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

REFRESH: Final = "lrt_"
RESET: Final = "lpr_"
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class OpaqueToken:
    """A token that was just made; nobody can read it again."""

    text: str = field(repr=False)

    @classmethod
    def new(cls, prefix: str) -> "OpaqueToken":
        """Make one; the prefix tells people and scanners what it is."""
        return cls(prefix + secrets.token_urlsafe(_BYTES))

    @property
    def digest(self) -> bytes:
        """What is kept of it."""
        return digest_of(self.text)


def digest_of(token: str) -> bytes:
    """Return the SHA-256 of a token; with so much chance inside it needs no salt."""
    return hashlib.sha256(token.encode()).digest()
