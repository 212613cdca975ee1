"""Takes a fence in a transaction, whichever library it is of; nothing of them is imported."""

import inspect
from collections.abc import Awaitable, Callable, Generator
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

from loopjobs._contracts.fence import AsyncTransaction, FenceStatements, Transaction
from loopjobs._words.errors import LeaseLostError

T = TypeVar("T")

_Steps: TypeAlias = Generator[object, object, T]
"""Gives what may have to be awaited, and is told what came of it."""


@runtime_checkable
class _SqlalchemyConnection(Protocol):
    def exec_driver_sql(self, statement: str, /) -> object: ...


@runtime_checkable
class _SqlalchemySession(Protocol):
    def connection(self) -> object: ...

    # Told apart by it: a connection of psycopg has a `connection`, too.
    def get_bind(self) -> object: ...


def take_fence(
    transaction: Transaction | AsyncTransaction, statements: FenceStatements
) -> Awaitable[None] | None:
    """Take a fence; return what is to be awaited, if the transaction is one that is awaited.

    Raises:
        LeaseLostError: the lease is not the newest any more.
        RuntimeError: there is no transaction.
    """
    steps = _take(transaction, statements)
    settled: object = None
    while True:
        try:
            step = steps.send(settled)
        except StopIteration:
            return None
        if inspect.isawaitable(step):
            return _go_on(steps, step)
        settled = step


async def _go_on(steps: _Steps[None], step: Awaitable[object]) -> None:
    settled = await step
    while True:
        try:
            next_step = steps.send(settled)
        except StopIteration:
            return
        settled = await next_step if inspect.isawaitable(next_step) else next_step


def _take(transaction: Transaction | AsyncTransaction, statements: FenceStatements) -> _Steps[None]:
    connection = yield from _connection(transaction)
    execute = _executor(connection)
    if not (yield from _finds(execute, statements.take)):
        raise LeaseLostError("another replica has the lease of this run; its writes are refused")
    if statements.check is None:
        still_stands = _is_in_transaction(connection)
    else:
        still_stands = yield from _finds(execute, statements.check)
    if not still_stands:
        raise RuntimeError("a fence lasts as long as its transaction: begin one before fenced()")


def _connection(transaction: object) -> _Steps[object]:
    """Return the connection of a session, and any other transaction as it is."""
    # In this order: a connection of SQLAlchemy that is awaited refuses to be asked the second.
    if isinstance(transaction, _SqlalchemyConnection):
        return transaction
    if isinstance(transaction, _SqlalchemySession):
        return (yield transaction.connection())
    return transaction


def _executor(connection: object) -> Callable[[str], object]:
    """Return what executes SQL as it is; SQLAlchemy's `execute` wants it wrapped."""
    if isinstance(connection, _SqlalchemyConnection):
        return connection.exec_driver_sql
    execute: Callable[[str], object] = connection.execute  # type: ignore[attr-defined] # it is what is left
    return execute


def _is_in_transaction(connection: object) -> bool:
    """Ask the driver, `sqlite3` or aiosqlite; SQLAlchemy believes that it always is in one."""
    if isinstance(connection, _SqlalchemyConnection):
        pooled: object = getattr(connection, "sync_connection", connection)
        connection = pooled.connection.driver_connection  # type: ignore[attr-defined] # it is one
    return bool(connection.in_transaction)  # type: ignore[attr-defined] # both have it


def _finds(execute: Callable[[str], object], statement: str) -> _Steps[bool]:
    found = yield execute(statement)
    rows = yield found.fetchall()  # type: ignore[attr-defined] # a cursor or a result, of any library
    return bool(rows)
