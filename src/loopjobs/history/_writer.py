"""Brings what was heard to the store, in the background."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from loopjobs import Clock, StartError
from loopjobs.history._backlog import Backlog
from loopjobs.history._errors import HistoryUnavailableError
from loopjobs.history._lost_runs import give_up_lost_runs
from loopjobs.history._options import HistoryOptions
from loopjobs.history._outage import Outage
from loopjobs.history._recent import this_replica
from loopjobs.history._store import Batch
from loopjobs.history._store_thread import StoreThread
from loopjobs.history._writing import write_what_is_taken

_log: Final = logging.getLogger("loopjobs.history")

_TOUCH_EVERY: Final = 30.0
"""Seconds after which the store is told that runs go on."""


class HistoryWriter:
    """A hosted service that writes runs to the store, some time after they have ended.

    It stands before the jobs, and so stops after them. No run waits for it, and no failure of the
    store reaches one: what cannot be written waits, up to a bound.

    Args:
        options: How often to write, and how much at once.
        thread: Where the store is asked; `None` if there is no store.
        backlog: What was heard.
        clock: Paces the writing.
    """

    def __init__(
        self,
        options: HistoryOptions,
        thread: StoreThread | None,
        backlog: Backlog,
        clock: Clock,
    ) -> None:
        self.thread = thread
        self._options = options
        self._backlog = backlog
        self._clock = clock
        self._outage = Outage(clock)
        self._called = asyncio.Event()
        self._is_full = asyncio.Event()
        self._writing = asyncio.Lock()
        self._has_given_up_lost_runs = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the store may be asked: there is one, and its thread has started."""
        return self._task is not None and not self._task.done()

    @property
    def away_since(self) -> datetime | None:
        """Since when the store has not answered; `None` while it does."""
        return self._outage.since

    def note_failure(self, error: Exception) -> None:
        """Note that the store did not answer; it is asked again in a while."""
        self._outage.note_failure(error, len(self._backlog), self._backlog.take_dropped())
        self._called.set()

    async def start(self) -> None:
        """Begin to listen and to write; the store is not waited for.

        Raises:
            StartError: it was started before.
        """
        if self._task is not None:
            raise StartError("the writer of the history was started already; it is started once")
        if self.thread is None:
            return
        self.thread.start()
        self._backlog.open(self._clock, this_replica(), self._note_waiting)
        self._task = asyncio.create_task(self._serve(self.thread), name="loopjobs history")

    async def stop(self) -> None:
        """Write what waits, for as long as `FlushTimeoutInSeconds` at most, and end."""
        task, thread = self._task, self.thread
        if task is None or thread is None or task.done():
            return
        task.cancel()
        await asyncio.wait({task})
        self._backlog.close()
        try:
            async with asyncio.timeout(self._options.flush_timeout_in_seconds):
                await self._write(thread)
                await thread.stop()
        except (TimeoutError, HistoryUnavailableError) as error:
            _log.warning(
                "the history ends early, %d entries are not written: %s",
                len(self._backlog),
                error if isinstance(error, HistoryUnavailableError) else "the store is too slow",
            )
        finally:
            thread.abandon()

    def give_up_lost_runs(self) -> "partial[int]":
        """Return the question to the store that enters runs of dead processes as abandoned."""
        return partial(
            give_up_lost_runs,
            replica=this_replica(),
            going_on=self._backlog.going_on(),
            now=self._clock.now(),
        )

    def _note_waiting(self, waiting: int) -> None:
        self._called.set()
        if waiting >= self._options.batch_size:
            self._is_full.set()

    async def _serve(self, thread: StoreThread) -> None:
        while True:
            self._called.clear()
            self._is_full.clear()
            try:
                await self._write(thread)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next attempt may do
                self.note_failure(error)
            await self._until_worth_it()

    async def _until_worth_it(self) -> None:
        if self._outage.since is not None:
            await self._clock.sleep(self._outage.retry_in)
            return
        touch = self._clock.sleep(_TOUCH_EVERY) if self._backlog.has_runs_going_on else None
        await _first_of(self._called.wait(), touch)
        if self._called.is_set():
            pause = self._clock.sleep(self._options.write_interval_in_seconds)
            await _first_of(self._is_full.wait(), pause)

    async def _write(self, thread: StoreThread) -> None:
        async with self._writing:
            if not self._has_given_up_lost_runs:
                await thread.ask(self.give_up_lost_runs())
                self._has_given_up_lost_runs = True
            batch = self._take()
            if batch.going_on or batch.has_news or self._outage.since is not None:
                await self._write_batch(thread, batch)
            while (batch := self._take()).has_news:
                await self._write_batch(thread, batch)

    async def _write_batch(self, thread: StoreThread, batch: Batch) -> None:
        await thread.ask(partial(write_what_is_taken, batch=batch))
        self._backlog.settle(batch)
        self._outage.note_success(self._backlog.take_dropped())

    def _take(self) -> Batch:
        options = self._options
        return self._backlog.batch(
            options.batch_size,
            this_replica(),
            self._clock.now(),
            # Half of it, lest one that began just after the last look is passed over.
            timedelta(seconds=options.write_interval_in_seconds / 2),
        )


async def _first_of(*awaited: Coroutine[object, object, object] | None) -> None:
    tasks = {asyncio.ensure_future(each) for each in awaited if each is not None}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
