"""Where the calls of the lease store are made: on a thread, or on virtual time in line."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Final, Protocol, TypeVar

from loopjobs._contracts.lease_store import LeaseStore
from loopjobs._run.lease_connection import LeaseConnection
from loopjobs._run.lease_thread import LeaseThread
from loopjobs._words.errors import LeaseUnavailableError

T = TypeVar("T")

_log: Final = logging.getLogger("loopjobs.leases")


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
        """Close the connection; what is asked for afterwards is refused."""
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

    While a call that was given up has not returned, every other is refused at once: they would
    queue up behind it, and each of those who ask would wait in vain.

    Args:
        connection: Is used on that thread only.
        patience: Gives the seconds after which nobody waits any more.
    """

    def __init__(self, connection: LeaseConnection, patience: Callable[[], float]) -> None:
        self._connection = connection
        self._patience = patience
        self._thread: LeaseThread | None = None
        self._is_closed = False
        self._stuck: Callable[[], bool] = lambda: False

    async def call(
        self, verb: Callable[[LeaseStore], T], undo: Callable[[LeaseStore, T], None]
    ) -> T:
        """Ask something of the store."""
        if self._stuck():
            raise LeaseUnavailableError("the lease store has not answered an earlier call yet")
        thread, patience = self._begun_thread(), self._patience()
        done = thread.submit(lambda: self._connection.call(verb))
        try:
            async with asyncio.timeout(patience):
                return await asyncio.shield(asyncio.wrap_future(done))
        except TimeoutError:
            if self._take_back(thread, done, undo):
                self._stuck = lambda: not done.done()
            what = f"the lease store did not answer within {patience:g} s"
            raise LeaseUnavailableError(what) from None
        except asyncio.CancelledError:
            self._take_back(thread, done, undo)
            raise

    async def close(self) -> None:
        """Close the connection when the calls before it have ended, and end the thread."""
        self._is_closed = True
        if self._thread is None:
            return
        self._thread.close()
        patience = 0.0 if self._stuck() else self._patience()
        if not await self._thread.wait_ended(patience):
            _log.warning("a call of the lease store hangs; its thread is left behind")

    def _begun_thread(self) -> LeaseThread:
        if self._is_closed:
            raise LeaseUnavailableError("the host has closed its way to the lease store")
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = LeaseThread("loopjobs leases", loop, self._connection.close)
        return self._thread

    def _take_back(
        self, thread: LeaseThread, done: "Future[T]", undo: Callable[[LeaseStore, T], None]
    ) -> bool:
        """Undo a call as soon as it has returned; return whether it goes on."""
        if done.cancel():
            return False
        with contextlib.suppress(LeaseUnavailableError):
            # On the same thread, so after the call itself.
            thread.submit(partial(self._undo, done, undo))
        return not done.done()

    def _undo(self, done: "Future[T]", undo: Callable[[LeaseStore, T], None]) -> None:
        if done.exception() is None:
            answer = done.result()
            self._connection.call(lambda store: undo(store, answer))
