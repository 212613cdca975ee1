"""The periodic callbacks of tornado."""

import asyncio
from functools import partial

from tornado.ioloop import PeriodicCallback

from loops.plan import Plan, System


class Callbacks(System):
    """A callback a job. The first run comes an interval after the start, so that is timed."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._loop = asyncio.get_running_loop()
        self._callbacks: list[PeriodicCallback] = []
        self._timers: list[asyncio.TimerHandle] = []

    async def start(self) -> None:
        """Have each callback started an interval before it is due, or else when it is due."""
        for number in range(self.plan.jobs):
            callback = PeriodicCallback(partial(self._run, number), self.plan.interval * 1_000)
            self._callbacks.append(callback)
            begin = self.plan.first_of(number) - self.plan.interval
            if begin <= self._loop.time():
                begin = self.plan.first_of(number)
            self._timers.append(self._loop.call_at(begin, callback.start))

    async def stop(self) -> None:
        """Stop the callbacks; a run in progress would go on."""
        for timer in self._timers:
            timer.cancel()
        for callback in self._callbacks:
            callback.stop()

    async def _run(self, number: int) -> None:
        self.plan.tick(number)
