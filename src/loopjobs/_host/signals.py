"""Borrows the signals that end a process, and gives them back."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_signals(loop: asyncio.AbstractEventLoop, on_signal: Callable[[], None]) -> Iterator[None]:
    """Call back on that event loop for each SIGINT or SIGTERM, until the block ends.

    Outside the main thread Python lets nobody handle signals; then nothing is borrowed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def pass_on(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(on_signal)

    previous = {number: signal.signal(number, pass_on) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            # None stands for a handler that Python does not know and cannot give back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
