"""Tells whether a token of any kind is good at this moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from login.credentials.clients import Clients
from login.domain.accounts.opaque_tokens import REFRESH, digest_of
from login.domain.accounts.ports import SessionStore
from servicekit.tokens import InvalidTokenError, Principal, TokenVerifier

_CLIENT: Final = "client:"


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """A token that is good."""

    kind: str
    """`Bearer`, or `refresh_token`."""
    subject: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    token_id: str | None
    session_id: int | None
    pc_id: int | None


class Introspection:
    """Looks at more than a signature: whether the session of a token goes on.

    Args:
        store: the sessions.
        verifier: verifies access tokens.
        clients: the services.
    """

    def __init__(self, store: SessionStore, verifier: TokenVerifier, clients: Clients) -> None:
        self._store = store
        self._verifier = verifier
        self._clients = clients

    async def look_at(self, token: str, now: datetime) -> ActiveToken | None:
        """Return what a token stands for, or `None` if it is not good, for whatever reason.

        Raises:
            KeysUnavailableError: it cannot be judged now.
            StoreUnavailableError: nor can it then.
        """
        if token.startswith(REFRESH):
            return await self._refresh_token(token, now)
        try:
            principal = await self._verifier.verify(token)
        except InvalidTokenError:
            return None
        return _active(principal) if await self._goes_on(principal, now) else None

    async def _refresh_token(self, token: str, now: datetime) -> ActiveToken | None:
        found = await self._store.find_token(digest_of(token), now)
        if found is None or not found.is_live(now):
            return None
        return ActiveToken(
            kind="refresh_token",
            subject=found.session.subject,
            scopes=found.session.scopes,
            issued_at=found.issued_at,
            expires_at=found.expires_at,
            token_id=None,
            session_id=found.session.id,
            pc_id=found.session.pc_id,
        )

    async def _goes_on(self, principal: Principal, now: datetime) -> bool:
        if principal.session_id is not None:
            session = await self._store.find_session(principal.session_id, now)
            return session is not None and session.subject == principal.subject
        client_id = principal.subject.removeprefix(_CLIENT)
        return principal.subject.startswith(_CLIENT) and self._clients.is_known(client_id)


def _active(principal: Principal) -> ActiveToken:
    return ActiveToken(
        kind="Bearer",
        subject=principal.subject,
        scopes=principal.scopes,
        issued_at=principal.issued_at,
        expires_at=principal.expires_at,
        token_id=principal.token_id,
        session_id=principal.session_id,
        pc_id=principal.pc_id,
    )
