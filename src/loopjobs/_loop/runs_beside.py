"""Runs in tasks of their own, beside the loop."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial

from loopjobs._run.run_in_progress import RunInProgress


class RunsBeside:
    """Starts runs beside the loop, and is awaited before the loop returns.

    Args:
        job: The name of the job.
        perform: Runs one from its begin to its end.
        on_unbegun: Told of a run whose task was cancelled before its first step.
        on_failure: Told of what `perform` itself raised.
    """

    __slots__ = ("_job", "_on_failure", "_on_unbegun", "_perform", "_tasks")

    def __init__(
        self,
        job: str,
        perform: Callable[[RunInProgress], Coroutine[object, object, None]],
        on_unbegun: Callable[[RunInProgress], None],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._job = job
        self._perform = perform
        self._on_unbegun = on_unbegun
        self._on_failure = on_failure
        # A dictionary, for an empty set takes four times its memory, and most loops have none.
        self._tasks: dict[asyncio.Task[None], None] = {}

    def start(self, run: RunInProgress) -> None:
        """Run it in a task of its own."""
        task = asyncio.create_task(self._perform(run), name=f"loopjobs {self._job} {run.number}")
        self._tasks[task] = None
        task.add_done_callback(partial(self._note_end, run))

    async def wait_ended(self) -> None:
        """Return once none is left."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _note_end(self, run: RunInProgress, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        if task.cancelled():
            self._on_unbegun(run)
        elif (error := task.exception()) is not None:
            self._on_failure(error)
