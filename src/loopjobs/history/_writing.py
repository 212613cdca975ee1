"""Writes a batch although some of it may not be to the store's liking."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from loopjobs.history._errors import RowRefusedError
from loopjobs.history._store import Batch, HistoryStore

_log: Final = logging.getLogger("loopjobs.history")


def write_what_is_taken(store: HistoryStore, batch: Batch) -> None:
    """Write a batch; if the store refuses a row, write the others and say so.

    Otherwise one row would keep all that come after it from being written.

    Raises:
        HistoryUnavailableError: the store does not answer.
    """
    try:
        store.write(batch)
    except RowRefusedError:
        for part in _one_by_one(batch):
            _write_or_drop(store, part)


def _one_by_one(batch: Batch) -> Iterator[Batch]:
    nothing = Batch(batch.replica, batch.at)
    yield replace(nothing, going_on=batch.going_on)
    yield from (replace(nothing, begun=(each,)) for each in batch.begun)
    yield from (replace(nothing, ended=(each,)) for each in batch.ended)
    yield from (replace(nothing, skipped=(each,)) for each in batch.skipped)


def _write_or_drop(store: HistoryStore, batch: Batch) -> None:
    try:
        store.write(batch)
    except RowRefusedError as error:
        names = [each.run_id for each in batch.begun]
        names += [each.run_id for each in batch.ended]
        names += [each.skip_id for each in batch.skipped]
        _log.error("the history refuses %s: %s", ", ".join(names), error)
