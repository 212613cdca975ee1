"""Takes steps on behalf of a task that waits, without waking it.

`_enter_task` and `_leave_task` are what asyncio documents for this, in "Extending asyncio": between
them `asyncio.current_task()` is that task, and `asyncio.timeout` and its like work on it.
"""

import asyncio
from asyncio import _enter_task as enter_task
from asyncio import _leave_task as leave_task

__all__ = ["enter_task", "leave_present_task", "leave_task"]


def leave_present_task() -> "asyncio.Task[object] | None":
    """Leave the present task, if there is one, for only one can be entered; it is returned."""
    task = asyncio.current_task()
    if task is not None:
        leave_task(task.get_loop(), task)
    return task
