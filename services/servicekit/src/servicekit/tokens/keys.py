"""The public keys that access tokens are verified with."""

from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHM: Final = "EdDSA"
"""Ed25519, and nothing else: a token does not choose how it is verified."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key and the name tokens call it by."""

    key_id: str
    public: Ed25519PublicKey


class KeySource(Protocol):
    """Where public keys come from."""

    async def find(self, key_id: str) -> VerificationKey | None:
        """Return the key of that name, or `None` if there is none now.

        Raises:
            KeysUnavailableError: it cannot be told, for the source does not answer.
        """
        ...


class KeysUnavailableError(Exception):
    """The source of keys does not answer, so that no token can be judged."""
