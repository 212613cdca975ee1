"""Opens the store that a URL names."""

from loopjobs.history._connection import Connection
from loopjobs.history._sql_store import SqlStore
from loopjobs.history._sqlite import SqliteConnection
from loopjobs.history._store import HistoryStore
from loopjobs.places import PostgresqlPlace, SqlitePlace, read_place


def open_store(url: str, busy_timeout: float) -> HistoryStore:
    """Return the store; it connects when it is first asked.

    Args:
        url: As in `HistoryOptions`.
        busy_timeout: Seconds that a statement waits for others.

    Raises:
        ValueError: the URL names no store.
    """
    return SqlStore(open_connection(read_place(url), busy_timeout))


def open_connection(
    place: SqlitePlace | PostgresqlPlace, busy_timeout: float, *, only_to_read: bool = False
) -> Connection:
    """Return a connection to it; it connects when it is first used."""
    if isinstance(place, SqlitePlace):
        return SqliteConnection(place, busy_timeout, only_to_read=only_to_read)
    # An extra: the history in SQLite does without psycopg.
    from loopjobs.history._postgresql import PostgresqlConnection  # noqa: PLC0415

    return PostgresqlConnection(place, busy_timeout)
