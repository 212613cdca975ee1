"""Access tokens for tests, signed with a key made on the spot."""

from datetime import timedelta
from typing import Final
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loopjobs import Clock
from servicekit.tokens import ALGORITHM, TokenOptions, VerificationKey

KEY_ID: Final = "test-key"
_LIFETIME: Final = timedelta(minutes=10)


class TokenMint:
    """Issues access tokens, and is the `KeySource` that knows the key they are signed with.

    Args:
        clock: stamps the tokens.
        options: whom they come from and are for.
    """

    def __init__(self, clock: Clock, options: TokenOptions | None = None) -> None:
        self._clock = clock
        self._options = options or TokenOptions()
        self._key = Ed25519PrivateKey.generate()

    async def find(self, key_id: str) -> VerificationKey | None:
        """Return the key of that name."""
        return VerificationKey(KEY_ID, self._key.public_key()) if key_id == KEY_ID else None

    def issue(self, subject: str, *scopes: str, **claims: object) -> str:
        """Return a token that is good for ten minutes; claims may say otherwise."""
        now = self._clock.now()
        content: dict[str, object] = {
            "iss": self._options.issuer,
            "aud": self._options.audience,
            "sub": subject,
            "jti": uuid4().hex,
            "iat": int(now.timestamp()),
            "exp": int((now + _LIFETIME).timestamp()),
            "scope": " ".join(scopes),
        }
        return jwt.encode(content | claims, self._key, ALGORITHM, headers={"kid": KEY_ID})

    def headers(self, subject: str, *scopes: str) -> dict[str, str]:
        """Return the headers of a request that carries a token."""
        return {"Authorization": f"Bearer {self.issue(subject, *scopes)}"}
