"""Runs one job with options and fakes, on a virtual clock."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from dishka import Provider, Scope

from loopjobs import (
    Host,
    HostBuilder,
    JobBody,
    JobStatus,
    LeaseStoreSource,
    LoopJob,
    LoopJobOptions,
    RunRecord,
)
from loopjobs.testing._fake_clock import FakeClock
from loopjobs.testing._memory_leases import MemoryLeases
from loopjobs.testing._recorder import EventRecorder

_SECTION = "the job under test"
"""No environment variable of the machine that runs the tests can be about this section."""


class JobHarness:
    """A host around one job: the real loop, fake dependencies, virtual time.

    No settings file and no environment variable is needed; the section is made of `options`.

        async with JobHarness(SweepJob, SweepOptions(interval_in_seconds=10)) as harness:
            await harness.clock.advance(25)
            assert harness.status().ledger.succeeded == 3

    Args:
        job: The class or function under test.
        options: Its options.
        fakes: What to inject, by the type it is asked for.
        providers: Dishka providers, for what fakes cannot say.
        clock: The virtual clock; a new one by default.
    """

    def __init__(
        self,
        job: type[LoopJob] | JobBody,
        options: LoopJobOptions,
        *,
        fakes: Mapping[type, object] | None = None,
        providers: tuple[Provider, ...] = (),
        clock: FakeClock | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.recorder = EventRecorder()
        self.leases = MemoryLeases(self.clock)
        """Where a job with `RunOn: OneReplica` claims its slots, unless something else is given."""
        builder = HostBuilder(
            settings_files=(), settings={_SECTION: _section_of(options)}, clock=self.clock
        )
        leases = _provider_of({LeaseStoreSource: self.leases})
        builder.add_provider(leases, *providers, _provider_of(fakes or {}))
        builder.add_loop_job(job, type(options), section_name=_SECTION)
        self.host: Host = builder.add_listener(self.recorder).build()
        (self.job,) = self.host.jobs.values()

    async def __aenter__(self) -> Self:
        """Start the host."""
        await self.host.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the host; virtual time passes as far as the stop needs it."""
        await self.host.__aexit__(kind, error, trace)

    async def run_once(self) -> RunRecord:
        """Run the job once by hand and return how it ended.

        Time stands still meanwhile. For a job that sleeps on the clock make this a task, with
        `asyncio.create_task(harness.run_once())`, and advance the clock until it is done.
        """
        return await self.job.trigger()

    def status(self) -> JobStatus[LoopJobOptions]:
        """Return the job as it is at this moment."""
        return self.job.status()

    def history(self) -> list[RunRecord]:
        """Return the last runs, newest first."""
        return self.job.history()


def _section_of(options: LoopJobOptions) -> dict[str, object]:
    # The values themselves: what is dumped and read again may not come out as it went in.
    fields = type(options).model_fields
    return {fields[name].alias or name: getattr(options, name) for name in options.model_fields_set}


def _provider_of(fakes: Mapping[type, object]) -> Provider:
    provider = Provider(scope=Scope.APP)
    for kind, fake in fakes.items():
        provider.provide(_giving(fake), provides=kind)
    return provider


def _giving(fake: object) -> Callable[[], object]:
    # Not a lambda in the loop: that would give the last fake for every type.
    return lambda: fake
