"""The watchdog: notices, from a thread of its own, that the event loop serves nobody."""

import asyncio
import logging
import threading
from typing import Final

from loopjobs import Clock, StartError, VirtualClock
from loopjobs.health._call import Call
from loopjobs.health._report import Blockage
from loopjobs.health._stack import stack_of
from loopjobs.health._watchdog_options import WatchdogOptions

_log: Final = logging.getLogger("loopjobs.health")


class Watchdog:
    """A hosted service that calls the event loop and notices when no answer comes.

    It writes one ERROR with the stack that blocks the loop, and one WARNING when that is over. Its
    thread ends with `stop()`, or by itself when the event loop is gone. On a virtual clock, which
    stands still while the thread waits, there is no thread unless `ended` is given.

    Args:
        options: How often to call, and how long to wait for the answer.
        clock: What durations are measured on.
        ended: What the thread waits on between two looks, and what ends it; tests give an event
            that waits as they tell it to.
    """

    def __init__(
        self,
        options: WatchdogOptions,
        clock: Clock,
        ended: threading.Event | None = None,
    ) -> None:
        self._interval = options.interval_in_seconds
        self._limit = options.blocked_after_in_seconds
        self._clock = clock
        self._needs_thread = ended is not None or not isinstance(clock, VirtualClock)
        self._ended = ended or threading.Event()
        self._thread: threading.Thread | None = None
        self._call: Call | None = None
        self._last_blocked: Call | None = None
        self._blockages = 0

    @property
    def blocked_for(self) -> float:
        """Seconds for which the event loop has been blocked; 0 while it serves."""
        call = self._call
        if call is None or call.is_answered or self._ended.is_set():
            return 0.0
        waited = call.waited
        return waited if waited >= self._limit else 0.0

    @property
    def blockages(self) -> int:
        """How often the event loop was blocked since the start."""
        return self._blockages

    @property
    def last_blockage(self) -> Blockage | None:
        """The last time it was blocked, which may go on; `None` if it never was."""
        return None if self._last_blocked is None else self._last_blocked.as_blockage()

    async def start(self) -> None:
        """Watch the event loop that runs this.

        Raises:
            StartError: it was started before.
        """
        if self._thread is not None or self._ended.is_set():
            raise StartError("the watchdog was started already; it is started once")
        if not self._needs_thread:
            return
        thread = threading.Thread(
            target=self._watch,
            args=(asyncio.get_running_loop(), threading.current_thread()),
            name="loopjobs watchdog",
        )
        thread.start()
        self._thread = thread

    async def stop(self) -> None:
        """End the thread at once. Idempotent."""
        self._ended.set()
        if self._thread is not None:
            # It is waiting for just this, or at a line of the log: not worth another thread.
            self._thread.join()
        call, self._call = self._call, None
        if call is not None:
            # Whoever stops is served.
            call.answer()
            self._note_answer(call)

    def _watch(self, loop: asyncio.AbstractEventLoop, served_by: threading.Thread) -> None:
        # A loop that is never closed keeps no process alive: its thread ends all the same.
        while served_by.is_alive():
            call = self._call
            if call is None or call.is_answered:
                if call is not None:
                    self._note_answer(call)
                if not self._calls(loop):
                    return
            else:
                self._note_silence(call, served_by.ident or 0)
            if self._ended.wait(self._interval):
                return

    def _calls(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Call the event loop; return whether it can be called at all."""
        call = Call(self._clock)
        try:
            loop.call_soon_threadsafe(call.answer)
        except RuntimeError:
            # It is closed.
            self._call = None
            return False
        self._call = call
        return True

    def _note_silence(self, call: Call, thread: int) -> None:
        if call is self._last_blocked or call.waited < self._limit:
            return
        stack = stack_of(thread)
        if stack is None or call.is_answered:
            # It was served meanwhile, so the stack may be anybody's; or its thread has just ended.
            return
        call.stack = stack
        self._note_blockage(call)
        _log.error(
            "the event loop has been blocked for %.1f s; no job and no request is served. "
            "It is in %s:\n%s",
            call.waited,
            stack.place,
            stack.text,
            extra={"blocked_for": call.waited},
        )

    def _note_answer(self, call: Call) -> None:
        if call.waited < self._limit:
            return
        if call is not self._last_blocked:
            self._note_blockage(call)
        _log.warning(
            "the event loop is served again; it was blocked for %.1f s%s",
            call.waited,
            "" if call.stack is None else f" in {call.stack.place}",
            extra={"blocked_for": call.waited},
        )

    def _note_blockage(self, call: Call) -> None:
        self._last_blocked = call
        self._blockages += 1
