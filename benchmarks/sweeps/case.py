"""What a case of the benchmark says: rows, a job, and somebody who writes meanwhile."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from sqlalchemy import insert
from sqlalchemy.orm import DeclarativeBase

from loopjobs import CancellationToken, Clock
from servicekit.database import Database

Row: TypeAlias = Mapping[str, object]
Advance: TypeAlias = Callable[[int], None]
"""Told of rows as they are written."""

_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Case:
    """One job at scale. A new one is a file of its own and a line in `sweeps_at_scale.CASES`."""

    name: str
    table: str
    """The table whose rows `--rows` is about."""
    fill: Callable[[Database, int, Clock, Advance], Awaitable[None]]
    """Writes so many rows, some of which the job is about."""
    job: Callable[[Database, Clock], Callable[[CancellationToken], Awaitable[object]]]
    """Makes the job; the benchmark calls its `execute` once."""
    write: Callable[[Database, int, int, Clock], Awaitable[None]]
    """What another client does every few milliseconds; gets the number of rows, and its own."""


async def write_rows(
    database: Database, table: type[DeclarativeBase], rows: Iterable[Row], advance: Advance
) -> None:
    """Insert rows in portions."""
    for portion in _portions(iter(rows)):
        async with database.writing() as session:
            await session.execute(insert(table), portion)
        advance(len(portion))


def _portions(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while portion := list(islice(rows, _AT_ONCE)):
        yield portion
