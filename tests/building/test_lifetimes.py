"""How long what is injected lives: for the host, or for one run."""

import asyncio
from collections.abc import AsyncIterator, Callable

from dishka import FromDishka, Provider, Scope

from loopjobs import CancellationToken, HostBuilder, LoopJobOptions, Outcome
from loopjobs.testing import FakeClock

NewBuilder = Callable[..., HostBuilder]
Easy = type[LoopJobOptions]


class Engine: ...


class Session: ...


class Lives:
    """Opens and closes engines and sessions, and writes it down."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def engine(self) -> AsyncIterator[Engine]:
        self.events.append("engine opened")
        await asyncio.sleep(0)
        yield Engine()
        self.events.append("engine closed")

    async def session(self, engine: Engine) -> AsyncIterator[Session]:
        self.events.append("session opened")
        yield Session()
        self.events.append("session closed")

    def provider(self) -> Provider:
        provider = Provider(scope=Scope.APP)
        provider.provide(self.engine)
        provider.provide(self.session, scope=Scope.REQUEST)
        return provider


async def test_a_session_lives_for_one_run_and_an_engine_as_long_as_the_host(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock
) -> None:
    """Each run has its own; the engine is closed at the very end."""
    lives = Lives()
    sessions: list[Session] = []

    async def work(ct: CancellationToken, session: FromDishka[Session]) -> None:
        lives.events.append("ran")
        sessions.append(session)

    builder = new_builder().add_provider(lives.provider()).add_loop_job(work, easy)
    async with builder.build():
        await clock.advance(10)
        lives.events.append("stopping")
    one_run = ["session opened", "ran", "session closed"]
    assert lives.events == ["engine opened", *one_run, *one_run, "stopping", "engine closed"]
    assert sessions[0] is not sessions[1]


async def test_a_session_is_closed_after_a_run_that_fails_or_is_cut_short(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock
) -> None:
    """By an error, and by a time limit."""
    lives = Lives()

    async def work(ct: CancellationToken, session: FromDishka[Session]) -> None:
        if lives.events.count("session opened") == 1:
            raise ValueError("wrong")
        await ct.sleep(100)

    builder = new_builder({"work": {"TimeoutInSeconds": 5}}).add_provider(lives.provider())
    async with builder.add_loop_job(work, easy).build() as host:
        await clock.advance(15)
        assert lives.events.count("session closed") == 2
        outcomes = [record.outcome for record in host.jobs["work"].history()]
        assert outcomes == [Outcome.TIMED_OUT, Outcome.FAILED]


async def test_runs_that_overlap_have_sessions_of_their_own(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock
) -> None:
    """And one engine, although both ask for it at the same moment."""
    lives = Lives()
    sessions: set[Session] = set()

    async def work(ct: CancellationToken, session: FromDishka[Session]) -> None:
        sessions.add(session)
        await ct.sleep(15)

    settings = {"A": {"SkipIfRunning": False}, "B": {"SkipIfRunning": False}}
    builder = new_builder(settings).add_provider(lives.provider())
    builder.add_loop_job(work, easy, name="A").add_loop_job(work, easy, name="B")
    async with builder.build():
        await clock.advance(10)
        assert len(sessions) == 4
    assert lives.events.count("engine opened") == lives.events.count("engine closed") == 1


async def test_a_job_is_built_once_even_when_first_runs_overlap(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock
) -> None:
    """The second waits for what the first is building."""
    built: list[object] = []

    async def slow_engine() -> Engine:
        await clock.sleep(15)
        return Engine()

    class Job:
        def __init__(self, engine: Engine) -> None:
            built.append(self)

        async def execute(self, ct: CancellationToken) -> None: ...

    provider = Provider(scope=Scope.APP)
    provider.provide(slow_engine)
    builder = new_builder({"Job": {"SkipIfRunning": False}}).add_provider(provider)
    async with builder.add_loop_job(Job, easy).build() as host:
        await clock.advance(20)
        assert host.jobs["Job"].status().ledger.succeeded == 3
    assert len(built) == 1


async def test_a_run_that_waits_for_a_job_that_cannot_be_built_tries_to_build_it(
    new_builder: NewBuilder, easy: Easy, clock: FakeClock
) -> None:
    """What kept the first from it may be gone."""
    asked: list[object] = []

    async def slow_engine() -> Engine:
        asked.append(1)
        await clock.sleep(15)
        if len(asked) == 1:
            raise OSError("the database is away")
        return Engine()

    class Job:
        def __init__(self, engine: Engine) -> None: ...

        async def execute(self, ct: CancellationToken) -> None: ...

    provider = Provider(scope=Scope.APP)
    provider.provide(slow_engine)
    builder = new_builder({"Job": {"SkipIfRunning": False}}).add_provider(provider)
    async with builder.add_loop_job(Job, easy).build() as host:
        await clock.advance(40)
        ledger = host.jobs["Job"].status().ledger
    assert (ledger.failed, ledger.succeeded) == (1, 4)
    assert len(asked) == 2
