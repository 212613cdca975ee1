"""The statements that a test causes."""

from collections.abc import Iterator, Sized
from contextlib import contextmanager

from sqlalchemy import event

from servicekit.database import Database

_BEGINNINGS = ("BEGIN", "SELECT set_config")


class Statement(str):
    """A statement, as the driver gets it."""

    __slots__ = ("parameters",)

    parameters: int
    """How many parameters go with it; of many rows at once, those of one."""


@contextmanager
def statements(database: Database) -> Iterator[list[Statement]]:
    """Collect what is executed in the block, but for what begins transactions."""
    seen: list[Statement] = []

    def see(*arguments: object) -> None:
        statement = Statement(arguments[2])
        given = arguments[3]
        row = given[0] if isinstance(given, list) else given
        statement.parameters = len(row) if isinstance(row, Sized) else 0
        if not statement.startswith(_BEGINNINGS):
            seen.append(statement)

    engines = [database.writer.sync_engine]
    if database.is_sqlite:  # elsewhere the reader passes on what the writer's listeners hear
        engines.append(database.reader.sync_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", see)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", see)
