"""The cancellation token: how a run learns that it should end."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeAlias
from weakref import WeakKeyDictionary

from loopjobs._words.clock import Clock, SystemClock

_making_event = threading.Lock()

_Tell: TypeAlias = Callable[[asyncio.Future[None]], None]


class CancellationToken:
    """Tells a run that it should end; the counterpart of .NET's `CancellationToken`.

    It is handed to `execute` and becomes cancelled when the host stops or the run times out.
    Reading it and `wait_blocking` are safe in any thread; `wait` and `sleep` belong to the event
    loop that serves the host.
    """

    __slots__ = ("_clock", "_event", "_requested", "_waiting")

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or SystemClock()
        self._requested = False
        self._waiting: WeakKeyDictionary[asyncio.Future[None], _Tell] | None = None
        """What is awaited, and how to end that. Thousands may wait for one token: each must leave
        quickly, and whoever is forgotten by all others must not be kept by it."""
        self._event: threading.Event | None = None

    @property
    def is_cancellation_requested(self) -> bool:
        """Whether the run should end."""
        return self._requested

    def raise_if_cancellation_requested(self) -> None:
        """Raise `asyncio.CancelledError` if the run should end.

        That class is no `Exception`, so a broad `except Exception` in a job does not swallow it.
        """
        if self._requested:
            raise asyncio.CancelledError("the run was asked to end")

    async def wait(self) -> None:
        """Return once the run should end."""
        if self._requested:
            return
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._until(ended, _resolve)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the host's clock, as `Task.Delay(time, token)` does in .NET.

        Raises:
            asyncio.CancelledError: the run should end; raised at once, not after the sleep.
        """
        self.raise_if_cancellation_requested()
        sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
        await self._until(sleeper, _cancel)

    def wait_blocking(self, seconds: float | None = None) -> bool:
        """Block a worker thread until the run should end, for that many seconds at the longest.

        For plain `def execute` jobs. It waits on real time, whatever clock the host has.

        Returns:
            Whether the run should end.
        """
        with _making_event:
            # Made on demand, for few runs block; once, for a body may have several threads.
            self._event = event = self._event or threading.Event()
        return self._requested or event.wait(seconds)

    async def _until(self, awaited: asyncio.Future[None], tell: _Tell) -> None:
        if self._waiting is None:
            self._waiting = WeakKeyDictionary()
        self._waiting[awaited] = tell
        try:
            await awaited
        finally:
            if self._waiting is not None:
                self._waiting.pop(awaited, None)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _cancel(future: asyncio.Future[None]) -> None:
    future.cancel()


class CancellationTokenSource(CancellationToken):
    """A token together with the right to cancel it; jobs see only the token.

    Tests make their own to show how a job ends.
    """

    __slots__ = ()

    def cancel(self) -> None:
        """Ask the run to end. Idempotent; to be called on the event loop's thread."""
        request_cancellation(self)

    def warn_threads(self) -> None:
        """Let whoever looks from a thread see that the run should end. Safe in any thread.

        What waits on the event loop is told by `cancel`, which has to follow.
        """
        warn_threads(self)


def request_cancellation(token: CancellationToken) -> None:
    """Ask whoever holds that token to end. Idempotent; to be called on the event loop's thread.

    A function, for bodies hold the token that ends all runs of a host, and must not end it.
    """
    warn_threads(token)
    # Each is told once, however often this is asked for: the stop asks for each of its loops.
    waiting, token._waiting = token._waiting, None  # noqa: SLF001 - of this very file
    for future, tell in reversed(tuple((waiting or {}).items())):
        tell(future)


def warn_threads(token: CancellationToken) -> None:
    """Let whoever looks from a thread see that they should end; `request_cancellation` follows."""
    token._requested = True  # noqa: SLF001 - of this very file
    if token._event is not None:  # noqa: SLF001
        token._event.set()  # noqa: SLF001
