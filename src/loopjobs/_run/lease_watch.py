"""The threads that keep leases while the event loop is blocked, and lose them in time."""

import asyncio
import logging
import math
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from loopjobs._run.lease_renewal import LeaseRenewal
from loopjobs._run.lease_thread import LeaseThread
from loopjobs._words.clock import Clock

LONGEST_STALL_IN_SECONDS: Final = 60.0
"""An event loop that is blocked for longer loses its leases: a dead service must not keep them."""

_NAP_WITH_LEASES: Final = 1.0
"""Seconds. The waits of threads stand still in a suspend, while the leases go on to their end."""
_NAP_WITHOUT: Final = 60.0

_log: Final = logging.getLogger("loopjobs.leases")


class RoundsByThread:
    """Watches leases on one thread and renews them on another.

    A blocked event loop loses no lease at once, and a store that hangs keeps nobody from learning
    that time is up. The threads start with the first lease; losses are told on the event loop.
    """

    def __init__(self, renewal: LeaseRenewal, clock: Clock, patience: Callable[[], float]) -> None:
        self._renewal = renewal
        self._clock = clock
        self._patience = patience
        self._changed = threading.Condition()
        self._is_closed = False
        self._is_renewing = False
        self._watcher: threading.Thread | None = None
        self._renewer: LeaseThread | None = None
        self._pulse: _Pulse | None = None

    def look_again(self) -> None:
        """Wake the watcher, or start it."""
        with self._changed:
            self._changed.notify()
        if self._watcher is None and not self._is_closed:
            loop = asyncio.get_running_loop()
            self._pulse = _Pulse(loop, self._clock)
            self._renewer = LeaseThread("loopjobs lease renewal", loop, self._renewal.close)
            watch = partial(self._watch, self._pulse, self._renewer)
            # A daemon: a process whose host was dropped must be able to end.
            self._watcher = threading.Thread(target=watch, name="loopjobs lease watch", daemon=True)
            self._watcher.start()

    async def close(self) -> None:
        """End the threads; one that hangs in the store is left behind."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._watcher is None or self._renewer is None:
            return
        self._watcher.join()
        if not await self._renewer.wait_ended(self._patience()):
            _log.warning("a renewal of leases hangs; its thread is left behind")

    def _watch(self, pulse: "_Pulse", renewer: LeaseThread) -> None:
        while self._wait(pulse):
            if not self._is_renewing and (due := self._renewal.due()):
                if pulse.beats():
                    self._is_renewing = True
                    renewer.submit(partial(self._renewal.renew, due)).add_done_callback(
                        self._note_renewed
                    )
                else:
                    self._renewal.put_off()
            for bereaved in self._renewal.take_lost():
                # First, so that the loss is known when what was warned ends because of it.
                pulse.ask(bereaved.on_lost)
                bereaved.warn()
        renewer.close()

    def _wait(self, pulse: "_Pulse") -> bool:
        """Wait until there is something to do; return whether there will be."""
        with self._changed:
            while not (self._is_closed or pulse.has_stopped):
                wake_at = self._renewal.wake_at(is_renewing=self._is_renewing)
                left = wake_at - self._clock.monotonic()
                if left <= 0:
                    return True
                nap = _NAP_WITHOUT if left == math.inf else min(left, _NAP_WITH_LEASES)
                self._changed.wait(nap)
        return False

    def _note_renewed(self, _: object) -> None:
        with self._changed:
            self._is_renewing = False
            self._changed.notify()


class _Pulse:
    """Tells whether an event loop is served, by a word that it has to answer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self._loop = loop
        self._clock = clock
        self._asked_at: float | None = None
        self._is_told = False

    @property
    def has_stopped(self) -> bool:
        """Whether the loop is closed: it has no runs any more whose leases could matter."""
        return self._loop.is_closed()

    def ask(self, call: Callable[[], object]) -> None:
        """Let the loop call that, if it is still there."""
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            # Closed just now, which the next look at it tells.
            return

    def beats(self) -> bool:
        """Return whether the loop has answered lately, and ask anew."""
        now, asked_at = self._clock.monotonic(), self._asked_at
        if asked_at is None:
            # Before it is asked: it may answer at once.
            self._asked_at = asked_at = now
            self.ask(self._answer)
        stall = now - asked_at
        if stall <= LONGEST_STALL_IN_SECONDS:
            self._is_told = False
            return True
        if not self._is_told:
            self._is_told = True
            what = "the event loop has been blocked for %.0f s; its leases are not renewed any more"
            _log.critical(what, stall)
        return False

    def _answer(self) -> None:
        self._asked_at = None
