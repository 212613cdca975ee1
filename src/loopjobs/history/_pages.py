"""Pages of a list that is sorted by time, newest first."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from loopjobs.history._rows import position_of
from loopjobs.history._store import Position
from loopjobs.history._views import SkippedSlots, StoredRun

T = TypeVar("T", StoredRun, SkippedSlots)


def page_start(limit: int, before: str | None) -> Position | None:
    """Return where a page begins.

    Raises:
        ValueError: `limit` is negative, or `before` is no cursor.
    """
    if limit < 0:
        raise ValueError(f"limit is how many at most, from 0 up, not {limit}")
    return None if before is None else position_of(before)


def page_of(entries: Iterable[T], limit: int, before: Position | None) -> Sequence[T]:
    """Return the newest of some entries, those from a position on."""
    placed = [(position_of(each.cursor), each) for each in entries]
    beyond = [(place, each) for place, each in placed if before is None or place < before]
    beyond.sort(key=lambda pair: pair[0], reverse=True)
    return [each for _, each in beyond[:limit]]
