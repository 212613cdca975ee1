"""What can be seen of a job: status, ledger, history, and the run itself."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from loopjobs import (
    CancellationToken,
    CurrentRun,
    HostBuilder,
    JobState,
    JobVitals,
    Ledger,
    LoopJobOptions,
    Outcome,
    RunEnded,
    RunRecord,
    RunStarted,
    SlotsSkipped,
    current_run,
)
from loopjobs.testing import FakeClock, JobHarness

from .bodies import Sleeper, harness

START = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_new_job_has_done_nothing(clock: FakeClock) -> None:
    """Before the start everything is empty and nothing is wrong."""
    status = harness(Sleeper(clock)).status()
    assert (status.name, status.state) == ("run", JobState.NOT_STARTED)
    assert (status.next_due_at, status.last_run) == (None, None)
    assert (status.consecutive_failures, status.healthy) == (0, True)
    assert status.ledger == status.by_hand == Ledger()
    assert status.options.interval_in_seconds == 10


async def test_the_vitals_of_a_job_say_what_its_status_says(clock: FakeClock) -> None:
    """In each phase of its life, failures and all."""
    sleeper = Sleeper(clock, 4, fails=2)
    job = harness(sleeper, initial_delay_in_seconds=5, max_backoff_in_seconds=60)
    told = [_told(job)]
    async with job:
        told.append(_told(job))
        for seconds in (6, 5, 5, 40, 9):
            await clock.advance(seconds)
            told.append(_told(job))
        await job.job.pause()
        told.append(_told(job))
    assert all(vitals == part for vitals, part in [*told, _told(job)])
    assert [vitals.last_error for vitals, _ in told[3:5]] == ["OSError: as told"] * 2


def _told(job: JobHarness) -> tuple[JobVitals, JobVitals]:
    """Return the vitals, and the same part of the status."""
    status = job.status()
    facts = {name: getattr(status, name) for name in JobVitals._fields}
    return job.job.vitals(), JobVitals(**{**facts, "next_due_at": None})


async def test_the_state_says_what_the_job_is_doing(clock: FakeClock) -> None:
    """In each phase of its life."""
    sleeper = Sleeper(clock, 4, fails=2)
    async with harness(sleeper, initial_delay_in_seconds=5, max_backoff_in_seconds=60) as job:
        states = [job.status().state]
        for seconds in (6, 5, 5):
            await clock.advance(seconds)
            states.append(job.status().state)
        await clock.advance(5)
        states.append(job.status().state)
        await job.job.pause()
        states.append(job.status().state)
    states.append(job.status().state)
    assert states == [
        "waiting",
        "running",
        "waiting",
        "running",
        "backing_off",
        "paused",
        "stopped",
    ]


async def test_a_job_that_is_asked_to_end_is_stopping(clock: FakeClock) -> None:
    """Until its last run has ended."""
    leave = asyncio.Event()

    async def body(ct: CancellationToken) -> None:
        await leave.wait()

    job = JobHarness(body, LoopJobOptions(interval_in_seconds=10), clock=clock)
    await job.host.start()
    await clock.settle()
    stopping = asyncio.create_task(job.host.stop())
    await clock.settle()
    assert job.status().state is JobState.STOPPING
    leave.set()
    await stopping
    assert job.status().state is JobState.STOPPED


async def test_the_next_slot_is_named_without_jitter(clock: FakeClock) -> None:
    """In the initial delay, in a run, after it, and not once the job has stopped."""
    sleeper = Sleeper(clock, 5)
    named = []
    async with harness(sleeper, initial_delay_in_seconds=3) as job:
        for _ in range(4):
            named.append(job.status().next_due_at)
            await clock.advance(4)
    expected = [START + timedelta(seconds=seconds) for seconds in (3, 13, 13, 13)]
    assert named == expected
    assert job.status().next_due_at is None


async def test_the_next_slot_follows_the_wall_clock(clock: FakeClock) -> None:
    """It is as far away as it was; only its name on the wall has changed."""
    async with harness(Sleeper(clock)) as job:
        await clock.advance(4)
        clock.step_wall_clock(3_600)
        assert job.status().next_due_at == clock.now() + timedelta(seconds=6)


@pytest.mark.parametrize("allowed", [1, 3])
async def test_failures_in_a_row_make_a_job_unhealthy(clock: FakeClock, allowed: int) -> None:
    """UnhealthyAfterFailures counts them; one success is enough to recover."""
    sleeper = Sleeper(clock, fails=allowed)
    async with harness(sleeper, unhealthy_after_failures=allowed) as job:
        seen = [(job.status().consecutive_failures, job.status().healthy)]
        for _ in range(allowed):
            await clock.advance(10)
            seen.append((job.status().consecutive_failures, job.status().healthy))
    failures = [*range(1, allowed + 1), 0]
    assert seen == [(count, count < allowed) for count in failures]


async def test_failures_by_hand_count_too(clock: FakeClock) -> None:
    """A job that cannot be run by hand is not well."""
    sleeper = Sleeper(clock, fails=2)
    async with harness(sleeper, unhealthy_after_failures=2, initial_delay_in_seconds=60) as job:
        await job.run_once()
        await job.run_once()
        assert job.status().healthy is False
        await job.run_once()
        assert job.status().healthy is True


async def test_a_stop_is_no_failure_and_no_success(clock: FakeClock) -> None:
    """A run that was cancelled says nothing about the job."""
    sleeper = Sleeper(clock, 0, 100, fails=1)
    async with harness(sleeper) as job:
        await clock.advance(15)
    status = job.status()
    assert (status.ledger.failed, status.ledger.cancelled) == (1, 1)
    assert status.consecutive_failures == 1


async def test_a_timeout_counts_as_a_failure(clock: FakeClock) -> None:
    """It has done as little as a run that raised."""
    async with harness(Sleeper(clock, 100), timeout_in_seconds=1) as job:
        await clock.advance(12)
        assert job.status().consecutive_failures == 2


async def test_every_outcome_has_its_count(clock: FakeClock) -> None:
    """And the ledger adds up at every event."""
    breaches: list[object] = []
    sleeper = Sleeper(clock, 0, 0, 0, 14, 9, fails=2)
    options = {"max_backoff_in_seconds": 60, "timeout_in_seconds": 13}
    async with harness(sleeper, **options) as job:
        for step in range(12):
            await clock.advance(10)
            if step in {5, 7}:
                await (job.job.pause() if step == 5 else job.job.resume())
            if step == 9:
                clock.stall(35)
            ledger = job.status().ledger
            if ledger.due != ledger.settled + ledger.in_flight:
                breaches.append(ledger)
    ledger = job.status().ledger
    assert breaches == []
    assert ledger.due == ledger.settled
    assert ledger.failed == 2
    assert min(ledger.succeeded, ledger.timed_out, ledger.cancelled, ledger.skipped_backoff) >= 1
    assert min(ledger.skipped_running, ledger.skipped_paused) >= 1


async def test_a_record_tells_the_whole_run(clock: FakeClock) -> None:
    """When it was due, when it began, how long it took, and how it ended."""
    async with harness(Sleeper(clock, 4)) as job:
        await clock.advance(9)
        record = job.status().last_run
        assert record is not None
        assert record == job.history()[0]
        assert (record.job, record.outcome) == ("run", Outcome.SUCCEEDED)
        assert record.due_at == record.started_at == START
        assert (record.duration, record.error, record.traceback) == (4, None, None)
        assert (record.reported, record.fencing_token) == (None, None)


async def test_a_failure_is_kept_with_its_words(clock: FakeClock) -> None:
    """The error in a line, and the traceback that leads to it."""
    async with harness(Sleeper(clock, fails=1)) as job:
        await clock.advance(0)
        (record,) = job.history()
    assert (record.outcome, record.error) == (Outcome.FAILED, "OSError: as told")
    assert record.traceback is not None
    assert "in _do" in record.traceback


async def test_the_history_is_newest_first_and_bounded(clock: FakeClock) -> None:
    """By the end of the runs; the ledger goes on counting."""
    sleeper = Sleeper(clock)
    async with harness(sleeper) as job:
        await clock.advance(990)
        history = job.history()
        assert job.status().ledger.succeeded == 100
    begun = [record.started_at for record in history]
    assert len(history) == 50
    assert begun == sorted((at for at in begun if at is not None), reverse=True)
    assert begun[0] == START + timedelta(seconds=990)


async def test_the_history_of_overlapping_runs_goes_by_their_ends(clock: FakeClock) -> None:
    """A short run that began later ends before a long one."""
    sleeper = Sleeper(clock, 25, 3, 100)
    async with harness(sleeper, skip_if_running=False) as job:
        await clock.advance(29)
        assert [record.duration for record in job.history()] == [25, 3]


async def test_a_history_does_not_grow_behind_the_back_of_its_reader(clock: FakeClock) -> None:
    """It is a copy."""
    async with harness(Sleeper(clock)) as job:
        await clock.advance(0)
        history = job.history()
        await clock.advance(50)
    assert len(history) == 1


async def test_run_ids_are_unique_across_jobs_and_hosts(clock: FakeClock) -> None:
    """Those by hand and those refused included."""
    sleeper = Sleeper(clock, 1)
    ids: list[str] = []
    for _ in range(2):
        builder = HostBuilder(settings_files=(), settings=TWO_JOBS, clock=clock)
        for name in TWO_JOBS:
            builder.add_loop_job(sleeper.run, LoopJobOptions, name=name)
        async with builder.build() as host:
            refused = [await job.trigger() for job in host.jobs.values()]
            await clock.advance(30)
            ids += [record.run_id for job in host.jobs.values() for record in job.history()]
            ids += [record.run_id for record in refused]
    assert len(ids) == len(set(ids)) >= 16


TWO_JOBS = {"one": {"IntervalInSeconds": 10}, "two": {"IntervalInSeconds": 10}}


async def test_slots_are_numbered_whatever_becomes_of_them(clock: FakeClock) -> None:
    """From 0, those skipped included; a run by hand has none."""
    sleeper = Sleeper(clock, 14, 0)
    async with harness(sleeper) as job:
        await clock.advance(22)
        await job.run_once()
        clock.stall(25)
        await clock.advance(13)
    assert [run.slot for run in sleeper.runs] == [0, 2, None, 4, 5, 6]


async def test_an_attempt_counts_the_failures_before_it(clock: FakeClock) -> None:
    """1 for the first, and again after a success."""
    sleeper = Sleeper(clock, fails=3)
    async with harness(sleeper):
        await clock.advance(50)
    assert [run.attempt for run in sleeper.runs] == [1, 2, 3, 4, 1, 1]


async def test_lateness_is_the_time_since_the_run_was_to_start(clock: FakeClock) -> None:
    """For a slot that a stall has kept waiting."""
    sleeper = Sleeper(clock)
    async with harness(sleeper) as job:
        clock.stall(13)
        await clock.advance(10)
        started = job.recorder.of(RunStarted)
    assert [run.lateness for run in sleeper.runs] == [0, 3, 0]
    assert [event.lateness for event in started] == [0, 3, 0]
    late = started[1]
    assert late.started_at - late.due_at == timedelta(seconds=3)


async def test_the_body_knows_the_run_it_is_in(clock: FakeClock) -> None:
    """And no other: each run has its own."""
    runs: list[CurrentRun] = []

    async def body(ct: CancellationToken) -> None:
        before = current_run()
        await clock.sleep(15)
        assert current_run() is before
        before.report(seconds=15)
        runs.append(before)

    options = LoopJobOptions(interval_in_seconds=10, skip_if_running=False)
    async with JobHarness(body, options, clock=clock) as job:
        await clock.advance(45)
        history, seen = job.history(), runs.copy()
    assert [run.slot for run in seen] == [0, 1, 2, 3]
    assert [run.run_id for run in seen] == [record.run_id for record in reversed(history)]
    assert {run.job for run in seen} == {"body"}
    assert [record.reported for record in history] == [{"seconds": 15}] * 4


async def test_events_tell_the_same_as_the_ledger(clock: FakeClock) -> None:
    """Every begin, every end and every slot skipped is heard once."""
    sleeper = Sleeper(clock, 14, fails=2)
    async with harness(sleeper, max_backoff_in_seconds=30) as job:
        await clock.advance(200)
        clock.stall(45)
        await clock.advance(40)
    ledger = job.status().ledger
    ended = [event.record for event in job.recorder.of(RunEnded)]
    skipped = sum(event.count for event in job.recorder.of(SlotsSkipped))
    assert len(job.recorder.of(RunStarted)) == len(ended) == len(sleeper.starts)
    assert len(ended) + skipped == ledger.due == ledger.settled
    assert all(isinstance(record, RunRecord) for record in ended)


async def test_a_recovery_names_the_failures_it_ended(clock: FakeClock) -> None:
    """Whoever sends alerts knows when to send the all-clear."""
    async with harness(Sleeper(clock, fails=2)) as job:
        await clock.advance(30)
        ended = job.recorder.of(RunEnded)
    assert [event.consecutive_failures for event in ended] == [1, 2, 0, 0]
    assert [event.recovered_after for event in ended] == [0, 0, 2, 0]


async def test_a_run_in_progress_shows_what_it_has_reported_so_far(clock: FakeClock) -> None:
    """When it has ended, its record has the counters."""

    async def job(ct: CancellationToken) -> None:
        current_run().report(deleted=3)
        await ct.sleep(5)

    async with JobHarness(job, LoopJobOptions(interval_in_seconds=10), clock=clock) as harness:
        await clock.advance(1)
        assert harness.status().reporting == {"deleted": 3}
        await clock.advance(5)
        assert harness.status().reporting is None
