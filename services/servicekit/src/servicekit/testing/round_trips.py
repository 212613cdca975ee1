"""How often a service asks PostgreSQL and waits, as the driver itself has it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

import psycopg
from psycopg.pq import Trace
from sqlalchemy import AdaptedConnection, event

from servicekit.database import Database

_ASKED: Final = "F"
_STATEMENTS: Final = ("Query", "Parse")
_WAITS: Final = ("Query", "Sync")


@contextmanager
def round_trips(database: Database) -> Iterator[list[str]]:
    """Collect the first line of what is asked in each round trip; complete when the block ends.

    What opens a connection is not among them, and of a connection only what comes after the block
    has seen it for the first time.
    """
    asked: list[str] = []
    seen: set[psycopg.AsyncConnection] = set()
    engine = database.writer.sync_engine

    def listen(connection: AdaptedConnection, *_: object) -> None:
        driver = connection.driver_connection
        if driver not in seen:
            seen.add(driver)
            driver.pgconn.trace(file.fileno())
            driver.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)

    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        event.listen(engine, "checkout", listen, insert=True)
        try:
            yield asked
        finally:
            event.remove(engine, "checkout", listen)
            for driver in seen:
                if not driver.closed:
                    driver.pgconn.untrace()
            asked += _round_trips(file)


def _round_trips(trace: IO[str]) -> Iterator[str]:
    trace.seek(0)
    statement = ""
    for line in trace:
        who, _, rest = line.partition("\t")
        _, _, told = rest.partition("\t")
        kind, _, words = told.partition("\t")
        if who != _ASKED:  # the server, or the next line of a statement
            continue
        if kind in _STATEMENTS:
            statement = words.strip(' \n"')
        if kind.rstrip() in _WAITS:
            yield statement
