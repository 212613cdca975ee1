"""A watchdog that looks when told, and what lets it look."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from loopjobs.health import Watchdog, WatchdogOptions
from loopjobs.testing import FakeClock


class Steps(threading.Event):
    """What a watchdog waits on: lets its thread go on for one look at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._go = threading.Semaphore(0)
        self._looked = threading.Semaphore(0)
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        self._looked.release()
        self._go.acquire()
        return self.is_set()

    def set(self) -> None:
        super().set()
        self._go.release()

    def looked(self) -> None:
        """Block until the thread has looked; the event loop serves nobody meanwhile."""
        assert self._looked.acquire(timeout=10)

    def look(self) -> None:
        """Let the thread look once more, while the event loop serves nobody."""
        self._go.release()
        self.looked()


class Kennel:
    """A watchdog on virtual time, and what lets it look."""

    def __init__(self, clock: FakeClock, **options: float) -> None:
        self.clock = clock
        self.steps = Steps()
        self.watchdog = Watchdog(WatchdogOptions(**options), clock, self.steps)

    def call(self) -> None:
        """Have the watchdog call once more, after a start in which the event loop has answered."""
        self.steps.looked()
        self.steps.look()

    def block(self, seconds: float) -> None:
        """Serve nobody for so long; the watchdog looks at the end of it."""
        self.clock.stall(seconds)
        self.steps.look()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Watchdog]:
        """Watch, from the first call on, which is not answered yet."""
        await self.watchdog.start()
        self.steps.looked()
        try:
            yield self.watchdog
        finally:
            await self.watchdog.stop()
