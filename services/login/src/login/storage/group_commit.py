"""Group commit: those who write while a transaction is under way share the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

from servicekit.faults import StoreBusyError, StoreUnavailableError

ItemT = TypeVar("ItemT")


class _Entry(Generic[ItemT]):
    """Somebody who waits."""

    __slots__ = ("answer", "item")

    def __init__(self, item: ItemT, answer: "asyncio.Future[bool | None]") -> None:
        self.item = item
        self.answer = answer
        """Whether it was written; `None` when it is its turn to write."""


class GroupCommit(Generic[ItemT]):
    """Lets those who come write together, and answers each after the commit.

    Whoever comes while nobody writes does so at once: where there is no crowd, nobody waits. Those
    who come meanwhile queue up, and then the first of them writes for all: nobody waits for longer
    than two transactions, unless more than `most` do. It runs in the tasks of its callers, so there
    is nothing to start, and when the last of them is served nothing is left to stop.

    Args:
        write: writes some in one transaction; returns those that were written. An item may come to
            it twice.
        most: how many share a transaction at the most.
        most_waiting: how many may wait.
    """

    def __init__(
        self,
        write: Callable[[Sequence[ItemT]], Awaitable[AbstractSet[ItemT]]],
        most: int,
        most_waiting: int,
    ) -> None:
        self._write = write
        self._most = most
        self._most_waiting = most_waiting
        self._waiting: deque[_Entry[ItemT]] = deque()
        self._is_writing = False

    async def submit(self, item: ItemT) -> bool:
        """Return, after the commit, whether the item was written.

        It was not if `write` passed it over, or failed because of any of those it was to write.

        Raises:
            StoreBusyError: too many wait already.
            StoreUnavailableError: the store could not serve the transaction.
            Exception: what `write` raises about an item that it was given alone.
        """
        if len(self._waiting) >= self._most_waiting:
            raise StoreBusyError("too many wait for the database already")
        entry = _Entry(item, asyncio.get_running_loop().create_future())
        if self._is_writing:
            self._waiting.append(entry)
            answer = await self._answer(entry)
            if answer is not None:
                return answer
        self._is_writing = True
        try:
            return await self._write_for_all(entry)
        finally:
            self._pass_on()

    async def _answer(self, entry: _Entry[ItemT]) -> bool | None:
        try:
            return await entry.answer
        except asyncio.CancelledError:
            if _has_the_turn(entry):  # it came in the very moment of the cancellation
                self._pass_on()
            raise

    async def _write_for_all(self, first: _Entry[ItemT]) -> bool:
        others = self._next_ones()
        try:
            written = await self._write([first.item, *(entry.item for entry in others)])
        except StoreUnavailableError as error:
            for entry in others:
                _fail(entry, error)
            raise
        except Exception:
            if not others:
                raise
            written = set()
        except BaseException:
            # Cancelled: whether it came to the commit nobody knows, so the others write again.
            self._waiting.extendleft(reversed(others))
            raise
        for entry in others:
            if not entry.answer.done():
                entry.answer.set_result(entry.item in written)
        return first.item in written

    def _next_ones(self) -> list[_Entry[ItemT]]:
        others: list[_Entry[ItemT]] = []
        while self._waiting and len(others) < self._most - 1:
            entry = self._waiting.popleft()
            if not entry.answer.done():  # it was cancelled
                others.append(entry)
        return others

    def _pass_on(self) -> None:
        self._is_writing = False
        while self._waiting:
            entry = self._waiting.popleft()
            if not entry.answer.done():
                self._is_writing = True
                entry.answer.set_result(None)
                return


def _has_the_turn(entry: _Entry[ItemT]) -> bool:
    answer = entry.answer
    return not answer.cancelled() and answer.exception() is None and answer.result() is None


def _fail(entry: _Entry[ItemT], error: StoreUnavailableError) -> None:
    if not entry.answer.done():
        # One of its own: an exception that many raise collects the traces of all.
        own = type(error)(str(error))
        own.__cause__ = error
        entry.answer.set_exception(own)
