"""Failed rows as lines of a CSV file that a spreadsheet opens safely."""

import csv
import re
from collections.abc import Iterable
from io import StringIO
from typing import Final

from admin_provisioning.domain.bulk_job import BulkJobItem
from admin_provisioning.domain.lists import Column

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else."""
HEADER: Final = ("row", *Column, "error_code", "error")

# Also in the middle of a cell: a spreadsheet that takes another character for the delimiter takes
# a cell apart there, and its line breaks and quotes mean something else to it.
_BEFORE_FORMULA: Final = re.compile(r"""(^|[,;|\t\r\n])(?=[\s"]*[=+\-@＝＋－＠])""")  # noqa: RUF001 - some spreadsheets take these for the others
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
    harmless = _BEFORE_FORMULA.sub(r"\1'", cell)
    return f"'{harmless}" if harmless.startswith(_INVISIBLE_STARTS) else harmless


def _cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
