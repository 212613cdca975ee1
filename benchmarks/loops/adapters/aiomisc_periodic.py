"""The periodic callbacks of aiomisc, on which its periodic service stands."""

import asyncio

from aiomisc import PeriodicCallback

from loops.plan import Plan, System


class Callbacks(System):
    """A callback a job; its interval is counted from the end of the last run."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._callbacks: list[PeriodicCallback] = []

    async def start(self) -> None:
        """Start the callbacks."""
        now = asyncio.get_running_loop().time
        for number in range(self.plan.jobs):
            callback = PeriodicCallback(self._run, number)
            callback.start(self.plan.interval, delay=self.plan.first_of(number) - now())
            self._callbacks.append(callback)
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Stop the callbacks, and wait for them."""
        stopping = [callback.stop(return_exceptions=True) for callback in self._callbacks]
        await asyncio.gather(*stopping, return_exceptions=True)

    async def _run(self, number: int) -> None:
        self.plan.tick(number)
