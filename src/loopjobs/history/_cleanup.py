"""The job that keeps the history small."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from loopjobs import CancellationToken, Clock, Outcome, current_run
from loopjobs.history._cleanup_options import HistoryCleanupJobOptions
from loopjobs.history._store import HistoryStore
from loopjobs.history._store_thread import StoreThread
from loopjobs.history._writer import HistoryWriter

_Delete: TypeAlias = Callable[[HistoryStore], int]

_FAILURES: Final = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.ABANDONED)


class HistoryCleanupJob:
    """Delete old runs from the history, and enter those of dead processes as abandoned.

    Every replica may run it at its own interval: in PostgreSQL one of them deletes at a time and
    the others pass, and twice is as good as once.
    """

    def __init__(
        self, options: HistoryCleanupJobOptions, writer: HistoryWriter, clock: Clock
    ) -> None:
        self._options = options
        self._writer = writer
        self._clock = clock

    async def execute(self, ct: CancellationToken) -> None:
        """Clean up once, in batches; between two of them it ends if it is asked to.

        Raises:
            HistoryUnavailableError: the store does not answer.
        """
        thread = self._writer.thread
        if thread is None or not self._writer.is_open:
            return
        current_run().report(lost=await thread.ask(self._writer.give_up_lost_runs()))
        options, size = self._options, self._options.batch_size
        now = self._clock.now()
        before = now - timedelta(days=options.retain_for_days)
        failures_before = now - timedelta(days=options.retain_failures_for_days)
        for outcome in Outcome:
            limit = failures_before if outcome in _FAILURES else before
            await self._drain(ct, thread, "runs", partial(_old_runs, outcome, limit, size))
        await self._drain(ct, thread, "skips", lambda store: store.delete_old_skips(before, size))
        for job in await thread.ask(lambda store: store.jobs()):
            await self._delete_surplus(ct, thread, job)

    async def _delete_surplus(self, ct: CancellationToken, thread: StoreThread, job: str) -> None:
        keep, size = self._options.max_runs_per_job, self._options.batch_size
        for failures in (False, True):
            await self._drain(ct, thread, "runs", partial(_surplus_runs, job, keep, size, failures))
        await self._drain(
            ct, thread, "skips", lambda store: store.delete_surplus_skips(job, keep, size)
        )

    async def _drain(
        self, ct: CancellationToken, thread: StoreThread, what: str, delete: _Delete
    ) -> None:
        while True:
            ct.raise_if_cancellation_requested()
            deleted = await thread.ask(delete)
            current_run().report(**{f"deleted_{what}": deleted})
            if deleted < self._options.batch_size:
                return
            await ct.sleep(self._options.batch_pause_in_milliseconds / 1000)


def _old_runs(outcome: Outcome, before: datetime, size: int, store: HistoryStore) -> int:
    return store.delete_old_runs(outcome, before, size)


def _surplus_runs(job: str, keep: int, size: int, failures: bool, store: HistoryStore) -> int:  # noqa: FBT001 - filled in by position
    return store.delete_surplus_runs(job, keep, size, failures=failures)
