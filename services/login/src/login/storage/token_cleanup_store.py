"""The tokens and their sessions, as the cleanup needs them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Self, TypeAlias

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from login.domain.token_retention import Cutoffs
from login.domain.token_search import Backlog, Found, Place, Search, TokenKind
from login.storage.models import AuthSessionRow, OneTimeTokenRow, RefreshTokenRow
from login.storage.token_conditions import can_go, cannot_go_by_itself
from login.storage.token_walks import WALKS, Walk, revoked_sessions
from servicekit.database import Database, is_one_of

SURVEYED: Final = 100_000
"""Rows looked at in a survey: an operator needs to know whether it is much, not how much."""
_FAMILIES: Final = 500
"""Sessions whose tokens are looked for in one statement."""
_BEGINNING: Final = Place(datetime.min.replace(tzinfo=UTC), 0)
_Kept: TypeAlias = type[OneTimeTokenRow] | type[RefreshTokenRow] | type[AuthSessionRow]
_ROWS: Final[dict[TokenKind, _Kept]] = {
    TokenKind.ONE_TIME: OneTimeTokenRow,
    TokenKind.REFRESH: RefreshTokenRow,
    TokenKind.SESSION: AuthSessionRow,
}


class SqlTokenCleanupStore:
    """A `TokenCleanupStore` on three tables.

    Looking takes no lock. Deleting is one short transaction: on PostgreSQL it locks the rows that
    nobody works on, and then decides anew with a second statement, which sees all that was
    committed until then. So neither a refresh nor another instance is waited for or overrun.
    """

    def __init__(self, database: Database, statement_timeout: float | None = None) -> None:
        self._database = database
        self._statement_timeout = statement_timeout

    @property
    def has_one_writer(self) -> bool:
        """Whether all who write stand in one queue."""
        return self._database.is_sqlite

    def limited_to(self, seconds: float) -> Self:
        """Return the same store with a time limit for its statements; SQLite has none."""
        return type(self)(self._database, seconds)

    async def find(
        self, search: Search, cutoffs: Cutoffs, after: Place | None, limit: int
    ) -> Found:
        """Look at the next rows of a way and return those that can go."""
        async with self._database.reading() as session:
            await self._limit(session)
            if search is Search.REFRESH_BY_REVOCATION:
                return await _find_in_families(session, cutoffs, after, limit)
            walk = WALKS[search](cutoffs)
            end = await _end_of(walk, session, after, limit)
            connection = await session.connection()
            ids = (await connection.scalars(walk.ids(after, end))).all()
            return Found(ids, end)

    async def delete(self, kind: TokenKind, ids: Sequence[int], cutoffs: Cutoffs) -> int:
        """Delete those rows that can go at this very moment and that nobody works on."""
        row = _ROWS[kind]
        async with self._database.writing() as session:
            await self._limit(session)
            if not self.has_one_writer:
                ids = await _lock(session, row, ids)
            statement = delete(row).where(is_one_of(row.id, ids), can_go(kind, cutoffs))
            connection = await session.connection()
            return (await connection.execute(statement)).rowcount

    async def survey(self, search: Search, cutoffs: Cutoffs, after: Place | None) -> Backlog:
        """Count what can go on the rest of a way, looking at a bounded number of rows."""
        async with self._database.reading() as session:
            await self._limit(session)
            if search is Search.REFRESH_BY_REVOCATION:
                return await _survey_families(session, cutoffs, after)
            walk = WALKS[search](cutoffs)
            end = await _end_of(walk, session, after, SURVEYED)
            return Backlog(*(await session.execute(walk.count(after, end))).one())

    async def _limit(self, session: AsyncSession) -> None:
        if self._statement_timeout is None or self._database.is_sqlite:
            return
        milliseconds = f"{round(self._statement_timeout * 1000)}ms"
        await session.execute(
            text("SELECT set_config('statement_timeout', :limit, true)"), {"limit": milliseconds}
        )


async def _lock(session: AsyncSession, row: _Kept, ids: Sequence[int]) -> Sequence[int]:
    """Lock those rows that nobody works on, and return which they are.

    They are counted where all are free, as nearly always: to read a thousand ids takes Python
    longer than it takes the server to lock them.
    """
    free = select(row.id).where(is_one_of(row.id, ids)).with_for_update(skip_locked=True)
    count = select(func.count()).select_from(free.subquery())
    if await session.scalar(count) == len(ids):
        return ids
    return (await session.scalars(free)).all()


async def _end_of(
    walk: Walk, session: AsyncSession, after: Place | None, length: int
) -> Place | None:
    row = (await session.execute(walk.end(after, length))).first()
    return None if row is None else Place(row[0], row[1])


async def _find_in_families(
    session: AsyncSession, cutoffs: Cutoffs, after: Place | None, limit: int
) -> Found:
    """Look at some sessions, and at no more than so many tokens of theirs.

    A place is the session before these, and the last token that was looked at.
    """
    here, size = after or _BEGINNING, min(limit, _FAMILIES)
    steps = revoked_sessions(cutoffs).steps(here, size)
    families = [Place(row[0], row[1]) for row in await session.execute(steps)]
    token = RefreshTokenRow
    statement = (
        select(token.id)
        .where(
            is_one_of(token.session_id, [family.id for family in families]), token.id > here.child
        )
        .where(cannot_go_by_itself(cutoffs))
        .order_by(token.id)
        .limit(limit)
    )
    ids = (await session.scalars(statement)).all()
    if len(ids) == limit:
        return Found(ids, Place(here.at, here.id, child=ids[-1]))
    return Found(ids, families[-1] if len(families) == size else None)


async def _survey_families(session: AsyncSession, cutoffs: Cutoffs, after: Place | None) -> Backlog:
    walk = revoked_sessions(cutoffs)
    tokens = (
        select(AuthSessionRow.revoked_at)
        .join(RefreshTokenRow, RefreshTokenRow.session_id == AuthSessionRow.id)
        .where(walk.between(after, None), cannot_go_by_itself(cutoffs))
        .limit(SURVEYED)
        .subquery()
    )
    counted = select(func.count(), func.min(tokens.c.revoked_at))
    return Backlog(*(await session.execute(counted)).one())
