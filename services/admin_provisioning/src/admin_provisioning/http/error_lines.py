"""Failed rows as lines of a CSV file that a spreadsheet opens safely."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Final

from admin_provisioning.domain.bulk_job import BulkJobItem
from admin_provisioning.domain.lists import Column

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else."""
HEADER: Final = ("row", *Column, "error_code", "error")

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - some spreadsheets take these for the others
_INVISIBLE_STARTS: Final = ("\t", "\r", "\n")


def to_lines(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as lines of a CSV file (RFC 4180)."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([guarded(str(cell)) for cell in row] for row in rows)
    return text.getvalue()


def to_row(item: BulkJobItem) -> list[object]:
    """Return a failed row with what is wrong with it."""
    values = (_cell(item.payload.get(column.value, "")) for column in Column)
    return [item.row_no, *values, item.error_code or "", item.error or ""]


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    looks_like_formula = cell.lstrip().startswith(_FORMULA_STARTS)
    return f"'{cell}" if looks_like_formula or cell.startswith(_INVISIBLE_STARTS) else cell


def _cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
