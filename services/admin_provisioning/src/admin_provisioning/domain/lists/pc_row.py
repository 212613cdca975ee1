"""The rules of one row."""

import re
from collections.abc import Mapping
from typing import Final

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.lists.columns import WANTED, Column, listed
from servicekit.mac import MacAddress, MacAddressError

_LONGEST: Final[Mapping[Column, int]] = {Column.HOSTNAME: 253, Column.MACHINE_ID: 128}
_YES: Final = frozenset({"true", "yes", "y", "1", "wahr", "ja", "vrai", "oui", "verdadero"})
_NO: Final = frozenset({"false", "no", "n", "0", "falsch", "nein", "faux", "non", "falso"})
_SPOILT_BY_SPREADSHEET: Final = re.compile(r"\d+(?:[.,]\d+)?e[+-]?\d+", re.IGNORECASE | re.ASCII)

_HOW_TO_SAVE_IT: Final = (
    "was turned into a number by the spreadsheet; format the column as text, or write the address "
    "with colons"
)


class BadRowError(Exception):
    """A row breaks a rule; the message says which and never repeats the row.

    Args:
        detail: the rule.
        column: the value that breaks it, if it is one.
    """

    def __init__(self, detail: str, column: Column | None = None) -> None:
        super().__init__(detail)
        self.column = column


def read_row(cells: Mapping[Column, str], kind: BulkJobKind) -> dict[str, object]:
    """Return what a row asks for: a MAC address, and the values that are given.

    Raises:
        BadRowError: it breaks a rule.
    """
    given = {column: text for column, cell in cells.items() if (text := cell.strip())}
    _check_columns(frozenset(given), kind)
    asked: dict[str, object] = {Column.MAC.value: str(_mac(given[Column.MAC]))}
    for column in _LONGEST:
        if column in given:
            asked[column.value] = _text(given[column], column)
    if Column.PINNED in given:
        asked[Column.PINNED.value] = _flag(given[Column.PINNED])
    return asked


def _check_columns(given: frozenset[Column], kind: BulkJobKind) -> None:
    wanted = WANTED[kind]
    for column in Column:
        if column in wanted.required - given:
            raise BadRowError("is missing", column)
        if column in given - wanted.known:
            raise BadRowError(f"has no meaning for {kind}", column)
    if wanted.one_of and not wanted.one_of & given:
        raise BadRowError(f"one of {listed(wanted.one_of)} must be given")


def _mac(text: str) -> MacAddress:
    try:
        return MacAddress.parse(text)
    except MacAddressError as error:
        # Only now: 001e00000001 is an address, and looks like such a number too.
        spoilt = _SPOILT_BY_SPREADSHEET.fullmatch(text)
        raise BadRowError(_HOW_TO_SAVE_IT if spoilt else str(error), Column.MAC) from error


def _text(text: str, column: Column) -> str:
    if len(text) > _LONGEST[column]:
        raise BadRowError(f"may have {_LONGEST[column]} letters at the most", column)
    if not text.isprintable():
        raise BadRowError("must not contain line breaks or other control characters", column)
    return text


def _flag(text: str) -> bool:
    plain = text.casefold()
    if plain not in _YES | _NO:
        raise BadRowError("must be true or false", Column.PINNED)
    return plain in _YES
