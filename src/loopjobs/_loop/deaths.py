"""What a loop can die of."""

import asyncio

from loopjobs._words.errors import LoopError


def cause_of_death(name: str, error: BaseException) -> BaseException:
    """Return the error in words where the type alone says nothing."""
    if isinstance(error, asyncio.CancelledError):
        return LoopError(f"the loop of {name} was cancelled from outside the host")
    if isinstance(error, GeneratorExit):
        return LoopError(f"a body of {name} awaited something that raised GeneratorExit")
    return error


def is_death(error: BaseException, task: asyncio.Task[None] | None, *, is_stopping: bool) -> bool:
    """Return whether a loop that ends with this error was not to end."""
    if isinstance(error, asyncio.CancelledError):
        # Nobody here cancels the loop, only runs.
        return not is_stopping
    if isinstance(error, GeneratorExit):
        # Unless it is collected with its event loop: a body awaited something that raised this,
        # and Python closes whoever awaits that.
        return _takes_a_step(task)
    return isinstance(error, Exception)


def _takes_a_step(task: asyncio.Task[None] | None) -> bool:
    """Return whether this task takes a step; any other may be running while it is collected."""
    try:
        return task is not None and asyncio.current_task() is task
    except RuntimeError:
        return False
