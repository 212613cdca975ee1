"""A CSV file as a header and numbered rows."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO, Final, TextIO, TypeAlias

from admin_provisioning.domain.lists.columns import count_known
from admin_provisioning.domain.lists.encodings import detect_encoding
from admin_provisioning.domain.lists.errors import UnreadableListError

_DELIMITERS: Final = (",", ";", "\t")
_SEPARATOR_LINE: Final = re.compile(r'\ufeff?"?sep=([,;\t|])"?\s*', re.IGNORECASE)
_LONGEST_LINE: Final = 64 * 1024
_MOST_EMPTY_ROWS: Final = 10_000
_MOST_CELLS: Final = 16_384
"""As many columns as a sheet has; quoted line breaks could make a row as long as the file."""

NumberedRow: TypeAlias = tuple[int, Sequence[str]]
"""The number that a spreadsheet shows, and the cells."""


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file, opened."""

    encoding: str
    delimiter: str
    header_no: int
    """The number of the row with the titles."""
    header: Sequence[str]
    rows: Iterator[NumberedRow]
    """The rows below it, without the empty ones."""


@contextmanager
def open_table(file: BinaryIO) -> Iterator[Table]:
    """Open a CSV file; its rows are read while they are asked for.

    Raises:
        UnreadableListError: it is none; also raised by the rows.
    """
    encoding = detect_encoding(file)
    text = TextIOWrapper(file, encoding, newline="")
    try:
        with _faults_translated():
            yield _open(text, encoding)
    finally:
        # Else the file would be closed, which is not ours.
        text.detach()


def _open(text: TextIO, encoding: str) -> Table:
    first = text.readline(_LONGEST_LINE)
    asked = _SEPARATOR_LINE.fullmatch(first)
    # A spreadsheet takes that line as an instruction and does not show it as a row.
    skipped = 1 if asked else 0

    def rows(delimiter: str) -> Iterator[NumberedRow]:
        text.seek(0)
        return _rows(islice(_lines(text), skipped, None), delimiter)

    delimiter = asked[1] if asked else _sniff(rows)
    below = rows(delimiter)
    header_no, header = next(below, (0, ()))
    if not header:
        raise UnreadableListError("the list is empty; its first row must name the columns")
    return Table(encoding, delimiter, header_no, header, below)


def _sniff(rows: Callable[[str], Iterator[NumberedRow]]) -> str:
    """Return the delimiter that makes most sense of the header."""

    def sense(delimiter: str) -> tuple[int, int]:
        try:
            _, header = next(rows(delimiter), (0, ()))
        except (UnreadableListError, csv.Error):
            return -1, 0
        return count_known(header), len(header)

    return max(_DELIMITERS, key=sense)


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise UnreadableListError(f"a line has more than {_LONGEST_LINE} letters")
        if "\0" in line:
            raise UnreadableListError("there is a NUL in it; it is not text, or it is damaged")
        yield line


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[NumberedRow]:
    number, empty = 0, 0
    try:
        # Quotes may hold line breaks: what the reader gives is a row, not a line.
        for number, cells in enumerate(
            csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True), start=1
        ):
            if len(cells) > _MOST_CELLS:
                raise UnreadableListError(f"there are more than {_MOST_CELLS} cells", number)
            if any(cell.strip() for cell in cells):
                yield number, cells
                continue
            empty += 1
            if empty > _MOST_EMPTY_ROWS:
                raise UnreadableListError(
                    f"more than {_MOST_EMPTY_ROWS} rows are empty; delete them in the spreadsheet",
                    number,
                )
    except csv.Error as error:
        raise UnreadableListError(
            "the quotes do not match: a cell is opened by one and not closed, or goes on after it",
            number + 1,
        ) from error


@contextmanager
def _faults_translated() -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        raise UnreadableListError(
            "it is damaged: its letters are written in more than one way, or cut off at the end"
        ) from error
