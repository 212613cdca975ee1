"""Databases on the disk, as they are where they matter: each commit reaches it, nothing is off."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Final

import psycopg
from sqlalchemy import make_url

from benchmark_command import CannotMeasureError
from servicekit.testing import Place, PostgresqlPlace, SqlitePlace
from servicekit.testing.postgresql_server import as_conninfo, postgresql_programs

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
ENGINES: Final = (SQLITE, POSTGRESQL)
TITLES: Final = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}
_BYTES_A_ROW: Final = 2_500
"""Indexes, journals and a copy included."""
_GIB: Final = 2**30


@contextmanager
def place_of(engine: str, rows: int) -> Iterator[Place]:
    """Offer a place for databases; all is removed at the end.

    Args:
        engine: Which database.
        rows: How many there will be at once, about.

    Raises:
        CannotMeasureError: the disk is too full, or PostgreSQL cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="measured-") as name:
        folder = Path(name)
        _check_room(folder, rows)
        if engine == SQLITE:
            yield SqlitePlace(folder)
            return
        server = _programs(folder).get_server(folder / "data", cleanup_mode="stop")
        try:
            url = server.get_uri()
            with psycopg.connect(as_conninfo(url), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
                connection.execute("SELECT pg_reload_conf()")
            place = PostgresqlPlace(url)
            yield place
            place.close()
        finally:
            server.cleanup()


def settle(url: str) -> None:
    """Bring to the disk what was written to a database that nobody is connected to.

    Else it gets there while something is measured: the first checkpoint of SQLite, which asks for
    its own pages alone, would wait for all of them, and who writes with it.
    """
    place = make_url(url)
    if place.get_backend_name() == SQLITE:
        with Path(place.database or "").open("rb") as file:
            os.fsync(file.fileno())
        return
    with psycopg.connect(as_conninfo(url), autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def _check_room(folder: Path, rows: int) -> None:
    needed, free = rows * _BYTES_A_ROW, shutil.disk_usage(folder).free
    if free < needed:
        raise CannotMeasureError(
            f"{folder.parent} has {free / _GIB:.1f} GiB free and {needed / _GIB:.1f} are needed: "
            "name another folder with TMPDIR, or fewer rows with --rows"
        )


def _programs(folder: Path) -> ModuleType:
    try:
        return postgresql_programs(folder)
    except ImportError as error:
        raise CannotMeasureError(
            f"PostgreSQL's programs are not there ({error}): `make setup` brings them; "
            "or measure with --engine sqlite alone"
        ) from error
