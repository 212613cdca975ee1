"""Runs a plain function in a thread of its own."""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_worker_thread(function: Callable[[], T], name: str) -> T:
    """Return what the function returns, computed in a thread that the caller's context reaches.

    The thread is a daemon and not one of a pool: a body that never returns must neither take a
    place that other jobs wait for, nor keep the process from ending.
    """
    loop = asyncio.get_running_loop()
    returned: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: T | None, error: BaseException | None) -> None:
        if returned.cancelled():
            return
        if error is not None:
            returned.set_exception(error)
        else:
            returned.set_result(result)  # type: ignore[arg-type] # T may be None itself

    def work() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = context.run(function)
        except (StopIteration, GeneratorExit) as raised:
            # A future cannot carry the one, and the other would end whoever awaits it.
            error = RuntimeError(f"the body raised {type(raised).__name__}")
            error.__cause__ = raised
        except BaseException as raised:  # noqa: BLE001 - it is handed over, whatever it is
            error = raised
        # The loop is closed if the host has given up on this thread; nobody is left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, name=name, daemon=True).start()
    return await returned
