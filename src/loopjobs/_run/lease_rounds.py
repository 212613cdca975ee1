"""Who does the rounds of renewal: a thread, or on virtual time the timer."""

import asyncio
import contextlib
import logging
import math
import threading
from collections.abc import Callable
from typing import Final, Protocol

from loopjobs._mechanisms.timer import Timer, TimerAlarm
from loopjobs._run.lease_renewal import LeaseRenewal
from loopjobs._words.clock import Clock

LONGEST_STALL_IN_SECONDS: Final = 60.0
"""An event loop that is blocked for longer loses its leases: a dead service must not keep them."""

_log: Final = logging.getLogger("loopjobs.leases")


class Rounds(Protocol):
    """Does a round whenever a lease needs one."""

    def look_again(self) -> None:
        """Leases have come or gone: think again when the next round is."""
        ...

    def close(self) -> None:
        """Do no more rounds."""
        ...


class RoundsByTimer:
    """Does the rounds in line, on a virtual clock: a test decides when."""

    def __init__(self, renewal: LeaseRenewal, timer: Timer) -> None:
        self._renewal = renewal
        self._timer = timer
        self._alarm: TimerAlarm | None = None

    def look_again(self) -> None:
        """Arm the timer for the next round."""
        if self._alarm is not None:
            self._alarm.cancel()
        wake_at = self._renewal.wake_at()
        self._alarm = self._timer.arm_deadline(wake_at, self._do) if wake_at < math.inf else None

    def close(self) -> None:
        """Do no more rounds."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._renewal.close()

    def _do(self) -> None:
        for on_lost in self._renewal.do_round():
            on_lost()
        self.look_again()


class RoundsByThread:
    """Does the rounds on a thread of its own, so that a blocked event loop loses no lease at once.

    The thread starts with the first lease. Losses are told on the event loop.
    """

    def __init__(self, renewal: LeaseRenewal, clock: Clock) -> None:
        self._renewal = renewal
        self._clock = clock
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._served_at = -math.inf

    def look_again(self) -> None:
        """Wake the thread, or start it."""
        with self._changed:
            self._changed.notify()
        if self._thread is None and not self._is_closed:
            self._loop = asyncio.get_running_loop()
            self._note_service()
            # A daemon: a process whose host was dropped must be able to end.
            self._thread = threading.Thread(
                target=self._serve, name="loopjobs lease renewal", daemon=True
            )
            self._thread.start()

    def close(self) -> None:
        """End the thread, which closes its connection; returns when it has ended."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _serve(self) -> None:
        while self._wait():
            self._ask_loop(self._note_service)
            for on_lost in self._renewal.do_round(may_renew=self._is_served()):
                self._ask_loop(on_lost)
        self._renewal.close()

    def _wait(self) -> bool:
        """Wait for the next round; return whether there is one."""
        with self._changed:
            while not self._is_closed:
                left = self._renewal.wake_at() - self._clock.monotonic()
                if left <= 0:
                    return True
                self._changed.wait(None if left == math.inf else left)
        return False

    def _is_served(self) -> bool:
        stall = self._clock.monotonic() - self._served_at
        if stall <= LONGEST_STALL_IN_SECONDS:
            return True
        _log.critical("the event loop has been blocked for %.0f s; leases are not renewed", stall)
        return False

    def _note_service(self) -> None:
        self._served_at = self._clock.monotonic()

    def _ask_loop(self, call: Callable[[], object]) -> None:
        # A loop that is closed has no runs whose leases could matter.
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(call)
