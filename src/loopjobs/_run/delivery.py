"""A queue of events and the thread that takes them to the listeners."""

import atexit
import contextlib
import os
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Final

from loopjobs._contracts.listener import Listener
from loopjobs._run.delivery_watch import DeliveryWatch
from loopjobs._run.queue_mark import reached_within
from loopjobs._words.clock import Clock
from loopjobs._words.events import Event

LONGEST_QUEUE: Final = 10_000
"""Events that wait; with more the oldest are dropped."""
PATIENCE_IN_SECONDS: Final = 5.0
"""How long the end of a host waits for its listeners, all in all."""
_NAP_IN_SECONDS: Final = 0.005
"""As long as the default slack of the timer: a wake-up costs several times what an event costs."""


class Delivery:
    """Delivers events in order on one thread of its own.

    Whoever puts an event pays for an append, and for a wake-up if the thread was idle; it never
    waits for a listener. A thread that has delivered all there was naps for a moment before it is
    idle, so that events which come thick share a wake-up. It starts with the first event. It is a
    daemon, so that a listener that hangs does not keep the process; a process that ends without a
    stop delivers what is queued all the same.
    """

    def __init__(self, listeners: Sequence[Listener], clock: Clock) -> None:
        self._watch = DeliveryWatch(listeners, clock)
        self._clock = clock
        # What is queued beside events is called when it is reached.
        self._queue: SimpleQueue[Event | Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process = 0
        self._may_not_nap = threading.Event()
        self._is_ending = False
        self._has_given_up = False

    def put(self, event: Event) -> None:
        """Queue an event; of too many the oldest is dropped."""
        if self._has_given_up:
            return
        while self._queue.qsize() >= LONGEST_QUEUE:
            self._drop_oldest()
        self._queue.put(event)
        # A process that was forked has a queue, but not the thread.
        if self._is_ending or self._thread is None or self._process != os.getpid():
            self._ensure_thread()

    async def settle(self) -> None:
        """Return when all that is queued is delivered, or patience has come to its end."""
        if self._has_given_up or (self._thread is None and self._queue.empty()):
            return
        self._may_not_nap.set()
        if not await reached_within(self._put_mark, self._clock, PATIENCE_IN_SECONDS):
            self._has_given_up = True
            atexit.unregister(self._finish)
            # The mark that was not reached is in the queue as well.
            self._watch.note_given_up(self._queue.qsize() - 1)

    async def close(self) -> None:
        """Settle, and end the thread."""
        self._is_ending = True
        await self.settle()
        thread = self._thread
        if thread is not None and not self._has_given_up:
            # It has nothing left to do but to end.
            thread.join(PATIENCE_IN_SECONDS)
        self._watch.note_end()

    def wind_down(self) -> None:
        """Let the thread end whenever nothing is queued; the next event starts another one."""
        self._is_ending = True
        self._may_not_nap.set()
        if self._thread is not None:
            self._queue.put(_wake_up)

    def _put_mark(self, mark: Callable[[], None]) -> None:
        # In this order: a thread looks at the queue before it ends, so one that is alive sees it.
        self._queue.put(mark)
        self._ensure_thread()

    def _drop_oldest(self) -> None:
        with contextlib.suppress(Empty):
            oldest = self._queue.get_nowait()
            if isinstance(oldest, Event):
                self._watch.note_dropped()
            else:
                oldest()

    def _ensure_thread(self) -> None:
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            thread = threading.Thread(target=self._serve, name="loopjobs listeners", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                # There are too many threads; the next event tries again.
                self._watch.note_no_thread(error)
                return
            self._thread, self._process = thread, os.getpid()
            atexit.register(self._finish)

    def _finish(self) -> None:
        """Deliver what is queued when the process ends without a stop."""
        thread = self._thread
        self.wind_down()
        if thread is not None:
            thread.join(PATIENCE_IN_SECONDS)

    def _serve(self) -> None:
        take, deliver = self._queue.get_nowait, self._watch.deliver
        while not self._has_given_up:
            try:
                item = take()
            except Empty:
                if (awaited := self._await_next()) is None:
                    break
                item = awaited
            if isinstance(item, Event):
                deliver(item)
            else:
                item()

    def _await_next(self) -> Event | Callable[[], None] | None:
        """Return what is put next; `None` if nothing more will come."""
        while not self._has_given_up:
            if not self._is_ending:
                self._may_not_nap.wait(_NAP_IN_SECONDS)
            try:
                return self._queue.get(block=not self._is_ending)
            except Empty:
                with self._lock:
                    if self._queue.empty():
                        self._thread = None
                        # Not later: the next thread would be the one that is taken off.
                        atexit.unregister(self._finish)
                        return None
        return None


def _wake_up() -> None:
    """Have the thread look whether it is to end."""
