"""The statements of a test, and how the database runs them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, event

from servicekit.database import Database

Parameters: TypeAlias = tuple[object, ...] | Mapping[str, object]
Ear: TypeAlias = Callable[[Connection, str, object], None]

# How transactions begin, and what we ask ourselves.
_OURS = ("BEGIN", "SELECT set_config", "EXPLAIN")


class Statement(str):
    """A statement, as the driver gets it."""

    __slots__ = ("given", "times")

    given: Parameters
    """Its parameters; of many rows at once, those of the first."""
    times: int
    """How often the driver sends it, each time with other parameters."""


@contextmanager
def statements(database: Database) -> Iterator[list[Statement]]:
    """Collect every statement."""
    seen: list[Statement] = []

    def see(_: Connection, text: str, parameters: Any) -> None:  # noqa: ANN401 - the driver's
        statement = Statement(text)
        many = parameters if isinstance(parameters, list) else [parameters]
        statement.given, statement.times = many[0], len(many)
        seen.append(statement)

    with _listening(database, see):
        yield seen


@contextmanager
def plans(database: Database) -> Iterator[list[str]]:
    """Collect the plan of every statement, made for the parameters it has."""
    seen: list[str] = []
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"

    def see(connection: Connection, statement: str, parameters: object) -> None:
        # Parameters as the driver gets them, which SQLAlchemy's types cannot say here.
        plan = connection.exec_driver_sql(f"{explain} {statement}", parameters)  # type: ignore[arg-type]
        seen.append("\n".join(str(row[-1]) for row in plan))

    with _listening(database, see):
        yield seen


@contextmanager
def transactions(database: Database) -> Iterator[list[Connection]]:
    """Collect the connection of every transaction that begins."""
    seen: list[Connection] = []

    def see(connection: Connection) -> None:
        seen.append(connection)

    for engine in _engines(database):
        event.listen(engine, "begin", see)
    yield seen
    for engine in _engines(database):
        event.remove(engine, "begin", see)


@contextmanager
def steps_of_reading(database: Database) -> Iterator[list[None]]:
    """Collect an entry for every hundred steps that SQLite takes in order to read."""
    taken: list[None] = []
    engine = database.reader.sync_engine

    def count(connection: Connection) -> None:
        connection.connection.run_async(
            lambda driver: driver.set_progress_handler(lambda: taken.append(None), 100)
        )

    event.listen(engine, "begin", count)
    yield taken
    event.remove(engine, "begin", count)


@contextmanager
def _listening(database: Database, ear: Ear) -> Iterator[None]:
    def see(connection: Connection, _: object, statement: str, *more: object) -> None:
        if not statement.startswith(_OURS):
            ear(connection, statement, more[0])

    for engine in _engines(database):
        event.listen(engine, "before_cursor_execute", see)
    yield
    for engine in _engines(database):
        event.remove(engine, "before_cursor_execute", see)


def _engines(database: Database) -> list[Engine]:
    engines = [database.writer.sync_engine]
    if database.is_sqlite:  # elsewhere the reader passes on what the writer's listeners hear
        engines.append(database.reader.sync_engine)
    return engines
