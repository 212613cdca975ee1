"""The decorator `repeat_every` of fastapi-utils."""

import asyncio
from functools import partial

from fastapi_utils.tasks import repeat_every

from loops.plan import Plan, System


class Repeated(System):
    """A repeated function a job; its interval is counted from the end of the last run."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._before: set[asyncio.Task[object]] = set()

    async def start(self) -> None:
        """Call the functions, as the start of an application would."""
        self._before = asyncio.all_tasks()
        now = asyncio.get_running_loop().time
        for number in range(self.plan.jobs):
            wait = self.plan.first_of(number) - now()
            repeated = repeat_every(seconds=self.plan.interval, wait_first=wait)
            await repeated(partial(self._run, number))()
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Cancel what was begun: it has no call for that, the end of the event loop does it."""
        running = asyncio.all_tasks() - self._before
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, number: int) -> None:
        self.plan.tick(number)
