"""Whether a column is one of many numbers."""

from collections.abc import Collection
from typing import Any, Self

from sqlalchemy import ARRAY, BigInteger, Boolean, SQLColumnExpression, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType


class is_one_of(FunctionElement[bool]):  # noqa: N801 - reads as the SQL operator it stands for
    """Whether a column is one of so many numbers: `IN`, but one array where there are arrays.

    `IN` has a parameter for each number. With 500 of them PostgreSQL's driver takes longer to send
    the statement than the server to answer, and it does so inside of the transaction.

    Args:
        column: the column.
        numbers: no more than a statement may have parameters.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: SQLColumnExpression[Any], numbers: Collection[int]) -> None:
        array = bindparam(None, [*numbers], type_=ARRAY(BigInteger), unique=True)
        super().__init__(column, array, column.in_(numbers))

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Stand for itself: compared with 1, as SQLite gets booleans, it would use no index."""
        del against
        return self


@compiles(is_one_of)
def _of_many_parameters(element: is_one_of, compiler: SQLCompiler, **kw: object) -> str:
    *_, listed = element.clauses
    return compiler.process(listed, **kw)


@compiles(is_one_of, "postgresql")
def _of_an_array(element: is_one_of, compiler: SQLCompiler, **kw: object) -> str:
    column, array, _ = element.clauses
    return f"({compiler.process(column, **kw)} = ANY ({compiler.process(array, **kw)}))"
