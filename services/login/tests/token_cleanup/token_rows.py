"""Sessions and tokens of one user in a real database, and which of them are left."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, text

from login.domain.token_search import TokenKind
from login.storage.models import AuthSessionRow, OneTimeTokenRow, RefreshTokenRow, UserRow
from loopjobs import Clock
from servicekit.database import Database

TABLES: dict[TokenKind, type[OneTimeTokenRow] | type[RefreshTokenRow] | type[AuthSessionRow]] = {
    TokenKind.ONE_TIME: OneTimeTokenRow,
    TokenKind.REFRESH: RefreshTokenRow,
    TokenKind.SESSION: AuthSessionRow,
}


def token_hash(token_id: int) -> bytes:
    """Return what stands for the secret of a token."""
    return hashlib.sha256(f"secret {token_id}".encode()).digest()


class TokenRows:
    """Puts rows straight into the tables; ages are hours ago, negative ones lie ahead."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._last_id = 10_000  # far from what the database itself gives

    async def clear(self) -> None:
        """Begin anew, with a user who has signed in nowhere."""
        async with self._database.writing() as session:
            for table in (OneTimeTokenRow, RefreshTokenRow, AuthSessionRow, UserRow):
                await session.execute(delete(table))
            now = self._clock.now()
            user = UserRow(id=1, username="ann", username_ci="ann", password_hash="", scopes="")
            user.created_at = user.updated_at = now
            session.add(user)

    async def session(self, expired: float, revoked: float | None = None) -> int:
        """Add a session."""
        (session_id,) = await self.sessions(1, expired, revoked)
        return session_id

    async def sessions(self, count: int, expired: float, revoked: float | None = None) -> list[int]:
        """Add so many sessions."""
        same = {
            "user_id": 1,
            "created_at": self._ago(3_000),
            "last_used_at": self._ago(3_000),
            "expires_at": self._ago(expired),
            "absolute_expires_at": self._ago(expired),
            "revoked_at": None if revoked is None else self._ago(revoked),
            "revoke_reason": None if revoked is None else "logout",
        }
        ids = [self._next_id() for _ in range(count)]
        async with self._database.writing() as session:
            await session.execute(insert(AuthSessionRow), [{"id": row} | same for row in ids])
        return ids

    async def refresh(
        self, session_id: int, *expired: float, consumed: float | None = None
    ) -> list[int]:
        """Add a refresh token for each age."""
        more = {
            "session_id": session_id,
            "consumed_at": None if consumed is None else self._ago(consumed),
        }
        rows = [self._token(age) | more for age in expired]
        async with self._database.writing() as session:
            await session.execute(insert(RefreshTokenRow), rows)
        return [int(str(row["id"])) for row in rows]

    async def one_time(self, *expired: float) -> list[int]:
        """Add a one-time token for each age."""
        more = {"user_id": 1, "purpose": "reset_password"}
        rows = [self._token(age) | more for age in expired]
        async with self._database.writing() as session:
            await session.execute(insert(OneTimeTokenRow), rows)
        return [int(str(row["id"])) for row in rows]

    async def left(self, kind: TokenKind) -> list[int]:
        """Return the ids of the rows that are left."""
        ids = select(TABLES[kind].id).order_by(TABLES[kind].id)
        async with self._database.reading() as session:
            return list((await session.scalars(ids)).all())

    async def counts(self) -> Sequence[int]:
        """Return how many rows of each kind are left."""
        return [len(await self.left(kind)) for kind in TokenKind]

    async def execute(self, *statements: str) -> None:
        """Do something to the database that the service never would."""
        async with self._database.writing() as session:
            for statement in statements:
                await session.execute(text(statement))

    def _token(self, expired: float) -> dict[str, object]:
        token_id = self._next_id()
        return {
            "id": token_id,
            "token_hash": token_hash(token_id),
            "issued_at": self._ago(3_000),
            "expires_at": self._ago(expired),
        }

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _ago(self, hours: float) -> datetime:
        return self._clock.now() - timedelta(hours=hours)
