"""The loops of `discord.ext.tasks`."""

import asyncio

from discord.ext import tasks

from loops.plan import Plan, System


class Loops(System):
    """A loop a job; what runs before it waits for its first tick."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._loops: list[tasks.Loop] = []

    async def start(self) -> None:
        """Start the loops."""
        for number in range(self.plan.jobs):
            loop = tasks.loop(seconds=self.plan.interval)(self._run)
            loop.before_loop(self._waiting_for(number))
            loop.start(number)
            self._loops.append(loop)
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Cancel the loops: asked to stop, an idle one would run once more."""
        running = [loop.get_task() for loop in self._loops]
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _waiting_for(self, number: int) -> object:
        due, now = self.plan.first_of(number), asyncio.get_running_loop().time

        async def wait() -> None:
            await asyncio.sleep(due - now())

        return wait

    async def _run(self, number: int) -> None:
        self.plan.tick(number)
