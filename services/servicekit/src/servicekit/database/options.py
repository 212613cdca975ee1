"""Where the database is."""

from typing import Final

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from loopjobs import Options

SQLITE: Final = "sqlite+aiosqlite"
POSTGRESQL: Final = "postgresql+psycopg"
_ALSO_POSTGRESQL: Final = frozenset({"postgresql", "postgres"})


class DatabaseOptions(Options):
    """The settings section `Database`; a service derives from it to give `Url` its default."""

    url: SecretStr
    """A SQLAlchemy URL: `sqlite+aiosqlite:///<file>` or `postgresql+psycopg://<user>@<host>/<name>`.

    A secret, because it may carry a password. `postgresql://` and `postgres://` are understood.
    """
    busy_timeout_in_seconds: float = Field(5.0, gt=0, le=600)
    """How long a statement waits for others to finish writing, and a session for a connection."""
    max_connections: int = Field(10, ge=1, le=1_000)
    """How many connections this process opens to PostgreSQL; SQLite has one writer anyway."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: SecretStr) -> SecretStr:
        try:
            url = make_url(value.get_secret_value())
        except (ArgumentError, ValueError):
            raise PydanticCustomError("url", "is not a database URL") from None
        if url.drivername in _ALSO_POSTGRESQL:
            _, _, place = value.get_secret_value().partition(":")
            return cls._check_url(SecretStr(f"{POSTGRESQL}:{place}"))
        _check_driver(url)
        _check_place(url)
        return value


def _check_driver(url: URL) -> None:
    if url.drivername not in {SQLITE, POSTGRESQL}:
        raise PydanticCustomError(
            "url",
            "must begin with sqlite+aiosqlite:/// or postgresql+psycopg://; "
            "other databases and drivers are not supported",
        )


def _check_place(url: URL) -> None:
    if url.drivername == SQLITE and url.database in {None, "", ":memory:"}:
        raise PydanticCustomError(
            "url", "must name a file: a database in memory is lost between connections"
        )
    if url.drivername == POSTGRESQL and not url.database:
        raise PydanticCustomError(
            "url", "must name a database, as in postgresql+psycopg://login@localhost/login"
        )
