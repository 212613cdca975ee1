"""Use of the library as type checkers see it; `make check` has mypy read this file.

Each mistake carries a `type: ignore` with its code. A mistake that were no longer found would
leave an unused one behind, which is an error. `make release-check` has pyright read it, too; a
mistake that it cannot see is marked.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import assert_type

from dishka import AsyncContainer, FromDishka, Provider
from pydantic import Field

from loopjobs import (
    CancellationToken,
    CancellationTokenSource,
    Clock,
    CurrentRun,
    Event,
    Host,
    HostBuilder,
    HostedService,
    JobHandle,
    JobState,
    JobStatus,
    Ledger,
    LoopJob,
    LoopJobOptions,
    Options,
    OptionsMonitor,
    Outcome,
    Pacing,
    Problem,
    RunAgain,
    RunRecord,
    SystemClock,
    current_run,
)
from loopjobs.testing import EventRecorder, FakeClock, JobHarness


class SweepOptions(LoopJobOptions):
    interval_in_seconds: float = Field(default=10, ge=1)
    change_state_time_in_minutes: float = Field(default=5, gt=0)


class Mail(Options):
    sender: str = "nobody"


class Store:
    """Something to inject."""


class Sweep:
    def __init__(self, store: Store, options: SweepOptions, clock: Clock) -> None: ...

    async def execute(self, ct: CancellationToken) -> None: ...


class Injected:
    name = "Chosen"

    async def execute(self, ct: CancellationToken, store: FromDishka[Store]) -> None: ...


class Backlog:
    async def execute(self, ct: CancellationToken) -> RunAgain | None:
        return RunAgain(after=1)


class Plain:
    def execute(self, ct: CancellationToken) -> None: ...


class Explicit(LoopJob):
    # Any method fits that takes a token and more, which no method can say of itself; pyright has
    # no property overridden by a method. A class that does not inherit is a job to both.
    async def execute(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, ct: CancellationToken
    ) -> None: ...


class Static:
    @staticmethod
    async def execute(ct: CancellationToken) -> None: ...


class NoExecute:
    async def run(self, ct: CancellationToken) -> None: ...


class NoToken:
    async def execute(self) -> None: ...


class TokenByName:
    async def execute(self, *, ct: CancellationToken) -> None: ...


class WrongToken:
    async def execute(self, ct: int) -> None: ...


class WrongResult:
    async def execute(self, ct: CancellationToken) -> int:
        return 1


class Yields:
    async def execute(self, ct: CancellationToken) -> AsyncIterator[int]:
        yield 1


async def sweep(ct: CancellationToken) -> None: ...


async def injected(ct: CancellationToken, store: FromDishka[Store]) -> RunAgain | None: ...


async def no_token() -> None: ...


async def wrong_token(ct: str) -> None: ...


def jobs(builder: HostBuilder) -> None:
    """Show what a job is, and what is none."""
    fitting: list[type[LoopJob]] = [Sweep, Injected, Backlog, Plain, Explicit, Static]
    for job in fitting:
        builder.add_loop_job(job, SweepOptions)
    builder.add_loop_job(sweep, SweepOptions, "Jobs:Sweep", name="sweep")
    builder.add_loop_job(injected, SweepOptions, section_name="Jobs:Injected")

    builder.add_loop_job(NoExecute, SweepOptions)  # type: ignore[arg-type]
    builder.add_loop_job(NoToken, SweepOptions)  # type: ignore[arg-type]
    builder.add_loop_job(TokenByName, SweepOptions)  # type: ignore[arg-type]
    builder.add_loop_job(WrongToken, SweepOptions)  # type: ignore[arg-type]
    builder.add_loop_job(WrongResult, SweepOptions)  # type: ignore[arg-type]
    builder.add_loop_job(Yields, SweepOptions)  # type: ignore[arg-type]
    builder.add_loop_job(no_token, SweepOptions)  # type: ignore[arg-type]
    builder.add_loop_job(wrong_token, SweepOptions)  # type: ignore[arg-type]
    builder.add_loop_job(Sweep, Mail)  # type: ignore[arg-type]
    builder.add_loop_job(Sweep, SweepOptions())  # type: ignore[arg-type]
    builder.add_loop_job(Sweep)  # type: ignore[call-arg]


class Service:
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class PlainService:
    def start(self) -> None: ...

    def stop(self) -> None: ...


def on_event(event: Event) -> None: ...


def parts(provider: Provider, clock: FakeClock) -> Host:
    """Show what a builder takes, and what it does not."""
    builder = HostBuilder(
        settings_files=["appsettings.json"],
        settings={"Sweep": {"IntervalInSeconds": 5}},
        environment="Development",
        clock=clock,
    )
    chained = builder.add_provider(provider, provider).add_hosted_service(Service())
    assert_type(chained, HostBuilder)
    chained.add_hosted_service(Service).add_listener(on_event).add_listener(EventRecorder())
    chained.add_options(Mail, "Mail")
    services: list[HostedService] = [Service()]
    clocks: list[Clock] = [SystemClock(), clock]
    assert services
    assert clocks

    chained.add_hosted_service(PlainService())  # type: ignore[arg-type]
    chained.add_hosted_service(Sweep)  # type: ignore[arg-type]
    chained.add_provider(Provider)  # type: ignore[arg-type]
    chained.add_listener(sweep)  # type: ignore[arg-type]
    chained.add_options(Store, "Mail")  # type: ignore[arg-type]
    chained.add_options(Mail)  # type: ignore[call-arg]
    HostBuilder(["appsettings.json"])  # type: ignore[call-arg]
    HostBuilder(clock=datetime)  # type: ignore[arg-type]
    return builder.build()


async def control(host: Host) -> None:
    """Show what a host and its jobs answer."""
    assert_type(host.container, AsyncContainer)
    assert_type(host.jobs, Mapping[str, JobHandle])
    assert_type(await host.reload_settings(), Sequence[Problem])
    job = host.jobs["Sweep"]
    status = job.status()
    assert_type(status, JobStatus[LoopJobOptions])
    assert_type(status.state, JobState)
    assert_type(status.options, LoopJobOptions)
    assert_type(status.next_due_at, datetime | None)
    assert_type(status.last_run, RunRecord | None)
    assert_type(status.ledger, Ledger)
    assert_type(job.history(), list[RunRecord])
    record = await job.trigger()
    assert_type(record, RunRecord)
    assert_type(record.outcome, Outcome)
    assert_type(record.reported, Mapping[str, float] | None)
    await job.pause()
    await job.resume()

    host.jobs["Sweep"] = job  # type: ignore[index]
    host.jobs = {}  # type: ignore[misc]
    record.outcome = Outcome.FAILED  # type: ignore[misc]
    status.ledger.due = 5  # type: ignore[misc]
    job.trigger()  # type: ignore[unused-coroutine]


async def inside(ct: CancellationToken, monitor: OptionsMonitor[SweepOptions]) -> None:
    """Show what a run has at hand."""
    assert_type(ct.is_cancellation_requested, bool)
    await ct.wait()
    await ct.sleep(1)
    assert_type(current_run(), CurrentRun)
    current_run().report(deleted=3, seconds=0.5)
    assert_type(monitor.current, SweepOptions)
    assert_type(monitor.current.pacing, Pacing)
    RunAgain(after=5)

    ct.cancel()  # type: ignore[attr-defined]
    ct.is_cancellation_requested = True  # type: ignore[misc]
    await ct.sleep("1")  # type: ignore[arg-type]
    current_run().report(deleted="3")  # type: ignore[arg-type]
    monitor.current = SweepOptions()  # type: ignore[misc]
    monitor.current.enabled = False  # type: ignore[misc] # not seen by pyright
    SweepOptions(enable=False)  # type: ignore[call-arg]
    RunAgain()  # type: ignore[call-arg]


async def kit() -> None:
    """Show what tests have at hand."""
    source = CancellationTokenSource(FakeClock())
    source.cancel()
    await Sweep(Store(), SweepOptions(), FakeClock()).execute(source)
    async with JobHarness(Sweep, SweepOptions(), fakes={Store: Store()}) as harness:
        assert_type(harness, JobHarness)
        assert_type(await harness.run_once(), RunRecord)
        assert_type(harness.recorder.of(Event), list[Event])
        await harness.clock.advance(5)

    JobHarness(Sweep, SweepOptions)  # type: ignore[arg-type]
    JobHarness(NoToken, SweepOptions())  # type: ignore[arg-type]
    JobHarness(Sweep, SweepOptions(), {Store: Store()})  # type: ignore[call-arg]
    harness.recorder.of(Store)  # type: ignore[type-var]
    asyncio.run(sweep)  # type: ignore[arg-type]
