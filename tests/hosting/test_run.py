"""`run`: from the first service to the last signal."""

import asyncio
import gc
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopjobs import (
    CancellationToken,
    Clock,
    Host,
    HostBuilder,
    LoopJobOptions,
    Outcome,
    StartError,
    StopError,
    SystemClock,
)
from loopjobs.testing import FakeClock

Build = Callable[..., Host]


def raising(number: int) -> Callable[[CancellationToken], object]:
    async def job(ct: CancellationToken) -> None:
        signal.raise_signal(number)
        await ct.wait()

    return job


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_host_and_the_signals_are_given_back(
    build: Build, number: signal.Signals
) -> None:
    """The run in progress finishes, and `run` returns."""
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    host = build(raising(number))
    host.run()
    assert host.jobs["job"].history()[0].outcome is Outcome.SUCCEEDED
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers


@pytest.fixture
def nothing_frozen() -> Iterator[None]:
    """Thaw what the runner of the tests has frozen, and freeze it again."""
    gc.unfreeze()
    yield
    gc.freeze()


def until_frozen(seen: list[int]) -> Callable[[CancellationToken], object]:
    async def job(ct: CancellationToken) -> None:
        seen.append(gc.get_freeze_count())
        # It begins before the start is over, and nobody tells when that is.
        while gc.get_freeze_count() <= seen[0]:  # noqa: ASYNC110
            await asyncio.sleep(0)
        signal.raise_signal(signal.SIGTERM)

    return job


@pytest.mark.usefixtures("nothing_frozen")
def test_the_garbage_collector_leaves_alone_what_stands_as_long_as_the_host(build: Build) -> None:
    """What was built is set aside before the start, what that has made after it; both are back."""
    seen: list[int] = []
    build(until_frozen(seen)).run()
    assert seen[0] > 0
    assert gc.get_freeze_count() == 0


@pytest.mark.usefixtures("nothing_frozen")
def test_what_others_have_frozen_stays_frozen(build: Build) -> None:
    """It is theirs to give back."""
    gc.freeze()
    before = gc.get_freeze_count()
    build(until_frozen([])).run()
    assert gc.get_freeze_count() >= before


def test_a_second_signal_cancels_the_runs_at_once(build: Build) -> None:
    """On a clock that stands still, so it cannot have been the budget."""

    async def job(ct: CancellationToken) -> None:
        signal.raise_signal(signal.SIGTERM)
        await ct.wait()
        signal.raise_signal(signal.SIGINT)
        await asyncio.Event().wait()

    host = build(job)
    host.run()
    assert host.jobs["job"].history()[0].outcome is Outcome.CANCELLED


def test_a_second_signal_cuts_the_budget_of_services_short_too(build: Build) -> None:
    """A hanging stop is cancelled at once."""

    class Service:
        async def start(self) -> None:
            asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGTERM)

        async def stop(self) -> None:
            signal.raise_signal(signal.SIGTERM)
            await asyncio.Event().wait()

    with pytest.raises(StopError):
        build(Service()).run()


def test_a_job_may_end_the_program(build: Build) -> None:
    """A job that has nothing more to do stops its host, and `run` returns."""
    hosts: list[Host] = []
    runs: list[int] = []

    async def job(ct: CancellationToken) -> None:
        runs.append(1)
        await hosts[0].stop()

    hosts.append(build(job))
    hosts[0].run()
    assert runs == [1]


class Slow:
    async def start(self) -> None:
        await asyncio.Event().wait()

    async def stop(self) -> None:
        raise NotImplementedError


def test_a_signal_during_the_start_is_a_clean_end(build: Build) -> None:
    """The slow start is cancelled; nothing failed."""
    host = build(raising(signal.SIGTERM), Slow())
    host.run()
    assert host.jobs["job"].status().state == "stopped"


def test_a_signal_before_the_start_is_a_clean_end(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may come as soon as somebody handles it."""
    run = asyncio.Runner.run

    def signalled(runner: asyncio.Runner, main: object, **kwargs: object) -> object:
        signal.raise_signal(signal.SIGTERM)
        return run(runner, main, **kwargs)  # type: ignore[arg-type] # passed on as it is

    monkeypatch.setattr(asyncio.Runner, "run", signalled)
    host = build(raising(signal.SIGINT))
    host.run()
    assert host.jobs["job"].history() == []


def test_a_loop_that_dies_during_the_start_is_no_clean_end(build: Build) -> None:
    """The error says what it died of."""

    async def job(ct: CancellationToken) -> None:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: loop.call_soon(task.cancel))

    with pytest.raises(StartError) as raised:
        build(job, Slow()).run()
    assert "cancelled from outside" in str(raised.value.__cause__)


def test_a_host_runs_once(build: Build) -> None:
    """The second call says so, also after a clean end by a signal."""
    host = build(raising(signal.SIGTERM))
    host.run()
    with pytest.raises(StartError, match="started once"):
        host.run()


def test_a_handler_that_python_does_not_know_becomes_the_default(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that embeds Python may have installed one; there is no way to give it back."""
    previous = signal.getsignal(signal.SIGTERM)
    set_handler = signal.signal

    def forgetful(number: int, handler: Callable[..., object]) -> object:
        known = set_handler(number, handler)
        return None if number == signal.SIGTERM else known

    with monkeypatch.context() as patched:
        patched.setattr(signal, "signal", forgetful)
        build(raising(signal.SIGINT)).run()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    signal.signal(signal.SIGTERM, previous)


def test_outside_the_main_thread_no_signal_is_borrowed(build: Build) -> None:
    """Python lets only the main thread handle signals; the host runs all the same."""
    hosts: list[Host] = []
    handlers: list[object] = []

    async def job(ct: CancellationToken) -> None:
        handlers.append(signal.getsignal(signal.SIGTERM))
        await hosts[0].stop()

    hosts.append(build(job))
    thread = threading.Thread(target=hosts[0].run)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGTERM)]
    assert hosts[0].jobs["job"].status().ledger.succeeded == 1


def test_two_hosts_run_in_two_threads() -> None:
    """They share nothing."""
    met = threading.Barrier(2)

    def run() -> None:
        async def job(ct: CancellationToken) -> None:
            await asyncio.to_thread(met.wait)
            await host.stop()

        builder = HostBuilder(settings_files=(), settings={"job": {"IntervalInSeconds": 10}})
        host = builder.add_loop_job(job, LoopJobOptions).build()
        host.run()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


async def test_two_hosts_live_on_one_event_loop(build: Build, clock: FakeClock) -> None:
    """The end of one is not the end of the other."""

    async def job(ct: CancellationToken) -> None:
        pass

    async with build(job) as first:
        async with build(job) as second:
            await clock.advance(10)
        await clock.advance(10)
        assert second.jobs["job"].status().ledger.succeeded == 2
        assert first.jobs["job"].status().ledger.succeeded == 3


async def test_a_host_lives_as_long_as_its_block_on_the_clock_of_the_system() -> None:
    """Where time passes by itself, nobody has to let it pass; the container is at hand."""
    ran = asyncio.Event()

    async def job(ct: CancellationToken) -> None:
        ran.set()

    settings = {"job": {"IntervalInSeconds": 3_600}}
    builder = HostBuilder(settings_files=(), settings=settings)
    async with builder.add_loop_job(job, LoopJobOptions).build() as host:
        await ran.wait()
        assert isinstance(await host.container.get(Clock), SystemClock)
    assert host.jobs["job"].status().state == "stopped"


def test_an_abandoned_run_does_not_keep_run_from_returning(build: Build, clock: FakeClock) -> None:
    """The event loop is closed over it, without noise."""
    finished: list[str] = []

    async def stubborn(ct: CancellationToken) -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                finished.append("not yet")

    class Time:
        """Lets virtual time pass once the stop waits for it."""

        async def start(self) -> None:
            self.passing = asyncio.create_task(self.run())

        async def run(self) -> None:
            await clock.advance(1)
            signal.raise_signal(signal.SIGTERM)
            await clock.advance(40)

        async def stop(self) -> None:
            pass

    host = build(Time(), stubborn)
    host.run()
    assert host.jobs["stubborn"].history()[0].outcome is Outcome.ABANDONED
    assert finished == ["not yet"]


def test_an_event_loop_of_uvloop_is_used_where_it_is_installed(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No option needed."""
    module = "from asyncio import SelectorEventLoop\nclass Loop(SelectorEventLoop): pass\n"
    (tmp_path / "uvloop.py").write_text(f"{module}new_event_loop = Loop\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    loops: list[str] = []

    async def job(ct: CancellationToken) -> None:
        loops.append(type(asyncio.get_running_loop()).__module__)
        signal.raise_signal(signal.SIGTERM)

    build(job).run()
    assert loops == ["uvloop"]
