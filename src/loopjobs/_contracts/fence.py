"""How a transaction is bound to the lease of a run: it commits while the lease is the newest."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Never, Protocol


@dataclass(frozen=True, slots=True)
class FenceStatements:
    """What is asked in a transaction, in the SQL of its database; values are written out in it."""

    take: str
    """Finds a row if the lease is the newest, and keeps others from taking it over until the
    transaction ends."""
    check: str | None = None
    """Finds a row if that still stands: it does not where each statement is its own transaction.
    `None` where no statement tells, as in SQLite; then its driver is asked."""


class Fence(Protocol):
    """Binds transactions of one database to the leases that are kept in it."""

    def statements(self, job: str, fencing_token: int) -> FenceStatements:
        """Return what is asked on behalf of a run of that job that has that token."""
        ...


class Rows(Protocol):
    """What a statement has found."""

    def fetchall(self) -> Sequence[object]:
        """Return all rows."""
        ...


class Transaction(Protocol):
    """A transaction, or what is in one: of SQLAlchemy, psycopg or `sqlite3`."""

    def execute(self, statement: Never, /) -> Rows:
        """Execute a statement, of whatever kind it wants."""
        ...


class AsyncTransaction(Protocol):
    """The same where it is awaited: of SQLAlchemy, psycopg or aiosqlite."""

    def execute(self, statement: Never, /) -> Awaitable[object]:
        """Execute a statement, of whatever kind it wants."""
        ...
