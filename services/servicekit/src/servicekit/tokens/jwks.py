"""JSON Web Key Sets (RFC 7517): how a service publishes its keys, and how others fetch them."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final, Self

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import InvalidKeyError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from loopjobs import Clock
from servicekit.tokens.keys import ALGORITHM, KeysUnavailableError, VerificationKey

_log = logging.getLogger(__name__)

_FRESH_FOR: Final = 300.0
"""Seconds after which a set is fetched again."""
_USABLE_FOR: Final = 86_400.0
"""Seconds for which an old set serves while its source is away."""
_PAUSE: Final = 10.0
"""Seconds between two tries: unknown key names must not become a flood of requests."""


class JwkDocument(BaseModel):
    """One public key."""

    model_config = ConfigDict(extra="ignore")

    kty: str = Field(description="`OKP`: a key on an Edwards curve.")
    crv: str = Field(description="`Ed25519`.")
    x: str = Field(description="The public key, base64url.")
    kid: str = Field(description="The name by which tokens call it.")
    use: str = Field("sig", description="For signatures.")
    alg: str = Field(ALGORITHM, description="The one algorithm it is for.")

    @classmethod
    def of(cls, key: VerificationKey) -> Self:
        """Return the document that shows a key."""
        fields = OKPAlgorithm.to_jwk(key.public, as_dict=True)
        return cls(kty=fields["kty"], crv=fields["crv"], x=fields["x"], kid=key.key_id)

    def to_key(self) -> VerificationKey | None:
        """Return the key, or `None` if it is of a kind that no token of ours is signed with."""
        if (self.kty, self.crv, self.use, self.alg) != ("OKP", "Ed25519", "sig", ALGORITHM):
            return None
        try:
            public = OKPAlgorithm.from_jwk({"kty": self.kty, "crv": self.crv, "x": self.x})
        except (InvalidKeyError, ValueError):
            return None
        if not isinstance(public, Ed25519PublicKey):
            return None
        return VerificationKey(self.kid, public)


class JwksDocument(BaseModel):
    """All public keys that valid tokens may be signed with."""

    keys: list[JwkDocument]

    @classmethod
    def of(cls, keys: Iterable[VerificationKey]) -> Self:
        """Return the document that shows these keys."""
        return cls(keys=[JwkDocument.of(key) for key in keys])


class RemoteKeys:
    """A `KeySource`: the keys another service publishes, fetched when needed and remembered.

    A key that is not known is looked for at once, so that a rotation needs no waiting; but not more
    often than every ten seconds. While the other service is away, known keys serve for a day, and
    nobody who asks for one waits for an answer that somebody else is waiting for already.

    Args:
        http: speaks to the other service.
        path: where it publishes its keys.
        clock: tells how old the keys are.
    """

    def __init__(self, http: httpx.AsyncClient, path: str, clock: Clock) -> None:
        self._http = http
        self._path = path
        self._clock = clock
        self._keys: dict[str, VerificationKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str) -> VerificationKey | None:
        """Return the key of that name, or `None`.

        Raises:
            KeysUnavailableError: the other service does not answer, and nothing is remembered.
        """
        if self._is_wanting(key_id) and not self._is_enough(key_id):
            # Those who come during a fetch wait for it: they must not be told that it is unknown.
            async with self._fetching:
                if self._is_wanting(key_id) and self._may_try():
                    await self._fetch()
        if self._age() > _USABLE_FOR:
            raise KeysUnavailableError("the keys of the Login service cannot be fetched now")
        return self._keys.get(key_id)

    def _is_wanting(self, key_id: str) -> bool:
        return self._age() > _FRESH_FOR or key_id not in self._keys

    def _is_enough(self, key_id: str) -> bool:
        return self._fetching.locked() and key_id in self._keys and self._age() <= _USABLE_FOR

    def _age(self) -> float:
        if self._fetched_at is None:
            return float("inf")
        return self._clock.monotonic() - self._fetched_at

    def _may_try(self) -> bool:
        return self._tried_at is None or self._clock.monotonic() - self._tried_at >= _PAUSE

    async def _fetch(self) -> None:
        try:
            response = await self._http.get(self._path)
            # Not before it: a caller who gives up must not keep the others from trying.
            self._tried_at = self._clock.monotonic()
            response.raise_for_status()
            document = JwksDocument.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            self._tried_at = self._clock.monotonic()
            fields = {
                "url": str(self._http.base_url.join(self._path)),
                "error": type(error).__name__,
            }
            _log.warning("the keys for access tokens could not be fetched", extra=fields)
            return
        keys = [jwk.to_key() for jwk in document.keys]
        self._keys = {key.key_id: key for key in keys if key is not None}
        self._fetched_at = self._clock.monotonic()
