"""Opens the store that a URL names."""

from loopjobs.history._connection import Connection
from loopjobs.history._sql_store import SqlStore
from loopjobs.history._sqlite import SqliteConnection
from loopjobs.history._store import HistoryStore
from loopjobs.places import SqlitePlace, read_place


def open_store(url: str, busy_timeout: float) -> HistoryStore:
    """Return the store; it connects when it is first asked.

    Args:
        url: As in `HistoryOptions`.
        busy_timeout: Seconds that a statement waits for others.

    Raises:
        ValueError: the URL names no store.
    """
    place = read_place(url)
    if isinstance(place, SqlitePlace):
        connection: Connection = SqliteConnection(place, busy_timeout)
    else:
        # An extra: the history in SQLite does without psycopg.
        from loopjobs.history._postgresql import PostgresqlConnection  # noqa: PLC0415

        connection = PostgresqlConnection(place, busy_timeout)
    return SqlStore(connection)
