"""Runs whose process ended without a word: killed, or with its machine."""

import os
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from loopjobs.history._store import HistoryStore, RunInStore

SILENCE: Final = timedelta(minutes=5)
"""A process that has not said for so long that its run goes on is taken for dead."""


def give_up_lost_runs(
    store: HistoryStore, replica: str, going_on: Collection[str], now: datetime
) -> int:
    """Enter as abandoned what nobody will ever tell the end of; return how many runs.

    Args:
        store: Where they are.
        replica: This process.
        going_on: The runs of this process that have not ended.
        now: The present instant.
    """
    lost = [each for each in store.in_progress() if _is_lost(each, replica, going_on, now)]
    if lost:
        store.give_up(lost)
    return len(lost)


def _is_lost(run: RunInStore, replica: str, going_on: Collection[str], now: datetime) -> bool:
    if run.run_id in going_on:
        return False
    if now - run.seen_at > SILENCE:
        return True
    if run.replica == replica:
        # A container that is started anew has the same name and number of process as before.
        return True
    host, _, number = run.replica.rpartition(":")
    return host == replica.rpartition(":")[0] and not _is_alive(int(number))


def _is_alive(number: int) -> bool:
    # Elsewhere signal 0 is not a mere question.
    if os.name != "posix":
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
