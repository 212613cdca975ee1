"""Where the calls of the lease store are made: on a thread, or on virtual time in line."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

from loopjobs._contracts.lease_store import LeaseStore
from loopjobs._run.lease_connection import LeaseConnection
from loopjobs._words.errors import LeaseUnavailableError

T = TypeVar("T")


class LeaseCalls(Protocol):
    """Makes one call after the other."""

    async def call(
        self, verb: Callable[[LeaseStore], T], undo: Callable[[LeaseStore, T], None]
    ) -> T:
        """Ask something of the store, off the event loop.

        Args:
            verb: What is asked.
            undo: Takes it back, if the answer comes when nobody waits for it any more.

        Raises:
            LeaseUnavailableError: it cannot be reached, or did not answer in time.
        """
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...


class CallsInLine:
    """Calls there and then: on a virtual clock nothing takes time."""

    def __init__(self, connection: LeaseConnection) -> None:
        self._connection = connection

    async def call(
        self,
        verb: Callable[[LeaseStore], T],
        undo: Callable[[LeaseStore, T], None],  # noqa: ARG002 - whoever asks is still there
    ) -> T:
        """Ask something of the store."""
        return self._connection.call(verb)

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class CallsOnThread:
    """Calls on one thread of its own, and gives up if an answer is too long in coming.

    Args:
        connection: Is used on that thread only.
        patience: Seconds after which nobody waits any more.
    """

    def __init__(self, connection: LeaseConnection, patience: float) -> None:
        self._connection = connection
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="loopjobs leases")

    async def call(
        self, verb: Callable[[LeaseStore], T], undo: Callable[[LeaseStore, T], None]
    ) -> T:
        """Ask something of the store."""
        done = self._thread.submit(self._connection.call, verb)
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(asyncio.wrap_future(done))
        except TimeoutError:
            self._take_back(done, undo)
            what = f"the lease store did not answer within {self._patience:g} s"
            raise LeaseUnavailableError(what) from None
        except asyncio.CancelledError:
            self._take_back(done, undo)
            raise

    async def close(self) -> None:
        """Close the connection when the calls before it have ended, and end the thread."""
        closing = self._thread.submit(self._connection.close)
        self._thread.shutdown(wait=False)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await asyncio.wrap_future(closing)

    def _take_back(self, done: "Future[T]", undo: Callable[[LeaseStore, T], None]) -> None:
        def take_back() -> None:
            # On the same thread, so after the call itself.
            if not done.cancelled() and done.exception() is None:
                answer = done.result()
                self._connection.call(lambda store: undo(store, answer))

        if not done.cancel():
            with contextlib.suppress(RuntimeError):
                self._thread.submit(take_back)
