"""All that is particular to PostgreSQL."""

import math
from typing import Final

import psycopg
from sqlalchemy import URL, Connection, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from servicekit.database.gone import replace_if_gone
from servicekit.database.options import DatabaseOptions

_IDLE_IN_TRANSACTION_IN_SECONDS: Final = 60
"""A transaction that is forgotten open ends after this long, and its locks with it."""
_SHORTEST_CONNECT_TIMEOUT_IN_SECONDS: Final = 2
_SILENCE_IN_MILLISECONDS: Final = 30_000
_BEGIN: Final = "begin"
"""The execution option that tells how a transaction begins."""
_SCHEMA_TURN: Final = 0x6C6F6F706A6F6273
"""The key of the advisory lock; any number will do that all services use."""

# lock_not_available, deadlock_detected, serialization_failure, query_canceled,
# too_many_connections
_BUSY_STATES: Final = frozenset({"55P03", "40P01", "40001", "57014", "53300"})
_UNIQUE_VIOLATION: Final = "23505"


class PostgresqlBackend:
    """PostgreSQL through psycopg and one pool; writers and readers differ in how they begin."""

    def __init__(self, url: URL, options: DatabaseOptions) -> None:
        limits = _limits(options.busy_timeout_in_seconds)
        writing = f"BEGIN ISOLATION LEVEL READ COMMITTED; {limits}"
        reading = f"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {limits}"
        self.writer = _create_engine(url, options, writing)
        self.reader: AsyncEngine = self.writer.execution_options(**{_BEGIN: reading})

    def prepare(self) -> None:
        """Leave the place to whoever runs the server."""

    async def take_turn(self, connection: AsyncConnection) -> None:
        """Wait for other processes that change the schema; the lock ends with the transaction.

        So it holds behind a pooler too, which hands the connection to others after that.
        """
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_TURN})


def _create_engine(url: URL, options: DatabaseOptions, begin: str) -> AsyncEngine:
    busy_timeout = options.busy_timeout_in_seconds
    engine = create_async_engine(
        url,
        execution_options={_BEGIN: begin},
        pool_size=options.max_connections,
        max_overflow=0,
        pool_timeout=busy_timeout,
        connect_args=_connect_arguments(url, busy_timeout),
        hide_parameters=True,
        use_native_hstore=False,
    )

    @event.listens_for(engine.sync_engine, "begin")
    def begin_in_one_round_trip(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options()[_BEGIN])

    event.listen(engine.sync_engine, "checkout", replace_if_gone)
    event.listen(engine.sync_engine, "handle_error", _keep_rows_out)
    return engine


def _limits(busy_timeout: float) -> str:
    """Return what a transaction may take.

    It is told in each: behind a pooler, what a session sets would stay with others. A statement has
    one processor: a sweep over millions of rows is in no hurry, and the requests meanwhile need the
    others.
    """
    # None at all would mean to wait for ever.
    lock_timeout = max(1, round(busy_timeout * 1000))
    return (
        f"SET LOCAL lock_timeout = '{lock_timeout}ms';"
        f" SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_IN_TRANSACTION_IN_SECONDS}s';"
        " SET LOCAL max_parallel_workers_per_gather = 0"
    )


def _keep_rows_out(context: ExceptionContext) -> None:
    """Shorten an error to what went wrong: its details quote the row, whatever is in there."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(error, psycopg.Error) and error.diag.message_primary is not None:
        error.args = (error.diag.message_primary,)
        if wrapped is not None:
            wrapped.args = (f"({type(error).__name__}) {error.diag.message_primary}",)


def _connect_arguments(url: URL, busy_timeout: float) -> dict[str, int | None]:
    """Return what the driver gets beside the URL, which has the last word.

    A host that vanished is noticed in seconds, not in the quarter of an hour that TCP takes.
    """
    timeout = max(_SHORTEST_CONNECT_TIMEOUT_IN_SECONDS, math.ceil(busy_timeout))
    ours: dict[str, int | None] = {
        "connect_timeout": timeout,
        "keepalives_idle": _SILENCE_IN_MILLISECONDS // 1000,
        "tcp_user_timeout": _SILENCE_IN_MILLISECONDS,
    }
    chosen = {name: value for name, value in ours.items() if name not in url.query}
    # Statements prepared on one server connection are unknown on the next one behind a pooler. And
    # the driver would begin transactions by itself, in a round trip of its own.
    return chosen | {"prepare_threshold": None, "autocommit": True}


def is_busy(error: BaseException | None) -> bool:
    """Return whether a driver's error says that others are in the way."""
    return getattr(error, "sqlstate", None) in _BUSY_STATES


def is_duplicate(error: BaseException | None) -> bool:
    """Return whether a driver's error says that a unique index has this value already."""
    return getattr(error, "sqlstate", None) == _UNIQUE_VIOLATION
