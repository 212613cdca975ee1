"""Databases on the disk, as they are where they matter: each commit reaches it, nothing is off."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from servicekit.testing import Place, PostgresqlPlace, SqlitePlace
from servicekit.testing.postgresql_server import as_conninfo, postgresql_programs

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
ENGINES: Final = (SQLITE, POSTGRESQL)
TITLES: Final = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}


@contextmanager
def place_of(engine: str) -> Iterator[Place]:
    """Offer a place for databases; all is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="measured-") as name:
        folder = Path(name)
        if engine == SQLITE:
            yield SqlitePlace(folder)
            return
        server = postgresql_programs(folder).get_server(folder / "data", cleanup_mode="stop")
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
