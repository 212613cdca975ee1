"""Where the database is."""

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from loopjobs import Options


class DatabaseOptions(Options):
    """The settings section `Database`."""

    url: SecretStr = SecretStr("sqlite+aiosqlite:///var/login.db")
    """A SQLAlchemy URL. A secret, because it may carry a password."""
    busy_timeout_in_seconds: float = Field(5.0, gt=0, le=600)
    """How long a statement waits for others to finish writing."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: SecretStr) -> SecretStr:
        try:
            url = make_url(value.get_secret_value())
        except ArgumentError:
            raise PydanticCustomError("url", "is not a database URL") from None
        if url.drivername != "sqlite+aiosqlite":
            raise PydanticCustomError(
                "url", "must begin with sqlite+aiosqlite:///; other databases come later"
            )
        if url.database in {None, "", ":memory:"}:
            raise PydanticCustomError(
                "url", "must name a file: a database in memory is lost between connections"
            )
        return value
