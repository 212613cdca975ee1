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
    out_of_patience = asyncio.get_running_loop().create_future()

    def on_signal() -> None:
        if not stopping:
            stopping.append(asyncio.create_task(host.stop()))
        elif not out_of_patience.done():
            out_of_patience.set_result(None)

    with _hearing(on_signal):
        await asyncio.wait({running, out_of_patience}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        # The end of the event loop, which cancels what is left, is the end of the run.
        return None
    try:
        return running.result()
    except (ControlError, StartError):
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
