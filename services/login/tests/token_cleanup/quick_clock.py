"""A clock on which nobody waits."""

from loopjobs.testing import FakeClock


class QuickClock(FakeClock):
    """Virtual time that passes for a sleeper at once: for jobs that wait for a real database."""

    async def sleep(self, seconds: float) -> None:
        self.stall(seconds)
