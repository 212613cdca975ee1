"""What a PC proves with that it is the one it says it is."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final, Self

_PREFIX: Final = "lpc_"
"""Tells scanners for leaked secrets what they have found."""
_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class PcCredential:
    """A secret of one PC; the service keeps its hash only."""

    secret: str = field(repr=False)

    @classmethod
    def create(cls) -> Self:
        """Return one that nobody can guess."""
        return cls(_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES))

    @property
    def hash(self) -> bytes:
        """SHA-256; a secret with this much chance in it needs no salt and no slow hash."""
        return hashlib.sha256(self.secret.encode()).digest()
