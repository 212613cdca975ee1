"""Rows by the million: the database makes them itself, out of numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase

from servicekit.database import Database

_AT_ONCE: Final = 100_000
_MILLISECOND: Final = timedelta(milliseconds=1)
_WRITTEN: Final = "%Y-%m-%d %H:%M:%S.%f"


@dataclass(frozen=True)
class Expressions:
    """What the database makes of the number `n` of a row; all are SQL."""

    is_sqlite: bool
    now: datetime

    def moment(self, offset: timedelta = timedelta(), milliseconds: str = "0") -> str:
        """Return an instant, so far from now and by so many milliseconds more."""
        if self.is_sqlite:
            base = (self.now + offset).strftime(_WRITTEN)[:-3]
            shift = f"printf('%+.3f seconds', ({milliseconds}) / 1000.0)"
            return f"strftime('%Y-%m-%d %H:%M:%f000', '{base}', {shift})"
        base = (self.now + offset).isoformat()
        return f"(timestamptz '{base}' + ({milliseconds}) * interval '1 millisecond')"

    def hexadecimal(self, digits: int, number: str = "n") -> str:
        """Return a number in so many hexadecimal digits."""
        if self.is_sqlite:
            return f"printf('%0{digits}x', {number})"
        return f"lpad(to_hex({number}), {digits}, '0')"

    def mac(self, number: str = "n") -> str:
        """Return the MAC address of a PC."""
        return f"'02' || {self.hexadecimal(10, number)}"

    def digest(self, number: str = "n") -> str:
        """Return 32 bytes that no other number has."""
        digits = self.hexadecimal(32, number)
        return f"CAST({digits} AS BLOB)" if self.is_sqlite else f"convert_to({digits}, 'UTF8')"

    def uuid(self, number: str = "n") -> str:
        """Return a UUID that no other number has."""
        digits = self.hexadecimal(32, number)
        return digits if self.is_sqlite else f"({digits})::uuid"

    def document(self, **values: str) -> str:
        """Return a JSON document."""
        function = "json_object" if self.is_sqlite else "json_build_object"
        pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
        return f"{function}({pairs})"

    def series(self) -> str:
        """Return a table of numbers, from `:first` by `:step` to below `:end`."""
        if self.is_sqlite:
            return (
                "(WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL"
                " SELECT n + :step FROM numbers WHERE n + :step < :end) SELECT n FROM numbers)"
            )
        return (
            "(SELECT generate_series(CAST(:first AS bigint), CAST(:end AS bigint) - 1,"
            " CAST(:step AS bigint)) AS n) AS numbers"
        )


async def insert_rows(
    database: Database,
    table: type[DeclarativeBase],
    columns: Mapping[str, str],
    numbers: range,
    expressions: Expressions,
) -> None:
    """Insert a row for each number.

    Args:
        database: where.
        table: the table.
        columns: an SQL expression for each, in which `n` is the number.
        numbers: which.
        expressions: those of this database.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(columns.values())
    into = f"INSERT INTO {table.__tablename__} ({names})"
    statement = text(f"{into} SELECT {values} FROM {expressions.series()}")  # noqa: S608 - our own words alone
    for at in range(0, len(numbers), _AT_ONCE):
        some = numbers[at : at + _AT_ONCE]
        given = {"first": some.start, "end": some[-1] + 1, "step": some.step}
        async with database.writing() as session:
            if not database.is_sqlite:
                # Rows that are made for each other need not be looked up one by one.
                await session.execute(text("SET LOCAL session_replication_role = replica"))
            await session.execute(statement, given)
