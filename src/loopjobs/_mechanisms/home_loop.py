"""Refuses calls from the wrong event loop."""

import asyncio

from loopjobs._words.errors import ControlError


def check_home(task: "asyncio.Task[None] | None", verb: str) -> None:
    """Do nothing if the caller is on the event loop of that task, or that has ended.

    What is asked on one event loop and answered on another one may wait for ever.

    Raises:
        ControlError: the event loop of the task runs in another thread.
    """
    loop = None if task is None else task.get_loop()
    if loop is not None and loop.is_running() and loop is not asyncio.get_running_loop():
        raise ControlError(
            f"cannot {verb} from another event loop than the host's; "
            "hand it over with asyncio.run_coroutine_threadsafe"
        )
