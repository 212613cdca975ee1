"""The one thread in which a store is asked."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final, TypeVar

from loopjobs import Clock, VirtualClock
from loopjobs.history._store import HistoryStore

T = TypeVar("T")

_END: Final = None


class StoreThread:
    """Asks a store one question after the other, away from the event loop.

    The thread is a daemon: a server that never answers must not keep the process from ending. On a
    virtual clock, which stands still while a thread works, there is none, and the store is asked in
    place.
    """

    def __init__(self, store: HistoryStore, clock: Clock) -> None:
        self._store = store
        self._questions: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        if not isinstance(clock, VirtualClock):
            name = "loopjobs history"
            self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    @property
    def place(self) -> str:
        """Where the store is, as it may be logged."""
        return self._store.place

    def start(self) -> None:
        """Begin to answer."""
        if self._thread is not None:
            self._thread.start()

    async def ask(self, question: Callable[[HistoryStore], T]) -> T:
        """Return what the store answers, or raise what it raises."""
        if self._thread is None:
            return question(self._store)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: Exception | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type] # T may be None itself

        def ask() -> None:
            result: T | None = None
            error: Exception | None = None
            try:
                result = question(self._store)
            except Exception as raised:  # noqa: BLE001 - it is handed over, whatever it is
                error = raised
            # The loop is closed if nobody waits for the answer any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, result, error)

        self._questions.put(ask)
        return await answer

    async def stop(self) -> None:
        """Let go of the connection and end the thread, once all questions are answered."""
        await self.ask(lambda store: store.close())
        self._questions.put(_END)
        if self._thread is not None:
            self._thread.join()

    def abandon(self) -> None:
        """Let the thread end by itself, after the question it is at."""
        self._questions.put(_END)

    def _work(self) -> None:
        while (ask := self._questions.get()) is not _END:
            ask()
