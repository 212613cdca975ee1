"""A thread on which calls of the lease store may wait, and hang."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from loopjobs._words.errors import LeaseUnavailableError

T = TypeVar("T")

_LOOK_AROUND: Final = 60.0
"""Seconds after which an idle thread looks whether its event loop is still there."""


@dataclass(frozen=True, slots=True)
class _Work(Generic[T]):
    do: Callable[[], T]
    done: "Future[T]"

    def __call__(self) -> None:
        if not self.done.set_running_or_notify_cancel():
            return
        try:
            result = self.do()
        except BaseException as error:  # noqa: BLE001 - it is handed over, whatever it is
            self.done.set_exception(error)
        else:
            self.done.set_result(result)


class LeaseThread:
    """Does one thing after the other.

    It is a daemon, unlike the threads of an executor: a call that never returns must not keep the
    process from ending, nor must a host that was dropped without a stop. It ends when it is closed,
    or when the event loop that it works for is.

    Args:
        name: Its name.
        loop: Whom it works for.
        at_end: The last thing that it does.
    """

    def __init__(
        self, name: str, loop: asyncio.AbstractEventLoop, at_end: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._at_end = at_end
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._is_closed = False
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def submit(self, do: Callable[[], T]) -> "Future[T]":
        """Do that after what was asked for before.

        Raises:
            LeaseUnavailableError: the thread was closed.
        """
        if self._is_closed:
            raise LeaseUnavailableError("the host has closed its way to the lease store")
        done: Future[T] = Future()
        self._work.put(_Work(do, done))
        return done

    def close(self) -> None:
        """End when everything that was asked for is done."""
        self._is_closed = True
        self._work.put(None)

    async def wait_ended(self, patience: float) -> bool:
        """Wait until it has ended, for so many seconds; return whether it has."""
        try:
            async with asyncio.timeout(patience):
                await asyncio.shield(asyncio.wrap_future(self._ended))
        except TimeoutError:
            return False
        self._thread.join()
        return True

    def _serve(self) -> None:
        while (work := self._next()) is not None:
            work()
        _Work(self._at_end, self._ended)()

    def _next(self) -> Callable[[], None] | None:
        while True:
            try:
                return self._work.get(timeout=_LOOK_AROUND)
            except queue.Empty:
                if self._loop.is_closed():
                    return None
