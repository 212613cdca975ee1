"""Where in a row the values stand, told by its header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.lists.columns import WANTED, Column, Wanted, column_of, listed
from admin_provisioning.domain.lists.errors import UnreadableListError

_MOST_IGNORED: Final = 20
_LONGEST_TITLE: Final = 80


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the values of each row stand."""

    places: Mapping[Column, int]
    width: int
    """How many columns the header has."""
    ignored: tuple[str, ...]
    """Titles of columns that mean nothing to this kind of job, as far as they can be shown."""


def lay_out(header: Sequence[str], row_no: int, kind: BulkJobKind) -> Layout:
    """Return the layout that a header describes.

    Args:
        header: the titles.
        row_no: in which row they stand.
        kind: what the list is for.

    Raises:
        UnreadableListError: a column is missing, or there twice.
    """
    wanted = WANTED[kind]
    places: dict[Column, int] = {}
    ignored: list[str] = []
    for place, title in enumerate(header):
        column = column_of(title)
        if column is None or column not in wanted.known:
            ignored.append(title)
        elif column in places:
            raise UnreadableListError(
                f"columns {places[column] + 1} and {place + 1} are both {column}; remove one",
                row_no,
            )
        else:
            places[column] = place
    _refuse_missing(frozenset(places), wanted, row_no, kind)
    return Layout(places, len(header), _shown(ignored))


def _refuse_missing(
    present: frozenset[Column], wanted: Wanted, row_no: int, kind: BulkJobKind
) -> None:
    missing = wanted.required - present
    if missing:
        raise UnreadableListError(
            f"the first row that is not empty must name the columns, and {listed(missing)} "
            f"is not among them; {kind} knows {listed(wanted.known)}",
            row_no,
        )
    if wanted.one_of and not wanted.one_of & present:
        raise UnreadableListError(
            f"besides mac, {kind} needs at least one of the columns {listed(wanted.one_of)}", row_no
        )


def _shown(titles: Sequence[str]) -> tuple[str, ...]:
    readable = ("".join(filter(str.isprintable, title)).strip() for title in titles)
    return tuple(title[:_LONGEST_TITLE] for title in readable if title)[:_MOST_IGNORED]
