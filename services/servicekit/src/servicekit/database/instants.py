"""Instants in columns: always aware, always UTC."""

from datetime import UTC, datetime

from sqlalchemy import Boolean, DateTime, Dialect, SQLColumnExpression
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; naive datetimes are refused.

    SQLite drops the time zone and compares text, so everything must be in one zone there.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the signature is SQLAlchemy's
    ) -> datetime | None:
        """Bring an aware instant to UTC on its way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database; give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the signature is SQLAlchemy's
    ) -> datetime | None:
        """Give an instant its zone back on its way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class is_readable_instant(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function it is
    """Whether a column of instants holds one.

    A typed column holds an instant or NULL. SQLite takes any text, and a text that is no instant
    compares as later than every instant; `servicekit.database.sqlite` has its answer to that.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: SQLColumnExpression[datetime | None]) -> None:
        super().__init__(column)


@compiles(is_readable_instant)
def _typed_column(element: is_readable_instant, compiler: SQLCompiler, **kw: object) -> str:
    return f"({compiler.process(element.clauses, **kw)} IS NOT NULL)"
