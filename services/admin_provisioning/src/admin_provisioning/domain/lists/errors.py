"""What can be wrong with a list, or with one row of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from admin_provisioning.domain.lists.columns import Column

MOST_SHOWN: Final = 100
"""How many bad rows are told at once."""


class RowFaultCode(StrEnum):
    """Why a row cannot be worked at, for programs."""

    INVALID_ROW = "invalid_row"
    """A value is missing, or none of its kind."""
    DUPLICATE_MAC = "duplicate_mac"
    """An earlier row is about the same PC."""


NEVER_RETRIED: Final = frozenset(RowFaultCode)
"""What is wrong with a row as it was sent stays wrong, however often it is tried."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row cannot be worked at; never repeats the row."""

    row_no: int
    code: RowFaultCode
    detail: str
    column: Column | None = None

    @property
    def text(self) -> str:
        """The detail, with the column it is about."""
        return self.detail if self.column is None else f"{self.column}: {self.detail}"


class ListError(Exception):
    """Nothing can be done with a list; the message says why and never repeats it."""


class UnreadableListError(ListError):
    """It is no list, or none of this kind.

    Args:
        detail: what is wrong and what to do.
        row_no: where, if it is wrong at one place.
    """

    def __init__(self, detail: str, row_no: int | None = None) -> None:
        super().__init__(detail if row_no is None else f"row {row_no}: {detail}")


class TooManyRowsError(ListError):
    """It has more rows than one job may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a list may have {most} rows at the most; send it in several")


class NoGoodRowError(ListError):
    """None of its rows can be worked at.

    Args:
        faults: what is wrong with each of them; the first hundred are kept.
    """

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__(f"none of the {len(faults)} rows can be worked at")
        self.faults = tuple(faults[:MOST_SHOWN])
