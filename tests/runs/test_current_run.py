"""What a body can ask about its run, and what it leaves behind: nothing."""

import asyncio
import threading
import weakref
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import pytest

from loopjobs import CancellationToken, CurrentRun, LoopJobOptions, Outcome, current_run
from loopjobs.testing import JobHarness

color: ContextVar[str] = ContextVar("color", default="none")
EVERY_TEN = LoopJobOptions(interval_in_seconds=10)
BY_HAND = LoopJobOptions(interval_in_seconds=10, initial_delay_in_seconds=60)


def test_code_outside_a_run_has_no_current_run() -> None:
    """Asking is a mistake there, and says so."""
    with pytest.raises(LookupError, match="no current run"):
        current_run()


async def test_a_run_knows_its_slot_its_attempt_and_its_name() -> None:
    """Slots count from 0, attempts count failures in a row, and no two runs share a name."""
    seen: list[tuple[int | None, int]] = []
    names: list[str] = []

    async def job(ct: CancellationToken) -> None:
        run = current_run()
        seen.append((run.slot, run.attempt))
        names.append(run.run_id)
        assert run.job == "job"
        assert run.lateness == 0
        assert run.fencing_token is None
        if len(seen) < 3:
            raise ValueError

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(30)
        recorded = [record.run_id for record in harness.history()]
    assert seen == [(0, 1), (1, 2), (2, 3), (3, 1)]
    assert recorded == names[::-1]
    assert len(set(names)) == 4


async def test_a_run_knows_when_it_was_due_and_when_it_started() -> None:
    """Both are wall-clock instants, so that people can compare them."""
    runs: list[CurrentRun] = []

    async def job(ct: CancellationToken) -> None:
        runs.append(current_run())

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(0)
        harness.clock.stall(12)
        await harness.clock.advance(0)
        assert runs[1].lateness == 2
        assert runs[1].started_at == harness.clock.now()
        assert runs[1].started_at - runs[1].due_at == timedelta(seconds=2)


@pytest.mark.parametrize("waits", [False, True])
async def test_nothing_keeps_a_run_that_has_ended(*, waits: bool) -> None:
    """Nor what the body has put into its context, though the next one is an hour away."""
    runs: list[weakref.ref[CurrentRun]] = []

    async def job(ct: CancellationToken) -> None:
        runs.append(weakref.ref(current_run()))
        if waits:
            await asyncio.sleep(0)

    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(20)
        assert [run() for run in runs] == [None, None, None]


async def test_a_run_by_hand_has_no_slot() -> None:
    """It is beside the schedule."""
    slots: list[int | None] = []

    async def job(ct: CancellationToken) -> None:
        slots.append(current_run().slot)

    async with JobHarness(job, BY_HAND) as harness:
        await harness.run_once()
    assert slots == [None]


async def test_child_tasks_and_threads_see_the_run() -> None:
    """Whatever the body starts belongs to its run."""
    seen: set[str] = set()

    async def child() -> None:
        await asyncio.sleep(0)
        seen.add(current_run().run_id)

    async def job(ct: CancellationToken) -> None:
        await asyncio.gather(child(), asyncio.create_task(child()))
        await asyncio.to_thread(lambda: seen.add(current_run().run_id))

    async with JobHarness(job, BY_HAND) as harness:
        record = await harness.run_once()
    assert seen == {record.run_id}


async def test_a_plain_body_sees_its_run_from_its_thread() -> None:
    """The thread is named after the job and takes the context along."""
    seen: list[tuple[str, str]] = []

    class Job:
        def execute(self, ct: CancellationToken) -> None:
            current_run().report(rows=2)
            seen.append((current_run().run_id, threading.current_thread().name))

    async with JobHarness(Job, BY_HAND) as harness:
        record = await harness.run_once()
    assert seen == [(record.run_id, "loopjobs Job")]
    assert record.reported == {"rows": 2}


async def test_context_variables_end_with_the_run() -> None:
    """Neither the next run nor the code around the host sees what a body has set."""
    seen: list[str] = []

    async def job(ct: CancellationToken) -> None:
        seen.append(color.get())
        color.set("red")
        await asyncio.sleep(0)
        seen.append(color.get())

    color.set("blue")
    async with JobHarness(job, EVERY_TEN) as harness:
        await harness.clock.advance(10)
    assert seen == ["none", "red"] * 2
    assert color.get() == "blue"


async def test_reported_counters_add_up_and_land_in_the_record() -> None:
    """A body may count as it goes."""

    async def job(ct: CancellationToken) -> None:
        current_run().report(deleted=2, kept=1)
        current_run().report(deleted=3)

    async with JobHarness(job, BY_HAND) as harness:
        record = await harness.run_once()
    assert record.reported == {"deleted": 5, "kept": 1}


@pytest.mark.parametrize("value", ["3", None, True])
async def test_a_counter_that_is_no_number_fails_the_run(value: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """A mistake in a report is a mistake in the job."""

    async def job(ct: CancellationToken) -> None:
        current_run().report(deleted=value)

    async with JobHarness(job, BY_HAND) as harness:
        record = await harness.run_once()
    assert record.outcome is Outcome.FAILED
    assert "takes a number" in str(record.error)


@pytest.mark.parametrize(
    "parts", [(10**400,), (10**308,) * 9 + (10**309 - 1,)], ids=["at once", "in sum"]
)
async def test_a_counter_that_no_float_can_hold_fails_the_run(parts: tuple[int, ...]) -> None:
    """Whoever reads it later takes it for a float: the log, the history, the metrics."""

    async def job(ct: CancellationToken) -> None:
        for part in parts:
            current_run().report(deleted=part)

    async with JobHarness(job, BY_HAND) as harness:
        record = await harness.run_once()
    assert record.outcome is Outcome.FAILED
    assert "OverflowError" in str(record.error)


async def test_what_cannot_be_written_anywhere_is_replaced() -> None:
    """Half of a surrogate pair, in the name of a counter or in an error."""

    async def job(ct: CancellationToken) -> None:
        current_run().report(**{"a\ud800": 1, "ü": 2})
        raise ValueError("b\udc80ü")

    async with JobHarness(job, BY_HAND) as harness:
        record = await harness.run_once()
    assert record.reported == {"a?": 1, "ü": 2}
    assert record.error == "ValueError: b\\udc80ü"
    assert "b\\udc80ü" in str(record.traceback)


async def test_a_run_in_progress_has_no_record_yet() -> None:
    """The record states facts, and the outcome is not one yet."""
    runs: list[Any] = []

    async def job(ct: CancellationToken) -> None:
        runs.append(current_run())
        with pytest.raises(ValueError, match="no outcome yet"):
            runs[0].record()

    async with JobHarness(job, BY_HAND) as harness:
        record = await harness.run_once()
    assert runs[0].record() == record
