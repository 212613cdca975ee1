"""APScheduler 4: schedules in memory."""

import logging
from contextlib import AsyncExitStack

from apscheduler import AsyncScheduler
from apscheduler.triggers.interval import IntervalTrigger

from loops.plan import Plan, System
from loops.wall import wall_time_of


class Scheduler(System):
    """A task and a schedule a job: overlap is guarded by task."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        logging.disable(logging.CRITICAL)
        self._scheduler = AsyncScheduler()
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Add tasks and schedules, and start the scheduler."""
        scheduler = await self._stack.enter_async_context(self._scheduler)
        for number in range(self.plan.jobs):
            first = wall_time_of(self.plan.first_of(number))
            trigger = IntervalTrigger(seconds=self.plan.interval, start_time=first)
            task = await scheduler.configure_task(f"job{number}", func=self._run)
            await scheduler.add_schedule(task.id, trigger, id=f"job{number}", args=[number])
        await scheduler.start_in_background()

    async def stop(self) -> None:
        """Stop the scheduler, and leave it."""
        await self._scheduler.stop()
        await self._stack.aclose()

    async def _run(self, number: int) -> None:
        self.plan.tick(number)
