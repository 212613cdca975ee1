"""Loops as one writes them by hand, without drift."""

import asyncio

from loops.plan import Plan, System


class Sleeping(System):
    """A task a job, which sleeps until an absolute deadline."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Make the tasks, and let each of them go to sleep."""
        self._tasks = [asyncio.create_task(self._loop(each)) for each in range(self.plan.jobs)]
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Cancel the tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _loop(self, number: int) -> None:
        now, interval = asyncio.get_running_loop().time, self.plan.interval
        due = self.plan.first_of(number)
        while True:
            await asyncio.sleep(due - now())
            await self._run(number)
            due += interval

    async def _run(self, number: int) -> None:
        self.plan.tick(number)


class SleepingAroundWaits(Sleeping):
    """The same around a body that waits once."""

    async def _run(self, number: int) -> None:
        self.plan.tick(number)
        await asyncio.sleep(0)


class CallingAt(System):
    """A timer of the event loop a job, and a task a tick."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._loop = asyncio.get_running_loop()
        self._timers: list[asyncio.TimerHandle] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Set the timers."""
        for number in range(self.plan.jobs):
            due = self.plan.first_of(number)
            self._timers.append(self._loop.call_at(due, self._fire, number, due))

    async def stop(self) -> None:
        """Call the timers off, and cancel what runs."""
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _fire(self, number: int, due: float) -> None:
        task = self._loop.create_task(self._run(number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        due += self.plan.interval
        self._timers[number] = self._loop.call_at(due, self._fire, number, due)

    async def _run(self, number: int) -> None:
        self.plan.tick(number)
