"""The schedules of taskiq, with scheduler and worker in the same process."""

import asyncio
import logging
import math
from collections.abc import Sequence
from datetime import timedelta

from taskiq import InMemoryBroker, TaskiqScheduler
from taskiq.api import run_scheduler_task
from taskiq.schedule_sources import LabelScheduleSource

from loops.plan import Plan, System
from loops.wall import loop_time_of, wall_time_of


class Schedules(System):
    """A schedule a job. The scheduler looks at each whole second, and runs all of them at once."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        logging.disable(logging.CRITICAL)
        self._broker = InMemoryBroker()
        every = math.ceil(plan.interval)
        schedules = [{"interval": every, "args": [number]} for number in range(plan.jobs)]
        tick = plan.tick

        async def run(number: int) -> None:
            tick(number)

        self._broker.register_task(run, schedule=schedules)
        source = LabelScheduleSource(self._broker)
        self._scheduler = TaskiqScheduler(self._broker, [source])
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the scheduler; what it reads of schedules is read by a task of its own."""
        coming = run_scheduler_task(self._scheduler, run_startup=True, interval=timedelta(hours=1))
        self._running = asyncio.create_task(coming)
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Cancel the scheduler, and shut the broker down."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._scheduler.shutdown()

    def grid(self) -> Sequence[float] | None:
        """Return a whole second."""
        whole = wall_time_of(self.plan.first_of(0)).replace(microsecond=0)
        return [loop_time_of(whole)] * self.plan.jobs
