"""Reads a store from outside of its processes, and changes nothing there."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from loopjobs.history import _statements as sql
from loopjobs.history._errors import HistoryUnavailableError, RowRefusedError
from loopjobs.history._opening import open_connection
from loopjobs.history._rows import run_of_row, slots_of_row
from loopjobs.history._views import SkippedSlots, StoredRun
from loopjobs.places import read_place

_TABLES: Final = ("loopjobs_runs", "loopjobs_skipped_slots")
_PATIENCE: Final = 5.0


@dataclass(frozen=True, slots=True)
class WholeHistory:
    """All that a store has, of all jobs and replicas, oldest first."""

    runs: Sequence[StoredRun]
    """Without errors and their tracebacks."""
    skipped: Sequence[SkippedSlots]


def read_history(url: str) -> WholeHistory:
    """Read a store, as from a script; it is not created, and nothing in it changes.

    Args:
        url: As in `HistoryOptions`.

    Raises:
        HistoryUnavailableError: it cannot be read, or there is no history in it.
        ValueError: the URL names no store.
    """
    place = read_place(url)
    try:
        with (
            closing(open_connection(place, _PATIENCE, only_to_read=True)) as connection,
            connection.reading() as session,
        ):
            if not all(session.rows(connection.find_table, name=name) for name in _TABLES):
                raise HistoryUnavailableError(f"{place.shown}: there is no history in it")
            runs = [run_of_row(row) for row in session.rows(sql.ALL_RUNS)]
            skipped = [slots_of_row(row) for row in session.rows(sql.ALL_SKIPS)]
    except (RowRefusedError, ValueError) as error:
        raise HistoryUnavailableError(f"{place.shown}: {error}") from None
    return WholeHistory(runs, skipped)
