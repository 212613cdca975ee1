"""The history as it is in the store, and the little that is not there yet."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from loopjobs.history._errors import HistoryUnavailableError
from loopjobs.history._pages import page_of, page_start
from loopjobs.history._recent import RecentHistory
from loopjobs.history._store import HistoryStore
from loopjobs.history._views import SkippedSlots, StoredRun
from loopjobs.history._writer import HistoryWriter

T = TypeVar("T", StoredRun, SkippedSlots)


class StoredHistory:
    """A `RunHistory` of all replicas.

    A run that has ended is remembered by its own process at once, so whoever asks here need not
    wait until it is written. While the store is away nobody waits for it.
    """

    def __init__(self, writer: HistoryWriter, recent: RecentHistory) -> None:
        self._writer = writer
        self._recent = recent

    @property
    def away_since(self) -> datetime | None:
        """Since when the store has not answered."""
        return self._writer.away_since

    async def latest(
        self, job: str, *, limit: int = 50, before: str | None = None
    ) -> Sequence[StoredRun]:
        """Return the last runs of a job, newest first."""
        start = page_start(limit, before)
        recent = {each.record.run_id: each for each in self._recent.runs(job)}
        for each in await self._ask(lambda store: store.latest(job, limit, start)):
            recent.setdefault(each.record.run_id, each)
        return page_of(recent.values(), limit, start)

    async def skipped(
        self, job: str, *, limit: int = 50, before: str | None = None
    ) -> Sequence[SkippedSlots]:
        """Return the slots of a job that passed without a run, newest first."""
        start = page_start(limit, before)
        # Those that wait are asked for last: a stretch that is written meanwhile is in the store.
        stored = await self._ask(lambda store: store.skipped(job, limit, start))
        return page_of(_latest_state([*stored, *self._recent.skips(job)]), limit, start)

    async def _ask(self, question: Callable[[HistoryStore], Sequence[T]]) -> Sequence[T]:
        thread = self._writer.thread
        if thread is None or not self._writer.is_open or self._writer.away_since is not None:
            return ()
        try:
            return await thread.ask(question)
        except HistoryUnavailableError as error:
            self._writer.note_failure(error)
            return ()


def _latest_state(stretches: Iterable[SkippedSlots]) -> Iterable[SkippedSlots]:
    """Return each stretch once, as it was last; it begins once, wherever it is told of."""
    return {(each.replica, each.first_at): each for each in stretches}.values()
