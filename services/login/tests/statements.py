"""The statements that a test causes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import event

from servicekit.database import Database

Parameters: TypeAlias = tuple[object, ...] | Mapping[str, object]

_BEGINNINGS = ("BEGIN", "SELECT set_config")


class Statement(str):
    """A statement, as the driver gets it."""

    __slots__ = ("given",)

    given: Parameters
    """Its parameters; of many rows at once, those of the first."""


@contextmanager
def statements(database: Database) -> Iterator[list[Statement]]:
    """Collect what is executed in the block, but for what begins transactions."""
    seen: list[Statement] = []

    def see(*arguments: Any) -> None:  # noqa: ANN401 - they are the driver's
        statement = Statement(arguments[2])
        given = arguments[3]
        statement.given = given[0] if isinstance(given, list) else given
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
