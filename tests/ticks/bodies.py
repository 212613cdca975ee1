"""A job for tests: takes as long as it is told, and remembers."""

from collections.abc import Sequence
from typing import Self

from loopjobs import (
    CancellationToken,
    CurrentRun,
    HostBuilder,
    LoopJobOptions,
    RunAgain,
    current_run,
)
from loopjobs.testing import FakeClock, JobHarness


class Sleeper:
    """Takes the given seconds, one after the other; the last of them from then on.

    Args:
        clock: What it sleeps on.
        seconds: How long the runs take.
        fails: How many runs fail before one succeeds.
        again: What the runs return, one after the other; `None` from then on.
    """

    def __init__(
        self,
        clock: FakeClock,
        *seconds: float,
        fails: float = 0,
        again: Sequence[RunAgain | None] = (),
    ) -> None:
        self.clock = clock
        self.fails = fails
        self.runs: list[CurrentRun] = []
        self.starts: list[float] = []
        self.in_progress = 0
        self.most_at_once = 0
        self._seconds = list(seconds) or [0.0]
        self._again = list(again)

    async def run(self, ct: CancellationToken) -> RunAgain | None:
        """Do as told."""
        self.runs.append(current_run())
        self.starts.append(self.clock.monotonic())
        self.in_progress += 1
        self.most_at_once = max(self.most_at_once, self.in_progress)
        try:
            return await self._do(ct)
        finally:
            self.in_progress -= 1

    async def _do(self, ct: CancellationToken) -> RunAgain | None:
        seconds = self._seconds.pop(0) if len(self._seconds) > 1 else self._seconds[0]
        again = self._again.pop(0) if self._again else None
        if seconds:
            await ct.sleep(seconds)
        if self.fails > 0:
            self.fails -= 1
            raise OSError("as told")
        return again


def harness(sleeper: Sleeper, interval: float = 10, /, **options: object) -> JobHarness:
    """Put the sleeper on a host in its own virtual time."""
    given = LoopJobOptions.model_validate({"interval_in_seconds": interval, **options})
    return JobHarness(sleeper.run, given, clock=sleeper.clock)


class Reloadable:
    """A host around the sleeper whose settings can change while it runs.

    Options are given as in a settings file.
    """

    def __init__(self, sleeper: Sleeper, **options: object) -> None:
        self._section = {"IntervalInSeconds": 10, **options}
        builder = HostBuilder(
            settings_files=(), settings={"run": self._section}, clock=sleeper.clock
        )
        self.host = builder.add_loop_job(sleeper.run, LoopJobOptions).build()
        self.job = self.host.jobs["run"]

    async def change(self, **options: object) -> None:
        """Reload the settings with these options changed."""
        self._section.update(options)
        assert not await self.host.reload_settings()

    async def __aenter__(self) -> Self:
        await self.host.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.host.__aexit__(None, None, None)
