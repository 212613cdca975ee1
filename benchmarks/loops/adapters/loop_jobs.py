"""Loopjobs, by itself and with what a service adds to it."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from loopjobs import CancellationToken, Event, Host, HostBuilder, LoopJobOptions
from loopjobs.health import HealthChecks
from loopjobs.history import add_history
from loopjobs.telemetry import add_telemetry
from loops.plan import Plan, System
from loops.wall import loop_time_of

_PROBE_INTERVAL = 1.0


class Plain(System):
    """Grid, ledger, status and overlap guard, which cannot be left out, and nobody who listens."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._built: Host | None = None

    @property
    def host(self) -> Host:
        """The host that was built."""
        if self._built is None:
            raise RuntimeError("prepare it first")
        return self._built

    async def prepare(self) -> None:
        """Build the host, which binds and checks all options."""
        logging.disable(logging.CRITICAL)
        jobs = {
            f"job{number}": {
                "InitialDelayInSeconds": self.plan.delay_of(number),
                "IntervalInSeconds": self.plan.interval,
            }
            for number in range(self.plan.jobs)
        }
        builder = HostBuilder(settings_files=(), settings={**self.settings(), **jobs})
        self.add_to(builder)
        for number, name in enumerate(jobs):
            builder.add_loop_job(self._body(number), LoopJobOptions, name=name)
        self._built = builder.build()

    def settings(self) -> dict[str, object]:
        """Return settings beside those of the jobs; none here."""
        return {}

    def add_to(self, builder: HostBuilder) -> None:
        """Add what a service would add before its jobs; nothing here."""

    async def start(self) -> None:
        """Start the host."""
        await self.host.start()

    async def stop(self) -> None:
        """Stop the host."""
        await self.host.stop()

    def grid(self) -> Sequence[float] | None:
        """Return where the slots are: each loop counts from its own start."""
        firsts = []
        for number in range(self.plan.jobs):
            due = self.host.jobs[f"job{number}"].status().next_due_at
            firsts.append(0.0 if due is None else loop_time_of(due))
        return firsts

    def _body(self, number: int) -> Callable[[CancellationToken], Coroutine[object, object, None]]:
        tick = self.plan.tick

        async def count(_ct: CancellationToken) -> None:
            tick(number)

        return count


class Waiting(Plain):
    """With bodies that wait once, so that the tasks of their loops have to be woken."""

    def _body(self, number: int) -> Callable[[CancellationToken], Coroutine[object, object, None]]:
        tick = self.plan.tick

        async def count(_ct: CancellationToken) -> None:
            tick(number)
            await asyncio.sleep(0)

        return count


class Heard(Plain):
    """With a listener that does nothing: what the events alone cost."""

    def add_to(self, builder: HostBuilder) -> None:
        """Add the listener."""

        def hear(_event: Event, /) -> None:
            """Do nothing."""

        builder.add_listener(hear)


class Watched(Plain):
    """With the history that a process remembers, and its health asked for each second."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._probe: asyncio.Task[None] | None = None

    def add_to(self, builder: HostBuilder) -> None:
        """Add the history."""
        add_history(builder)

    async def start(self) -> None:
        """Start the host, and whoever asks for its health."""
        await super().start()
        self._probe = asyncio.create_task(self._ask())

    async def stop(self) -> None:
        """Stop both."""
        if self._probe is not None:
            self._probe.cancel()
        await super().stop()

    async def _ask(self) -> None:
        checks = HealthChecks(self.host)
        while True:
            await asyncio.sleep(_PROBE_INTERVAL)
            checks.report()


class Stored(Watched):
    """The same with a history that outlives the process, in SQLite."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)

    def settings(self) -> dict[str, object]:
        """Return where the history is."""
        return {"History": {"Url": f"sqlite:///{Path(self._folder.name) / 'history.db'}"}}


class Measured(Plain):
    """With telemetry that Prometheus could read."""

    def add_to(self, builder: HostBuilder) -> None:
        """Add the telemetry."""
        add_telemetry(builder)
