"""APScheduler 3: jobs in memory, executed on the event loop."""

import logging
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from loops.plan import Plan, System
from loops.wall import wall_time_of


class Scheduler(System):
    """An interval trigger a job."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        logging.disable(logging.CRITICAL)
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    async def start(self) -> None:
        """Add the jobs, and start the scheduler, which takes them all in."""
        for number in range(self.plan.jobs):
            first = wall_time_of(self.plan.first_of(number))
            trigger = IntervalTrigger(seconds=self.plan.interval, start_date=first, timezone=UTC)
            self._scheduler.add_job(self._run, trigger, args=[number])
        self._scheduler.start()

    async def stop(self) -> None:
        """Shut the scheduler down."""
        self._scheduler.shutdown(wait=True)

    async def _run(self, number: int) -> None:
        self.plan.tick(number)
