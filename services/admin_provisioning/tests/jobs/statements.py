"""What is sent to a database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from servicekit.database import Database

MOST_PARAMETERS = 10_000


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, object]]]:
    """Collect statements with their parameters, of which no statement may have too many."""
    sent: list[tuple[str, object]] = []

    def note(*call: object) -> None:
        _, _, statement, parameters, *_ = call
        assert isinstance(parameters, list | tuple | dict)
        assert len(parameters) <= MOST_PARAMETERS
        sent.append((str(statement), parameters))

    # On PostgreSQL both are one, which must not be listened to twice.
    engines = [database.writer.sync_engine]
    if database.is_sqlite:
        engines.append(database.reader.sync_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
