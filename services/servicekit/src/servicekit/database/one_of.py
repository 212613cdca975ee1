"""Whether a column is one of many numbers."""

from collections.abc import Callable, Collection
from typing import Any, Self

from sqlalchemy import ARRAY, BigInteger, Boolean, Dialect, SQLColumnExpression, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine


class is_one_of(FunctionElement[bool]):  # noqa: N801 - reads as the SQL operator it stands for
    """Whether a column is one of so many numbers: `IN`, with one parameter for all of them.

    `IN` has a parameter for each number. With 500 of them SQLAlchemy and the driver take longer to
    send the statement than the database to answer, and they do so inside of the transaction.

    Args:
        column: the column.
        numbers: however many.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: SQLColumnExpression[Any], numbers: Collection[int]) -> None:
        super().__init__(column, bindparam(None, numbers, type_=_Numbers(), unique=True))

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Stand for itself: compared with 1, as SQLite gets booleans, it would use no index."""
        del against
        return self


class _Numbers(TypeDecorator[Collection[int]]):
    """Many numbers as one parameter: an array of PostgreSQL, elsewhere a JSON document.

    Written here, for PostgreSQL's driver looks at each number several times.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(BigInteger) if _has_arrays(dialect) else Text()

    def bind_processor(self, dialect: Dialect) -> Callable[[Collection[int] | None], str]:
        begin, end = "{}" if _has_arrays(dialect) else "[]"

        def write(numbers: Collection[int] | None) -> str:
            return f"{begin}{','.join(map(str, numbers or ()))}{end}"

        return write


def _has_arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


@compiles(is_one_of)
def _of_a_document(element: is_one_of, compiler: SQLCompiler, **kw: object) -> str:
    column, numbers = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({numbers})))"  # noqa: S608 - as compiled


@compiles(is_one_of, "postgresql")
def _of_an_array(element: is_one_of, compiler: SQLCompiler, **kw: object) -> str:
    column, numbers = (compiler.process(each, **kw) for each in element.clauses)
    return f"({column} = ANY ({numbers}))"
