"""Runs a coroutine in a context of its own without a task of its own."""

from asyncio import CancelledError, Future, isfuture
from collections.abc import Callable, Generator
from contextlib import suppress
from contextvars import Context
from types import coroutine
from typing import cast

from loopjobs._run.body_steps import ENDED, BodySteps


def set_aside(awaited: object) -> bool:
    """Let others await the same thing before a task is told that this step awaits it.

    A future that is awaited is marked until a task takes it from there, and meanwhile it raises an
    error at whoever else awaits it.

    Returns:
        Whether the mark was taken off.
    """
    if not getattr(awaited, "_asyncio_future_blocking", False):
        return False
    cast("Future[object]", awaited)._asyncio_future_blocking = False  # noqa: SLF001 - as a task does
    return True


@coroutine
def in_context(
    context: Context, body: BodySteps, awaited: object, thrown: BaseException | None = None
) -> Generator[object, object, None]:
    """Await a body from its second step on, with every step of it taken inside `context`.

    A task takes all its steps in the one context it was created with, so a fresh context for
    each run would cost a task for each run. Entering the context around each step costs a
    fraction of that, and `asyncio.current_task()` is still the task that awaits.

    Args:
        context: Where the steps are taken.
        body: Whose steps they are, up to `ENDED`.
        awaited: What its first step awaits, which was taken there already.
        thrown: What was meant for the body since then.
    """
    # What a task sends is for the body.
    send, throw = cast("Callable[[object], object]", body.send), body.throw
    enter, is_closing = context.run, False
    try:
        awaited = _take_on(thrown, awaited, enter, throw)
        while awaited is not ENDED:
            try:
                sent = yield awaited
            except GeneratorExit:
                is_closing = True
                close_in(context, body)
                raise
            except BaseException as error:  # noqa: BLE001 - it belongs to the body, whatever it is
                awaited = enter(throw, error)
            else:
                awaited = enter(send, sent)
    except GeneratorExit as error:
        if is_closing:
            raise
        raise no_exit(error) from error


def take_back(awaited: object) -> None:
    """Mark again what was set aside."""
    cast("Future[object]", awaited)._asyncio_future_blocking = True  # noqa: SLF001 - as it was left


def _take_on(
    thrown: BaseException | None,
    awaited: object,
    enter: Callable[..., object],
    throw: Callable[[BaseException], object],
) -> object:
    """Pass a cancellation on to what is awaited, as a task does; throw anything else."""
    if thrown is None:
        return awaited
    is_cancelled = isinstance(thrown, CancelledError)
    if is_cancelled and isfuture(awaited) and awaited.cancel(*thrown.args):
        return awaited
    set_aside(awaited)
    return enter(throw, thrown)


def close_in(context: Context, body: BodySteps) -> None:
    """Close a body where it is, for whoever awaits it is being closed as well."""
    # Whatever it says to that.
    with suppress(Exception):
        context.run(body.close)


def no_exit(error: GeneratorExit) -> RuntimeError:
    """Return what stands for one that the body itself has raised.

    Let through, it would end whoever awaits without a word.
    """
    return RuntimeError(f"the body raised {type(error).__name__}")
