"""What SQLite and PostgreSQL have in common as far as the history needs it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

Value: TypeAlias = str | float | None
Values: TypeAlias = tuple[Value, ...]
Row: TypeAlias = tuple[object, ...]


class Session(Protocol):
    """One transaction. Parameters are written `:name` in statements, and `?` for many rows."""

    def rows(self, statement: str, **parameters: Value) -> Sequence[Row]:
        """Return what a query finds."""
        ...

    def change(self, statement: str, **parameters: Value) -> int:
        """Change rows; return how many."""
        ...

    def change_each(self, statement: str, rows: Sequence[Values]) -> None:
        """Change rows once for each of these, whose values are in the order of the statement."""
        ...


class Connection(Protocol):
    """One connection, opened when it is needed and again when it was lost."""

    place: str
    types: Mapping[str, str]
    """Names of column types by what they are for."""
    find_table: str
    """A query that finds a row if the table `:name` is there."""

    def reading(self) -> AbstractContextManager[Session]:
        """Begin a transaction that ends with the block and changes nothing.

        Raises:
            HistoryUnavailableError: the database is away, busy, or lacks our tables.
        """
        ...

    def writing(self) -> AbstractContextManager[Session]:
        """Begin a transaction that ends with the block; its changes are kept, or none of them.

        Raises:
            HistoryUnavailableError: the database is away, busy, or lacks our tables.
            RowRefusedError: it will not have these values.
        """
        ...

    def take_turn(self, session: Session) -> None:
        """Wait until no other process changes the schema."""
        ...

    def may_clean(self, session: Session) -> bool:
        """Return whether no other process deletes at this moment."""
        ...

    def close(self) -> None:
        """Close it, if it is open."""
        ...
