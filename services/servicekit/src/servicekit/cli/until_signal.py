"""Running a command until a signal ends it."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def run_until_signal(work: Coroutine[object, object, None]) -> None:
    """Run the work on a new event loop; SIGINT or SIGTERM cancels it, which is a good end.

    The work tidies up when it is cancelled; a second signal cuts that short as well.
    """
    asyncio.run(_work_until_signal(work))


async def _work_until_signal(work: Coroutine[object, object, None]) -> None:
    task = asyncio.create_task(work)
    with _cancelling(task) as signals:
        try:
            await task
        except asyncio.CancelledError:
            if not signals:
                raise


@contextmanager
def _cancelling(task: asyncio.Task[None]) -> Iterator[list[int]]:
    loop = asyncio.get_running_loop()
    seen: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        seen.append(number)
        loop.call_soon_threadsafe(task.cancel)

    previous = {number: signal.signal(number, pass_on) for number in _STOP_SIGNALS}
    try:
        yield seen
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
