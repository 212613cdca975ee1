"""A database, read from a URL."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from loopjobs._extras import what_is_missing

_SQLITE: Final = re.compile(r"sqlite(\+\w+)?:///(?P<file>[^?]+)(\?(?P<query>.*))?")
_PASSWORD: Final = re.compile(r"://[^/@]*:[^/@]+@|[?&]password=", re.IGNORECASE)
_POSTGRESQL: Final = re.compile(r"postgres(ql)?(\+psycopg)?://(?P<rest>.+)")


@dataclass(frozen=True, slots=True)
class SqlitePlace:
    """A file."""

    file: str
    is_uri: bool
    """Whether it is SQLite's own kind of URI, as SQLAlchemy passes it on with `uri=true`."""

    @property
    def shown(self) -> str:
        """What may be logged."""
        return self.file


@dataclass(frozen=True, slots=True)
class PostgresqlPlace:
    """A database on a server."""

    conninfo: str
    shown: str
    """What may be logged: host and database."""


def read_place(url: str) -> SqlitePlace | PostgresqlPlace:
    """Tell where a URL leads.

    Raises:
        ValueError: it leads nowhere; the message does not repeat the URL, which may be a secret.
    """
    if match := _SQLITE.fullmatch(url):
        return _sqlite(match["file"], match["query"] or "")
    if match := _POSTGRESQL.fullmatch(url):
        return _postgresql(f"postgresql://{match['rest']}")
    raise ValueError("must begin with sqlite:/// and name a file, or with postgresql://")


def has_password(url: str) -> bool:
    """Whether there is a password in a URL: in a command line all users of the machine see it."""
    return _PASSWORD.search(url) is not None


def _sqlite(file: str, query: str) -> SqlitePlace:
    if file == ":memory:":
        raise ValueError("must name a file: a database in memory ends with the process")
    arguments = dict(parse_qsl(query))
    if arguments.pop("uri", "").casefold() != "true":
        return SqlitePlace(file, is_uri=False)
    return SqlitePlace(f"{file}?{urlencode(arguments)}" if arguments else file, is_uri=True)


def _postgresql(conninfo: str) -> PostgresqlPlace:
    if missing := what_is_missing("postgres", "psycopg"):
        raise ValueError(missing)
    # An extra: SQLite does without it.
    from psycopg import ProgrammingError  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        parts = conninfo_to_dict(conninfo)
    except ProgrammingError:
        raise ValueError("is not a database URL") from None
    if not parts.get("dbname"):
        raise ValueError("must name a database, as in postgresql://login@localhost/login")
    host, port = parts.get("host", "localhost"), parts.get("port")
    return PostgresqlPlace(
        conninfo, f"postgresql://{host}{f':{port}' if port else ''}/{parts['dbname']}"
    )
