"""Opens a database to look into: read only, and closed again."""

from collections.abc import Iterator
from contextlib import contextmanager

from loopjobs.migration._errors import MigrationError
from loopjobs.migration._tables.database import Database
from loopjobs.migration._tables.sqlite import open_sqlite
from loopjobs.places import PostgresqlPlace, SqlitePlace, has_password, read_place


@contextmanager
def open_database(url: str) -> Iterator[Database]:
    """Open the database of a URL, to read it.

    Raises:
        MigrationError: It cannot be opened or read.
    """
    if has_password(url):
        raise MigrationError(
            "the URL has a password, which every user of the machine can see. Leave it out, and "
            "give it as PGPASSWORD or in ~/.pgpass."
        )
    try:
        place = read_place(url)
    except ValueError as error:
        raise MigrationError(f"the URL of the database {error}.") from None
    opened = open_sqlite(place) if isinstance(place, SqlitePlace) else _postgresql(place)
    with opened as database:
        yield database


@contextmanager
def _postgresql(place: PostgresqlPlace) -> Iterator[Database]:
    # An extra: SQLite does without it.
    from loopjobs.migration._tables.postgresql import open_postgresql  # noqa: PLC0415

    with open_postgresql(place) as database:
        yield database
