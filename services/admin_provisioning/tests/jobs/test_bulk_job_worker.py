"""BulkJobWorker over a real queue and a Login service in memory."""

import asyncio
import logging
from datetime import timedelta

import pytest

from admin_provisioning.domain.job_queue import Claim
from admin_provisioning.domain.login_api import (
    LoginBrokeError,
    LoginUnavailableError,
    RowRefusedError,
)
from admin_provisioning.storage.job_queue import SqlJobQueue
from loopjobs import CancellationTokenSource, RunAgain
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.mac import MacAddress
from servicekit.testing.fixtures import on_any_database

from .bulk_jobs import BulkJobs, mac
from .fake_login import FakeLogin
from .workers import Worker

MINUTE = timedelta(minutes=1)


@pytest.fixture
def worker(queue: SqlJobQueue, login: FakeLogin, clock: FakeClock) -> Worker:
    return Worker(queue, login, clock)


async def test_a_job_is_done_row_by_row(
    jobs: BulkJobs, worker: Worker, login: FakeLogin, clock: FakeClock
) -> None:
    """Every row reaches the Login service once, and the job ends as succeeded."""
    job = await jobs.add(items=3)
    assert await worker.work() is None
    row = await jobs.row(job)
    assert (row.state, row.ok_count, row.failed_count) == ("succeeded", 3, 0)
    assert (row.started_at, row.finished_at) == (clock.now(), clock.now())
    assert (row.worker_id, row.lease_until, row.attempt) == (None, None, 1)
    assert sorted(login.calls) == [("put", mac(100_000 + number)) for number in (1, 2, 3)]
    assert login.pcs[mac(100_001)] == {"hostname": "pc-1"}
    items = await jobs.items(job)
    assert [item.state for item in items] == ["succeeded"] * 3
    assert items[0].target_id == int(mac(100_001), 16)


@on_any_database
@pytest.mark.parametrize(
    ("kind", "verb"), [("pc_import", "put"), ("pc_update", "patch"), ("pc_delete", "delete")]
)
async def test_each_kind_has_its_verb(
    jobs: BulkJobs, worker: Worker, login: FakeLogin, kind: str, verb: str
) -> None:
    """An import puts, an update patches, a deletion deletes."""
    await jobs.add(kind=kind, items=1)
    await worker.work()
    assert login.calls == [(verb, mac(100_001))]


@on_any_database
async def test_an_import_that_says_pinned_is_put_and_patched(
    jobs: BulkJobs, worker: Worker, login: FakeLogin
) -> None:
    """Pinning is no part of what a PC is created with at the Login service."""
    await jobs.add(items=1)
    await jobs.execute(
        "UPDATE bulk_job_items SET payload = :payload",
        payload=f'{{"mac": "{mac(7)}", "hostname": "pc", "pinned": true}}',
    )
    await worker.work()
    assert login.calls == [("put", mac(7)), ("patch", mac(7))]
    assert login.pcs[mac(7)] == {"hostname": "pc", "pinned": True}


async def test_an_empty_queue_is_no_work(
    jobs: BulkJobs, worker: Worker, login: FakeLogin, caplog: pytest.LogCaptureFixture
) -> None:
    """Jobs whose rows are still taken in, and finished ones, are nobody's work."""
    caplog.set_level(logging.INFO)
    await jobs.add("created")
    await jobs.add("succeeded")
    assert await worker.work() is None
    assert (login.calls, caplog.records) == ([], [])


async def test_the_oldest_job_comes_first_and_the_next_one_at_once(
    jobs: BulkJobs, worker: Worker
) -> None:
    """One run does one job; while others wait, the next run follows it."""
    newer = await jobs.add(age=MINUTE)
    older = await jobs.add(age=2 * MINUTE)
    assert await worker.work() == RunAgain(after=0)
    assert [await jobs.state(job) for job in (older, newer)] == ["succeeded", "queued"]
    assert await worker.work() is None
    assert await jobs.state(newer) == "succeeded"


@on_any_database
@pytest.mark.parametrize(("bad", "state"), [((2,), "partial"), ((1, 2, 3), "failed")])
async def test_a_row_that_is_refused_costs_no_other(
    jobs: BulkJobs, worker: Worker, login: FakeLogin, bad: tuple[int, ...], state: str
) -> None:
    """The row says why, for programs and for people, and the job counts it."""
    job = await jobs.add(items=3)

    async def refuse(asked: MacAddress) -> None:
        if asked.digits in {mac(100_000 + number) for number in bad}:
            raise RowRefusedError("pc_removed", "An administrator removed it.")

    login.before_answer = refuse
    await worker.work()
    row = await jobs.row(job)
    assert (row.state, row.ok_count, row.failed_count) == (state, 3 - len(bad), len(bad))
    item = (await jobs.items(job))[1]
    assert (item.state, item.error_code, item.error, item.target_id) == (
        "failed",
        "pc_removed",
        "An administrator removed it.",
        None,
    )


async def test_a_row_that_makes_no_sense_fails_alone(
    jobs: BulkJobs, worker: Worker, login: FakeLogin
) -> None:
    """No MAC address, or a field of the wrong kind: nobody is asked, and the others go on."""
    job = await jobs.add(items=3)
    await jobs.execute("UPDATE bulk_job_items SET payload = '{}' WHERE row_no = 1")
    await jobs.execute(
        "UPDATE bulk_job_items SET payload = :payload WHERE row_no = 2",
        payload=f'{{"mac": "{mac(7)}", "hostname": 7}}',
    )
    await worker.work()
    items = await jobs.items(job)
    assert [item.error_code for item in items] == ["invalid_row", "invalid_row", None]
    assert len(login.calls) == 1


async def test_a_long_reason_is_cut(jobs: BulkJobs, worker: Worker, login: FakeLogin) -> None:
    """What the column cannot hold must not cost the chunk."""
    job = await jobs.add(items=1)

    async def refuse(_: MacAddress) -> None:
        raise RowRefusedError("refused", "x" * 501)

    login.before_answer = refuse
    await worker.work()
    assert [item.error for item in await jobs.items(job)] == ["x" * 500]


@on_any_database
async def test_no_more_calls_are_under_way_than_allowed(
    jobs: BulkJobs, queue: SqlJobQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """And no fewer, while there are rows."""
    await jobs.add(items=20)
    await Worker(queue, login, clock, ConcurrentCalls=4).work()
    assert login.most_under_way == 4


async def test_progress_is_visible_chunk_by_chunk(
    jobs: BulkJobs, queue: SqlJobQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """While the job runs, its counts are what its rows say."""
    job = await jobs.add(items=5)
    seen = set()

    async def look(_: MacAddress) -> None:
        row, states = await jobs.row(job), await jobs.item_states(job)
        assert row.ok_count == states.count("succeeded")
        seen.add((row.state, row.ok_count))

    login.before_answer = look
    await Worker(queue, login, clock, ChunkSize=2).work()
    assert seen == {("running", 0), ("running", 2), ("running", 4)}


async def test_a_cancellation_is_honored_between_chunks(
    jobs: BulkJobs, queue: SqlJobQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """The chunk in progress ends; the rest is never done."""
    job = await jobs.add(items=5)

    async def call_off(_: MacAddress) -> None:
        await jobs.change(job, cancel_requested_at=clock.now())

    login.before_answer = call_off
    await Worker(queue, login, clock, ChunkSize=2).work()
    row = await jobs.row(job)
    assert (row.state, row.ok_count, row.finished_at) == ("cancelled", 2, clock.now())
    assert await jobs.item_states(job) == ["succeeded"] * 2 + ["pending"] * 3


async def test_a_job_called_off_before_its_start_does_nothing(
    jobs: BulkJobs, worker: Worker, login: FakeLogin, clock: FakeClock
) -> None:
    """It was requeued, say, after somebody had called it off."""
    job = await jobs.add(cancel_requested_at=clock.now())
    await worker.work()
    assert (await jobs.state(job), login.calls) == ("cancelled", [])


async def test_a_cancellation_that_comes_too_late_changes_nothing(
    jobs: BulkJobs, worker: Worker, login: FakeLogin, clock: FakeClock
) -> None:
    """All rows are done: then the job has succeeded, and says so."""
    job = await jobs.add(items=2)

    async def call_off(_: MacAddress) -> None:
        await jobs.change(job, cancel_requested_at=clock.now())

    login.before_answer = call_off
    await worker.work()
    assert await jobs.state(job) == "succeeded"


async def test_a_stop_queues_the_job_again(
    jobs: BulkJobs, queue: SqlJobQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """Rows under way end and are written down; the others wait for the next worker."""
    job, ct = await jobs.add(items=5), CancellationTokenSource(clock)

    async def stop(_: MacAddress) -> None:
        ct.cancel()

    login.before_answer = stop
    with pytest.raises(asyncio.CancelledError):
        await Worker(queue, login, clock, ConcurrentCalls=2).work(ct)
    row = await jobs.row(job)
    assert (row.state, row.ok_count, row.attempt, row.worker_id) == ("queued", 2, 0, None)
    assert await jobs.item_states(job) == ["succeeded"] * 2 + ["pending"] * 3
    await Worker(queue, login, clock).work()
    assert await jobs.state(job) == "succeeded"
    assert len(login.calls) == len(set(login.calls)) == 5


@on_any_database
async def test_a_run_that_is_broken_off_queues_the_job_again(
    jobs: BulkJobs, worker: Worker, login: FakeLogin, clock: FakeClock
) -> None:
    """Past the budget of the stop the task is cancelled in the midst of a call."""
    job, began = await jobs.add(items=1), asyncio.Event()

    async def hang(_: MacAddress) -> None:
        began.set()
        await clock.sleep(30)

    login.before_answer = hang
    run = asyncio.create_task(worker.work())
    await began.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert (await jobs.row(job)).state == "queued"
    assert await jobs.item_states(job) == ["pending"]


@on_any_database
@pytest.mark.parametrize(("asked", "rest"), [(None, 30), (5.0, 30), (90.0, 90), (1e9, 3_600)])
async def test_a_login_service_that_is_away_fails_no_row(
    jobs: BulkJobs,
    worker: Worker,
    login: FakeLogin,
    clock: FakeClock,
    asked: float | None,
    rest: int,
) -> None:
    """The run fails, the job rests as long as we or Login think right, and is done later."""
    job = await jobs.add(items=3)

    async def be_away(_: MacAddress) -> None:
        raise LoginUnavailableError("it is away", asked)

    login.before_answer = be_away
    with pytest.raises(LoginUnavailableError, match="it is away"):
        await worker.work()
    row = await jobs.row(job)
    assert (row.state, row.failed_count, row.attempt) == ("queued", 0, 0)
    assert row.not_before == clock.now() + timedelta(seconds=rest)
    assert await jobs.item_states(job) == ["pending"] * 3
    login.before_answer = FakeLogin().before_answer
    assert await worker.work() is None
    assert await jobs.state(job) == "queued"
    await clock.advance(rest)
    await worker.work()
    assert await jobs.state(job) == "succeeded"


@on_any_database
async def test_what_was_done_before_login_went_away_stays_done(
    jobs: BulkJobs, queue: SqlJobQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """The rows that got their answer are written down before the job goes back."""
    job = await jobs.add(items=5)

    async def go_away(_: MacAddress) -> None:
        if len(login.calls) > 3:
            raise LoginUnavailableError("gone")

    login.before_answer = go_away
    with pytest.raises(LoginUnavailableError):
        await Worker(queue, login, clock, ConcurrentCalls=1).work()
    assert await jobs.item_states(job) == ["succeeded"] * 3 + ["pending"] * 2
    assert len(login.calls) == 4


@on_any_database
@pytest.mark.parametrize(("broken", "state"), [(5, "partial"), (6, "queued")])
async def test_a_few_rows_on_which_login_fails_are_the_rows_fault(
    jobs: BulkJobs, worker: Worker, login: FakeLogin, broken: int, state: str
) -> None:
    """One row must not hold up its job for ever; a service that fails on many is broken."""
    job = await jobs.add(items=10)

    bad = {mac(100_000 + number) for number in range(1, broken + 1)}

    async def fail_on_bad(asked: MacAddress) -> None:
        if asked.digits in bad:
            raise LoginBrokeError

    login.before_answer = fail_on_bad
    if state == "queued":
        with pytest.raises(LoginUnavailableError, match="failed on 6 rows"):
            await worker.work()
    else:
        await worker.work()
    assert await jobs.state(job) == state
    codes = [item.error_code for item in await jobs.items(job)]
    assert codes.count("login_error") == (broken if state == "partial" else 0)


async def test_results_of_a_lost_lease_are_not_written(
    jobs: BulkJobs, worker: Worker, login: FakeLogin
) -> None:
    """The job went to another worker while the calls were under way."""
    job = await jobs.add(items=2)

    async def lose(_: MacAddress) -> None:
        await jobs.change(job, worker_id="another")

    login.before_answer = lose
    assert await worker.work() is None
    row = await jobs.row(job)
    assert (row.state, row.worker_id, row.ok_count) == ("running", "another", 0)
    assert await jobs.item_states(job) == ["pending"] * 2


async def test_two_workers_never_take_the_same_job(
    jobs: BulkJobs, queue: SqlJobQueue, database: Database, clock: FakeClock
) -> None:
    """Ten claims at once on five jobs: five get one each, five get none."""
    made = [await jobs.add() for _ in range(5)]
    until = clock.now() + MINUTE
    claims = await asyncio.gather(
        *(queue.claim(f"worker-{number}", clock.now(), until) for number in range(10))
    )
    taken = [claim.job_id for claim in claims if isinstance(claim, Claim)]
    assert sorted(taken) == made


@on_any_database
async def test_each_claim_has_a_name_of_its_own(
    jobs: BulkJobs, queue: SqlJobQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """The same process claims twice, and so does another one on the same host: three names."""
    job, names = await jobs.add(items=1), []

    async def look(_: MacAddress) -> None:
        names.append((await jobs.row(job)).worker_id)
        raise LoginUnavailableError("again, please")

    login.before_answer = look
    first, second = (Worker(queue, login, clock, RetryDelayInSeconds=0) for _ in range(2))
    for worker in (first, first, second):
        with pytest.raises(LoginUnavailableError):
            await worker.work()
    assert len(set(names)) == 3


@on_any_database
async def test_a_finished_job_is_told_in_one_line(
    jobs: BulkJobs, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    """With its fields, for people and for programs."""
    caplog.set_level(logging.INFO)
    job = await jobs.add(items=3)
    await worker.work()
    (line,) = caplog.records
    assert line.getMessage().startswith(
        f"bulk_job_worker done job_id={job} kind=pc_import state=succeeded reason=None ok=3 "
        "failed=0 total=3 attempt=1 duration_ms="
    )
    assert vars(line)["ok"] == 3
