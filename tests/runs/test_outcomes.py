"""However a body ends, the run has an outcome and the loop goes on."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from loopjobs import CancellationToken, Host, LoopJobOptions, Outcome, RunAgain
from loopjobs.testing import FakeClock, JobHarness

Build = Callable[..., Host]


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


NOT_TEXT: Any = 7

ERRORS = [
    ValueError("wrong"),
    SystemExit(3),
    GeneratorExit(),
    StopIteration("done"),
    StopAsyncIteration(),
    asyncio.CancelledError(),
    TimeoutError(),
    UnprintableError(),
    SyntaxError("no text", ("file", 1, 1, NOT_TEXT)),
    ExceptionGroup("several", [ValueError("one"), OSError("two")]),
    BaseExceptionGroup("worse", [GeneratorExit(), ValueError("one")]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_whatever_a_coroutine_raises_fails_the_run_and_not_the_loop(
    error: BaseException,
) -> None:
    """The run is recorded as failed, and the next slot runs."""

    async def job(ct: CancellationToken) -> None:
        raise error

    async with JobHarness(job, LoopJobOptions(interval_in_seconds=10)) as harness:
        await harness.clock.advance(10)
        outcomes = [record.outcome for record in harness.history()]
        assert outcomes == [Outcome.FAILED, Outcome.FAILED]
        assert harness.status().consecutive_failures == 2
        assert all(record.error for record in harness.history())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_whatever_a_thread_raises_fails_the_run_and_not_the_loop(
    error: BaseException,
) -> None:
    """A plain body is judged like a coroutine, also by what cannot cross a future as it is."""

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            raise error

    options = LoopJobOptions(interval_in_seconds=10, initial_delay_in_seconds=60)
    async with JobHarness(Job, options) as harness:
        for _ in range(2):
            assert (await harness.run_once()).outcome is Outcome.FAILED
        assert harness.status().state == "waiting"


async def test_the_record_tells_type_message_and_traceback() -> None:
    """The record keeps words, so it does not keep frames alive."""

    async def job(ct: CancellationToken) -> None:
        raise ValueError("wrong")

    async with JobHarness(job, LoopJobOptions(interval_in_seconds=10)) as harness:
        record = await harness.run_once()
    assert record.error == "ValueError: wrong"
    assert record.traceback is not None
    assert "test_outcomes.py" in record.traceback


async def test_an_error_that_cannot_be_told_is_named_by_its_class() -> None:
    """Not even an error that Python itself cannot format gets past the record."""

    async def job(ct: CancellationToken) -> None:
        raise SyntaxError("its text is no text", ("file", 1, 1, NOT_TEXT))

    async with JobHarness(job, LoopJobOptions(interval_in_seconds=10)) as harness:
        await harness.clock.advance(0)
        assert harness.history()[0].error == "SyntaxError: its message cannot be shown"


def test_a_keyboard_interrupt_belongs_to_the_person_at_the_keyboard(build: Build) -> None:
    """It ends the program and is not recorded as a failure of the job."""

    async def job(ct: CancellationToken) -> None:
        raise KeyboardInterrupt

    host = build(job)
    with pytest.raises(KeyboardInterrupt):
        host.run()
    assert host.jobs["job"].status().ledger.failed == 0


@pytest.mark.parametrize("returned", [7, "again", [], False])
async def test_a_return_value_nobody_asked_for_fails_the_run(returned: object) -> None:
    """Only None and RunAgain mean something; anything else is a mistake worth telling."""

    async def job(ct: CancellationToken) -> object:
        return returned

    options = LoopJobOptions(interval_in_seconds=10, initial_delay_in_seconds=60)
    async with JobHarness(job, options) as harness:  # type: ignore[arg-type] # the mistake
        record = await harness.run_once()
    assert record.outcome is Outcome.FAILED
    assert "None or RunAgain" in str(record.error)


async def test_a_plain_function_that_returns_a_coroutine_is_told_about_async() -> None:
    """The coroutine is closed, so Python has nothing to complain about later."""

    class Job:
        def execute(self, ct: CancellationToken) -> object:
            return asyncio.sleep(1)

    options = LoopJobOptions(interval_in_seconds=10, initial_delay_in_seconds=60)
    async with JobHarness(Job, options) as harness:  # type: ignore[arg-type] # the mistake
        assert "async def" in str((await harness.run_once()).error)


async def test_a_plain_function_that_returns_a_future_is_told_about_async() -> None:
    """What else can be awaited is told in the same words."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    class Job:
        def execute(self, ct: CancellationToken) -> object:
            return future

    options = LoopJobOptions(interval_in_seconds=10, initial_delay_in_seconds=60)
    async with JobHarness(Job, options) as harness:  # type: ignore[arg-type] # the mistake
        assert "async def" in str((await harness.run_once()).error)


async def test_run_again_brings_the_next_run_soon_and_the_grid_goes_on(clock: FakeClock) -> None:
    """A backlog is worked off between two slots."""
    starts: list[float] = []

    async def job(ct: CancellationToken) -> RunAgain | None:
        starts.append(clock.monotonic())
        return RunAgain(after=2) if len(starts) < 3 else None

    options = LoopJobOptions(interval_in_seconds=10)
    async with JobHarness(job, options, clock=clock) as harness:
        await harness.clock.advance(10)
    assert starts == [0, 2, 4, 10]
