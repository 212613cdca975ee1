"""Has the tests of a process compile once what each of them would compile anew.

Every test has engines and containers of its own, which begin with nothing: the statements of the
services took a quarter of the time of their tests, what dishka writes for a container a twentieth.
"""

from functools import cache
from typing import Final

from dishka.code_tools import code_builder
from sqlalchemy import URL, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine.interfaces import CompiledCacheType, Dialect

from servicekit.database.options import POSTGRESQL, SQLITE

_COMPILED: Final[CompiledCacheType] = {}


class _Alike(Dialect):
    """Like any other of its class: what they speak to is the same server, or library, for all."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[Dialect]:  # noqa: ARG003 - as SQLAlchemy calls it
        """Return this one, and not the one that it is derived from."""
        return cls

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Give the engine what others have compiled."""
        engine.update_execution_options(compiled_cache=_COMPILED)


class _Psycopg(_Alike, PGDialectAsync_psycopg):
    supports_statement_cache = True


class _Aiosqlite(_Alike, SQLiteDialect_aiosqlite):
    supports_statement_cache = True


def compile_once() -> None:
    """Let engines and containers that are made from now on share what they compile."""
    for name, dialect in ((POSTGRESQL, _Psycopg), (SQLITE, _Aiosqlite)):
        registry.register(name.replace("+", "."), __name__, dialect.__name__)
    # It writes the same few lines for each, and hands them to the function of that name.
    code_builder.compile = cache(compile)  # type: ignore[attr-defined] # it takes the builtin
