"""A list of PCs, read: good rows to be worked at, and bad rows with what is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, TypeAlias

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.lists.columns import Column
from admin_provisioning.domain.lists.errors import (
    NoGoodRowError,
    RowFault,
    RowFaultCode,
    TooManyRowsError,
    UnreadableListError,
)
from admin_provisioning.domain.lists.layout import Layout, lay_out
from admin_provisioning.domain.lists.pc_row import BadRowError, read_row
from admin_provisioning.domain.lists.table import NumberedRow, open_table

_LONGEST_SHOWN: Final = 300
"""How many letters of a bad value are kept to show it again."""

Cells: TypeAlias = Mapping[Column, str]


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a list."""

    row_no: int
    payload: Mapping[str, object]
    """What it asks for; of a bad row: its values as they came, as text."""
    fault: RowFault | None = None


@dataclass(frozen=True, slots=True)
class PcList:
    """A list with at least one good row."""

    kind: BulkJobKind
    rows: Sequence[ListedRow]
    encoding: str | None = None
    """How a file's letters were read."""
    delimiter: str | None = None
    """What stood between a file's cells."""
    ignored_columns: tuple[str, ...] = ()
    """Titles of a file's columns that mean nothing to this kind of job."""

    @property
    def bad_rows(self) -> int:
        """How many rows cannot be worked at."""
        return sum(row.fault is not None for row in self.rows)


def read_csv(file: BinaryIO, kind: BulkJobKind, max_rows: int) -> PcList:
    """Read a CSV file as a spreadsheet exports it; rows are numbered as it shows them.

    Raises:
        UnreadableListError: it is no CSV file, or a column is missing.
        TooManyRowsError: it has more than `max_rows` rows that are not empty.
        NoGoodRowError: each row is bad.
    """
    with open_table(file) as table:
        layout = lay_out(table.header, table.header_no, kind)
        rows = _checked(_laid_out(table.rows, layout), kind, max_rows)
        return PcList(kind, rows, table.encoding, table.delimiter, layout.ignored)


def read_rows(rows: Iterable[Cells], kind: BulkJobKind, max_rows: int) -> PcList:
    """Read rows that come one by one, numbered from 1.

    Raises:
        UnreadableListError: there is none.
        TooManyRowsError: there are more than `max_rows`.
        NoGoodRowError: each row is bad.
    """
    numbered = ((number, cells, None) for number, cells in enumerate(rows, start=1))
    return PcList(kind, _checked(numbered, kind, max_rows))


_Found: TypeAlias = tuple[int, Cells, BadRowError | None]


def _laid_out(rows: Iterator[NumberedRow], layout: Layout) -> Iterator[_Found]:
    for number, row in rows:
        cells = {column: row[place] for column, place in layout.places.items() if place < len(row)}
        beyond = any(cell.strip() for cell in row[layout.width :])
        yield number, cells, BadRowError("has more cells than the header") if beyond else None


def _checked(rows: Iterable[_Found], kind: BulkJobKind, max_rows: int) -> list[ListedRow]:
    checked: list[ListedRow] = []
    first_with: dict[object, int] = {}
    for number, cells, broken in rows:
        if len(checked) == max_rows:
            raise TooManyRowsError(max_rows)
        checked.append(_check(number, cells, broken, kind, first_with))
    if not checked:
        raise UnreadableListError("there is no row to work at")
    faults = [row.fault for row in checked if row.fault is not None]
    if len(faults) == len(checked):
        raise NoGoodRowError(faults)
    return checked


def _check(
    number: int,
    cells: Cells,
    broken: BadRowError | None,
    kind: BulkJobKind,
    first_with: dict[object, int],
) -> ListedRow:
    try:
        if broken is not None:
            raise broken
        asked = read_row(cells, kind)
    except BadRowError as error:
        return _bad(number, cells, RowFaultCode.INVALID_ROW, str(error), error.column)
    first = first_with.setdefault(asked[Column.MAC], number)
    if first != number:
        detail = f"is the same as in row {first}"
        return _bad(number, cells, RowFaultCode.DUPLICATE_MAC, detail, Column.MAC)
    return ListedRow(number, asked)


def _bad(
    number: int, cells: Cells, code: RowFaultCode, detail: str, column: Column | None
) -> ListedRow:
    shown = {column.value: cell[:_LONGEST_SHOWN] for column, cell in cells.items()}
    return ListedRow(number, shown, RowFault(number, code, detail, column))
