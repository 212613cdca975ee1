"""Keys that sign access tokens: which one signs now, and which ones have served their time."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from servicekit.tokens import VerificationKey


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair. The name by which tokens call it is the thumbprint of its public half."""

    created_at: datetime
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def key_id(self) -> str:
        """Its RFC 7638 thumbprint."""
        return thumbprint(self.private.public_key())

    @property
    def verification(self) -> VerificationKey:
        """The half that everybody may know."""
        return VerificationKey(self.key_id, self.private.public_key())


def thumbprint(public: Ed25519PublicKey) -> str:
    """Return the RFC 7638 thumbprint of a public key, as RFC 8037 has it for Ed25519."""
    x = _base64(public.public_bytes(Encoding.Raw, PublicFormat.Raw))
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return _base64(hashlib.sha256(members.encode()).digest())


def choose_signer(keys: Sequence[SigningKey], delay: timedelta, now: datetime) -> SigningKey:
    """Return the newest key that all verifiers have had time to fetch, else the oldest.

    Args:
        keys: at least one, oldest first.
        delay: how long a key is published before it signs.
        now: the present.
    """
    ready = [key for key in keys if key.created_at + delay <= now]
    return ready[-1] if ready else keys[0]


def spent_keys(
    keys: Sequence[SigningKey], delay: timedelta, retention: timedelta, now: datetime
) -> list[SigningKey]:
    """Return the keys that no valid token is signed with any more.

    Args:
        keys: oldest first.
        delay: how long a key is published before it signs; its predecessor signs until then.
        retention: how long tokens may be about after that.
        now: the present.
    """
    return [old for old, new in pairwise(keys) if new.created_at + delay + retention <= now]


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
