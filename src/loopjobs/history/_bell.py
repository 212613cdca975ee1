"""Calls the event loop from the thread that hears of runs."""

import asyncio
import contextlib


class Bell:
    """Sets one event when something waits, and another when much does.

    It rings once until it is answered: a call from thread to thread costs more than what is called
    for, and while the event loop is busy many would queue up.

    Args:
        called: Set when something waits.
        is_full: Set when as many wait as are written at once.
        much: How many these are.
    """

    def __init__(self, called: asyncio.Event, is_full: asyncio.Event, much: int) -> None:
        self._called = called
        self._is_full = is_full
        self._much = much
        self._loop = asyncio.get_running_loop()
        self._has_rung = False
        self._has_rung_for_much = False

    def ring(self, waiting: int) -> None:
        """Say that so many entries wait; in any thread."""
        if not self._has_rung:
            self._has_rung = True
            self._set(self._called)
        if waiting >= self._much and not self._has_rung_for_much:
            self._has_rung_for_much = True
            self._set(self._is_full)

    def answer(self) -> None:
        """Begin anew, on the event loop, before all is taken that waits."""
        self._has_rung = self._has_rung_for_much = False
        self._called.clear()
        self._is_full.clear()

    def _set(self, event: asyncio.Event) -> None:
        # The loop may be gone before the events.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(event.set)
