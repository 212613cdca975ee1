"""Signing in with a password, and going on with a refresh token."""

from dataclasses import dataclass, field
from datetime import datetime

from login.domain.accounts.errors import SignInRefusedError
from login.domain.accounts.opaque_tokens import REFRESH, OpaqueToken, digest_of
from login.domain.accounts.passwords import PasswordHashes
from login.domain.accounts.ports import NewSession, SessionStore
from login.domain.accounts.sessions import RevokeReason, Session
from login.domain.accounts.user import KnownPassword, Lockout
from login.domain.accounts.user_name import fold


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody types."""

    username: str
    password: str = field(repr=False)
    pc_id: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A session, and the refresh token that carries it on."""

    session: Session
    refresh_token: OpaqueToken


class SignIn:
    """Begins sessions, carries them on, and ends them.

    Args:
        store: where sessions are kept.
        passwords: verifies passwords.
        lockout: when an account is locked.
    """

    def __init__(self, store: SessionStore, passwords: PasswordHashes, lockout: Lockout) -> None:
        self._store = store
        self._passwords = passwords
        self._lockout = lockout

    async def sign_in(self, given: Credentials, now: datetime) -> Grant:
        """Begin a session.

        Whatever the reason of a refusal is, it takes the same steps: one look, one verification,
        one write.

        Raises:
            SignInRefusedError: the name or the password is wrong, or the account is not usable.
            UnknownPcError: there is no such PC.
        """
        name = fold(given.username)
        known = await self._store.find_password(name)
        is_right = await self._passwords.verify(given.password, known.hash if known else None)
        if known is None or not is_right or not known.user.may_sign_in(now):
            await self._store.note_failure(name, self._lockout, now)
            raise SignInRefusedError
        token = OpaqueToken.new(REFRESH)
        new_hash = await self._rehash(given.password, known)
        asked = NewSession(known, given.pc_id, token.digest, new_hash)
        return Grant(await self._store.begin(asked, now), token)

    async def refresh(self, token: str, now: datetime) -> Grant:
        """Exchange a refresh token for a new one.

        Raises:
            InvalidGrantError: it is not valid, or no longer.
            TokenReusedError: it was exchanged long ago; its session has been ended for that.
        """
        successor = OpaqueToken.new(REFRESH)
        session = await self._store.rotate(digest_of(token), successor.digest, now)
        return Grant(session, successor)

    async def revoke(self, token: str, now: datetime) -> None:
        """End the session of a refresh token, also of one that was exchanged; else do nothing."""
        presented = await self._store.find_token(digest_of(token), now)
        if presented is not None:
            await self._store.revoke(presented.session.id, RevokeReason.CLIENT, now)

    async def sign_out(self, session_id: int, now: datetime) -> None:
        """End a session; again is harmless."""
        await self._store.revoke(session_id, RevokeReason.LOGOUT, now)

    async def _rehash(self, password: str, known: KnownPassword) -> str | None:
        if not self._passwords.is_outdated(known.hash):
            return None
        return await self._passwords.hash(password)
