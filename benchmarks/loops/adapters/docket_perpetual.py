"""The perpetual tasks of docket, in memory, with one worker in the same process."""

import asyncio
import logging
from contextlib import AsyncExitStack
from datetime import timedelta

from docket import Docket, Perpetual, Worker

from loops.plan import Plan, System
from loops.wall import wall_time_of


class Perpetuals(System):
    """A perpetual task a job. The worker is as it comes: it looks four times a second."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        logging.disable(logging.CRITICAL)
        self._stack = AsyncExitStack()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Add the tasks, and start the worker."""
        docket = await self._stack.enter_async_context(Docket(name="loops", url="memory://"))
        tick, each = self.plan.tick, Perpetual(every=timedelta(seconds=self.plan.interval))

        async def run(number: int, perpetual: Perpetual = each) -> None:  # noqa: ARG001 - it is what repeats the task
            tick(number)

        docket.register(run)
        worker = await self._stack.enter_async_context(Worker(docket))
        for number in range(self.plan.jobs):
            first = wall_time_of(self.plan.first_of(number))
            await docket.add(run, when=first, key=f"job{number}")(number)
        self._running = asyncio.create_task(worker.run_forever())

    async def stop(self) -> None:
        """Cancel the worker, which drains, and leave both."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._stack.aclose()
