"""Runs a coroutine in a context of its own without a task of its own."""

from collections.abc import Coroutine, Generator
from contextlib import suppress
from contextvars import Context
from types import coroutine
from typing import Final, TypeVar

T = TypeVar("T")

ENDED: Final = object()
"""What `context.run(next, step, ENDED)` returns if the first step of a coroutine is its last."""


@coroutine
def in_context(
    context: Context,
    body: Coroutine[object, object, T] | Generator[object, object, T],
    awaited: object,
) -> Generator[object, object, T]:
    """Await `body` from its second step on, with every step of it taken inside `context`.

    A task takes all its steps in the one context it was created with, so a fresh context for
    each run would cost a task for each run. Entering the context around each step costs a
    fraction of that, and `asyncio.current_task()` is still the task that awaits.

    Args:
        context: Where the steps are taken.
        body: Whose steps they are.
        awaited: What its first step awaits, which was taken there already.
    """
    send, throw, enter = body.send, body.throw, context.run
    is_closing = False
    try:
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
        raise no_exit(error) from error


def no_exit(error: GeneratorExit) -> RuntimeError:
    """Return what stands for one that the body itself has raised.

    Let through, it would end whoever awaits without a word.
    """
    return RuntimeError(f"the body raised {type(error).__name__}")
