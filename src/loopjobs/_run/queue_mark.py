"""Waits, on the event loop, until a thread has reached a point of its queue."""

import asyncio
import contextlib
from collections.abc import Callable

from loopjobs._words.clock import Clock


async def reached_within(
    put: Callable[[Callable[[], None]], None], clock: Clock, seconds: float
) -> bool:
    """Put a mark into the queue; return whether the thread has called it in that time."""
    loop = asyncio.get_running_loop()
    reached = asyncio.Event()

    def mark() -> None:
        # The event loop is closed if whoever waited has been torn down meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(reached.set)

    put(mark)
    waits = {asyncio.create_task(reached.wait()), asyncio.create_task(clock.sleep(seconds))}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
        await asyncio.wait(waits)
    return reached.is_set()
