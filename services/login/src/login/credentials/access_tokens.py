"""Issues access tokens."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import jwt

from login.credentials.key_ring import KeyRing
from login.credentials.options import LoginTokenOptions
from login.domain.accounts.scopes import as_text
from login.domain.accounts.sessions import Session
from servicekit.tokens import ALGORITHM


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that was just issued."""

    text: str = field(repr=False)
    expires_in: int
    """Seconds."""
    scope: str


class AccessTokenIssuer:
    """Signs what a person or a service may do for the next minutes.

    Args:
        keys: the keys that sign.
        options: who issues tokens, for whom, and for how long.
    """

    def __init__(self, keys: KeyRing, options: LoginTokenOptions) -> None:
        self._keys = keys
        self._options = options

    async def issue_for_session(self, session: Session, now: datetime) -> AccessToken:
        """Return a token for a person; it does not outlive the session."""
        claims: dict[str, object] = {"sid": session.id}
        if session.pc_id is not None:
            claims["pc_id"] = session.pc_id
        until = min(now + self._options.access_lifetime, session.expires_at)
        return await self._issue(session.subject, session.scopes, now, until, claims)

    async def issue_for_client(
        self, client_id: str, scopes: frozenset[str], now: datetime
    ) -> AccessToken:
        """Return a token for a service."""
        until = now + self._options.access_lifetime
        return await self._issue(f"client:{client_id}", scopes, now, until, {})

    async def _issue(
        self,
        subject: str,
        scopes: Iterable[str],
        now: datetime,
        until: datetime,
        more: dict[str, object],
    ) -> AccessToken:
        signer = await self._keys.signer()
        issued_at, expires_at = int(now.timestamp()), int(until.timestamp())
        scope = as_text(scopes)
        claims = {
            "iss": self._options.issuer,
            "aud": self._options.audience,
            "sub": subject,
            "jti": uuid4().hex,
            "iat": issued_at,
            "exp": expires_at,
            "scope": scope,
            **more,
        }
        text = jwt.encode(claims, signer.private, ALGORITHM, headers={"kid": signer.key_id})
        return AccessToken(text, expires_at - issued_at, scope)
