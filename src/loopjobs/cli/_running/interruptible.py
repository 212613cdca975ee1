"""Running a job once, in a way that signals can end."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from loopjobs import ControlError, Host, RunRecord, StartError

_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def run_once(host: Host, job: str) -> RunRecord | None:
    """Run the job once; a first signal asks the run to end, a second one does not wait for it.

    Returns:
        How the run ended; `None` if a signal came before it began, or a second one before it ended.

    Raises:
        ControlError: The job is disabled.
        StartError: A service that the job may need did not start.
    """
    running = asyncio.ensure_future(host.run_once(job))
    stopping: list[asyncio.Task[None]] = []

    def on_signal() -> None:
        if stopping:
            running.cancel()
        else:
            stopping.append(asyncio.create_task(host.stop()))

    with _hearing(on_signal):
        try:
            return await running
        except (asyncio.CancelledError, ControlError, StartError):
            if not stopping:
                raise
            return None


@contextmanager
def _hearing(on_signal: Callable[[], None]) -> Iterator[None]:
    # Outside the main thread Python lets nobody handle signals.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(on_signal)

    previous = {number: signal.signal(number, pass_on) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            # None stands for a handler that Python does not know and cannot give back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
