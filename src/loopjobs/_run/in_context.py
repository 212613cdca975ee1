"""Runs a coroutine in a context of its own without a task of its own."""

from collections.abc import Coroutine, Generator
from contextlib import suppress
from contextvars import Context
from types import coroutine
from typing import TypeVar

T = TypeVar("T")


@coroutine
def in_context(
    context: Context, body: Coroutine[object, object, T]
) -> Generator[object, object, T]:
    """Await `body`, with every step of it taken inside `context`.

    A task takes all its steps in the one context it was created with, so a fresh context for
    each run would cost a task for each run. Entering the context around each step costs a
    fraction of that, and `asyncio.current_task()` is still the task that awaits.
    """
    send, throw, enter = body.send, body.throw, context.run
    is_closing = False
    try:
        awaited = enter(send, None)
        while True:
            try:
                sent = yield awaited
            except GeneratorExit:
                is_closing = True
                # Whatever the body says to that, whoever awaits it is being closed as well.
                with suppress(Exception):
                    enter(body.close)
                raise
            except BaseException as error:  # noqa: BLE001 - it belongs to the body, whatever it is
                awaited = enter(throw, error)
            else:
                awaited = enter(send, sent)
    except StopIteration as returned:
        value: T = returned.value
        return value
    except GeneratorExit as error:
        if is_closing:
            raise
        # Raised by the body itself; let through, it would end whoever awaits without a word.
        raise RuntimeError("the body raised GeneratorExit") from error
