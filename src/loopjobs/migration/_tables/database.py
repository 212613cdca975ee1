"""A database to look into, and what may be asked of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from loopjobs.migration._errors import MigrationError

Row: TypeAlias = Mapping[str, object]

MOST_ROWS: Final = 100_000
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?")


class Database(Protocol):
    """What readers of tables need."""

    @property
    def where(self) -> str:
        """What may be shown of its address."""
        ...

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        ...

    def columns(self, table: str) -> frozenset[str]:
        """Return the names of its columns in lower case."""
        ...

    def rows(self, table: str, columns: Sequence[str]) -> list[Row]:
        """Return these columns of all rows, by their names in lower case.

        Raises:
            MigrationError: There are too many rows, or a column is missing.
        """
        ...


def checked(table: str) -> str:
    """Return the name of a table, which stands in statements as it is.

    Raises:
        MigrationError: It is no plain name.
    """
    if not _NAME.fullmatch(table):
        raise MigrationError(f"{table!r} is not the name of a table. Use letters and digits.")
    return table


def select(table: str, columns: Sequence[str]) -> str:
    """Return the statement for these columns of that table, one row more than may be there."""
    return f"SELECT {', '.join(columns)} FROM {checked(table)} LIMIT {MOST_ROWS + 1}"  # noqa: S608 - checked


def select_nothing(table: str) -> str:
    """Return the statement that only tells which columns there are."""
    return f"SELECT * FROM {checked(table)} LIMIT 0"  # noqa: S608 - checked


def bounded(rows: list[Row], table: str) -> list[Row]:
    """Return the rows.

    Raises:
        MigrationError: There are more than anybody has jobs.
    """
    if len(rows) > MOST_ROWS:
        raise MigrationError(f"{table} has more than {MOST_ROWS} rows. Is it the right database?")
    return rows
