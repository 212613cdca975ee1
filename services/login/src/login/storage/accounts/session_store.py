"""Sessions and their refresh tokens."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from login.domain.accounts.errors import InvalidGrantError
from login.domain.accounts.ports import NewSession
from login.domain.accounts.sessions import PresentedToken, RevokeReason, Session, SessionRules
from login.domain.accounts.user import KnownPassword, Lockout
from login.storage.accounts.presented_tokens import live_session, present
from login.storage.accounts.revocation import revoke_session
from login.storage.accounts.rotation import rotate
from login.storage.accounts.rows import to_user
from login.storage.accounts.sign_ins import begin_session, note_failure
from login.storage.models import UserRow
from servicekit.database import Database

_OF_NAME: Final = select(UserRow).where(UserRow.username_ci == bindparam("name"))


class SqlSessionStore:
    """A `SessionStore` on the tables of users, sessions and refresh tokens."""

    def __init__(self, database: Database, rules: SessionRules) -> None:
        self._database = database
        self._rules = rules

    async def find_password(self, folded_name: str) -> KnownPassword | None:
        """Return a user with the hash of the password."""
        async with self._database.reading() as session:
            row = await session.scalar(_OF_NAME, {"name": folded_name})
        return None if row is None else KnownPassword(to_user(row), row.password_hash)

    async def note_failure(self, folded_name: str, rule: Lockout, now: datetime) -> None:
        """Count a wrong password; at the last one that the rule allows, lock the account."""
        async with self._database.writing() as session:
            await note_failure(session, folded_name, rule, now)

    async def begin(self, asked: NewSession, now: datetime) -> Session:
        """Begin a session."""
        async with self._database.writing() as session:
            return await begin_session(session, asked, self._rules, now)

    async def rotate(self, digest: bytes, successor: bytes, now: datetime) -> Session:
        """Exchange a refresh token; one that was exchanged before ends its session."""
        async with self._database.writing() as session:
            going_on = await rotate(session, digest, successor, self._rules, now)
        if isinstance(going_on, InvalidGrantError):
            raise going_on
        return going_on

    async def find_token(self, digest: bytes, now: datetime) -> PresentedToken | None:
        """Return what is known about a refresh token."""
        async with self._database.reading() as session:
            return await present(session, digest, now)

    async def find_session(self, session_id: int, now: datetime) -> Session | None:
        """Return a session that is not over."""
        async with self._database.reading() as session:
            return await live_session(session, session_id, now)

    async def revoke(self, session_id: int, reason: RevokeReason, now: datetime) -> None:
        """End a session; again is harmless."""
        async with self._database.writing() as session:
            await revoke_session(session, session_id, reason, now)
