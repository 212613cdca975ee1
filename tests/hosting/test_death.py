"""A loop that dies is never silent: the host stops, and its error ends the program."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from loopjobs import (
    CancellationToken,
    ControlError,
    Host,
    LoopDied,
    LoopError,
    LoopStopped,
    Outcome,
)
from loopjobs.testing import EventRecorder, FakeClock

Build = Callable[..., Host]


class Victim:
    """A job whose loop can be killed, by the only means that is public: its task."""

    tasks: list[asyncio.Task[object]]

    @classmethod
    def kill(cls) -> None:
        cls.tasks[0].cancel()

    async def execute(self, ct: CancellationToken) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.append(task)


@pytest.fixture(autouse=True)
def _fresh_victim() -> None:
    Victim.tasks = []


async def quick(ct: CancellationToken) -> None:
    pass


async def ignores(ct: CancellationToken) -> None:
    await asyncio.Event().wait()


async def test_the_host_stops_and_raises_what_the_loop_died_of(
    build: Build, clock: FakeClock, recorder: EventRecorder
) -> None:
    """The other jobs are stopped in good order."""
    host = build(Victim, quick)
    await host.start()
    await clock.advance(0)
    Victim.kill()
    await clock.advance(0)
    assert host.jobs["quick"].status().state == "stopped"
    assert host.jobs["Victim"].status().state == "faulted"
    assert [event.job for event in recorder.of(LoopDied)] == ["Victim"]
    assert [event.job for event in recorder.of(LoopStopped)] == ["quick"]
    with pytest.raises(LoopError, match="loop of Victim was cancelled from outside"):
        await host.__aexit__(None, None, None)


def test_run_ends_with_that_error(build: Build) -> None:
    """So that the process ends with a non-zero exit code."""

    async def killer(ct: CancellationToken) -> None:
        await asyncio.sleep(0)
        Victim.kill()

    with pytest.raises(LoopError):
        build(Victim, killer).run()


async def test_a_loop_whose_job_is_not_served_any_more_cannot_be_controlled(
    build: Build, clock: FakeClock
) -> None:
    """Every verb says in what state the job is."""
    host = build(Victim)
    await host.start()
    await clock.advance(0)
    Victim.kill()
    await clock.advance(0)
    job = host.jobs["Victim"]
    for control in (job.trigger, job.pause, job.resume):
        with pytest.raises(ControlError, match="it is faulted"):
            await control()
    with pytest.raises(ControlError, match="host is not running"):
        await host.reload_settings()


async def test_runs_beside_a_loop_that_dies_go_through_the_phases_of_a_stop(
    build: Build, clock: FakeClock
) -> None:
    """They are asked, cancelled past the budget, and settled."""

    async def job(ct: CancellationToken) -> None:
        await asyncio.Event().wait()

    host = build(job, SkipIfRunning=False)
    await host.start()
    await clock.advance(10)
    (loop,) = (task for task in asyncio.all_tasks() if task.get_name() == "loopjobs job")
    loop.cancel()
    await clock.advance(29)
    assert host.jobs["job"].status().ledger.in_flight == 2
    await clock.advance(1)
    assert host.jobs["job"].status().ledger.cancelled == 2
    await host.stop()


async def test_an_error_of_the_machinery_in_a_run_beside_the_loop_ends_the_loop(
    build: Build, clock: FakeClock, recorder: EventRecorder
) -> None:
    """A clock that fails in the middle, say; nobody would pace that job any more."""

    async def job(ct: CancellationToken) -> None:
        broken.append(1)

    broken: list[int] = []
    read = clock.monotonic

    def monotonic() -> float:
        if broken:
            broken.clear()
            raise OSError("no clock")
        return read()

    clock.monotonic = monotonic  # type: ignore[method-assign] # a clock that breaks
    host = build(job, SkipIfRunning=False)
    await host.start()
    await clock.advance(0)
    await host.stop()
    assert [str(event.error) for event in recorder.of(LoopDied)] == ["no clock"]


async def test_a_body_that_awaits_a_generator_exit_kills_its_loop_loudly(
    build: Build, clock: FakeClock, recorder: EventRecorder
) -> None:
    """Python closes whoever awaits that, so all that can be done is to say so."""

    async def child() -> None:
        raise GeneratorExit

    async def job(ct: CancellationToken) -> None:
        await asyncio.create_task(child())

    host = build(job)
    await host.start()
    await clock.advance(0)
    await host.stop()
    assert "raised GeneratorExit" in str(recorder.of(LoopDied)[0].error)


async def test_a_loop_that_is_cancelled_while_it_stops_has_not_died(
    build: Build, clock: FakeClock, recorder: EventRecorder
) -> None:
    """It was to end anyway."""
    host = build(ignores, SkipIfRunning=False)
    await host.start()
    await clock.advance(0)
    stopping = asyncio.create_task(host.stop())
    await clock.advance(1)
    (loop,) = (task for task in asyncio.all_tasks() if task.get_name() == "loopjobs ignores")
    loop.cancel()
    await clock.advance(29)
    await stopping
    assert recorder.of(LoopDied) == []
    assert host.jobs["ignores"].history()[0].outcome is Outcome.CANCELLED


async def test_two_loops_that_die_are_one_end(build: Build, clock: FakeClock) -> None:
    """The first error is the one that is raised."""

    class Second(Victim):
        pass

    host = build(Victim, Second)
    await host.start()
    await clock.advance(0)
    for task in Victim.tasks:
        task.cancel()
    await clock.advance(0)
    with pytest.raises(LoopError, match="Victim"):
        await host.__aexit__(None, None, None)


@pytest.fixture
def terminations() -> Iterator[list[int]]:
    """Somebody, such as a web server, who handles SIGTERM."""
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    previous = signal.signal(signal.SIGTERM, hear)
    yield heard
    signal.signal(signal.SIGTERM, previous)


async def test_in_a_server_a_death_asks_the_server_to_end_once(
    build: Build, clock: FakeClock, terminations: list[int]
) -> None:
    """Whoever handles SIGTERM ends the application, and its lifespan raises the error."""

    class Second(Victim):
        pass

    lifespan = build(Victim, Second).lifespan()
    await lifespan.__aenter__()
    await clock.advance(0)
    for task in Victim.tasks:
        task.cancel()
    await clock.advance(0)
    assert terminations == [signal.SIGTERM]
    with pytest.raises(LoopError):
        await lifespan.__aexit__(None, None, None)


async def test_in_a_server_that_handles_no_signal_nothing_is_raised(
    build: Build, clock: FakeClock
) -> None:
    """The default action would end the process without any cleanup."""
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    lifespan = build(Victim).lifespan()
    await lifespan.__aenter__()
    await clock.advance(0)
    Victim.kill()
    await clock.advance(0)
    with pytest.raises(LoopError):
        await lifespan.__aexit__(None, None, None)


async def test_outside_a_server_no_signal_is_sent(
    build: Build, clock: FakeClock, terminations: list[int]
) -> None:
    """Whoever awaits the host learns of it by the error."""
    host = build(Victim)
    await host.start()
    await clock.advance(0)
    Victim.kill()
    await host.stop()
    assert terminations == []
