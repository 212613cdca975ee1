"""A lost worker that comes back, an administrator and the cleanup: on two connections at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from admin_provisioning.domain.bulk_job import BulkJobState
from admin_provisioning.domain.cleanup_ports import LostRule, Reaped
from admin_provisioning.domain.job_queue import Claim, LeaseLostError
from admin_provisioning.domain.retention import FinishedJob
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.job_queue import SqlJobQueue
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.testing import until_somebody_waits
from servicekit.testing.fixtures import on_postgresql

from .bulk_jobs import BulkJobs

pytestmark = on_postgresql

DAY = timedelta(days=1)


@pytest.fixture
async def claim(jobs: BulkJobs, queue: SqlJobQueue, clock: FakeClock) -> Claim:
    """A job at its last attempt, whose lease has ended."""
    await jobs.add(attempt=2)
    claim = await queue.claim("w", clock.now(), clock.now() - DAY)
    assert claim is not None
    return claim


@asynccontextmanager
async def first(database: Database, job_id: UUID, changes: str) -> AsyncIterator[None]:
    """Change a job, and commit only after the block: who comes second waits, or passes by."""
    statement = text(f"UPDATE bulk_jobs SET {changes} WHERE id = :id")  # noqa: S608 - our own words
    async with database.writing() as session:
        await session.execute(statement, {"id": job_id})
        yield


async def waiting(database: Database, work: Awaitable[object]) -> asyncio.Future[object]:
    task: asyncio.Future[object] = asyncio.ensure_future(work)
    await until_somebody_waits(database)
    return task


REAPED = "state = 'failed', worker_id = NULL, lease_until = NULL, finished_at = now()"
FINISHED = "state = 'succeeded', worker_id = NULL, lease_until = NULL, finished_at = now()"


@pytest.mark.parametrize("verb", ["finish", "record", "renew", "give_back"])
async def test_case_09_the_reaper_first_the_worker_second(
    database: Database,
    jobs: BulkJobs,
    queue: SqlJobQueue,
    claim: Claim,
    clock: FakeClock,
    verb: str,
) -> None:
    """The worker's write waits for the reaper's commit, and then hits nothing: it stays failed."""
    now = clock.now()
    writes = {
        "finish": queue.finish(claim, BulkJobState.SUCCEEDED, now),
        "record": queue.record(claim, [], now),
        "renew": queue.renew(claim, now),
        "give_back": queue.give_back(claim, None, now),
    }
    late = writes.pop(verb)
    for other in writes.values():
        other.close()
    async with first(database, claim.job_id, REAPED):
        write = await waiting(database, late)
    with pytest.raises(LeaseLostError):
        await write
    assert await jobs.state(claim.job_id) == "failed"


@pytest.mark.parametrize(
    ("changes", "state"), [(FINISHED, "succeeded"), ("lease_until = now() + '1 day'", "running")]
)
async def test_case_09_the_worker_first_the_reaper_second(
    database: Database,
    jobs: BulkJobs,
    claim: Claim,
    clock: FakeClock,
    changes: str,
    state: str,
) -> None:
    """The reaper passes over a job that is being written; when it looks again, it is not lost."""
    store, rule = SqlCleanupStore(database), LostRule(clock.now(), max_attempts=3)
    async with first(database, claim.job_id, changes):
        assert await store.reap(rule, clock.now(), 10) == Reaped(0, 0)
    assert await store.reap(rule, clock.now(), 10) == Reaped(0, 0)
    assert await jobs.state(claim.job_id) == state


@pytest.mark.parametrize("changes", ["hold = true", "version = version + 1"])
async def test_case_08_an_administrator_first_the_claim_second(
    database: Database, jobs: BulkJobs, clock: FakeClock, changes: str
) -> None:
    """The claim waits for the commit, looks at the row anew, and leaves it."""
    job = await jobs.add("failed", age=40 * DAY)
    at, failed = clock.now() - 40 * DAY, BulkJobState.FAILED
    chosen = FinishedJob(job, 1, "user:1", at, failed, hold=False, file_key=None)
    async with first(database, job, changes):
        claim = await waiting(database, SqlCleanupStore(database).doom(chosen, clock.now()))
    assert await claim is False
    assert await jobs.state(job) == "failed"


async def test_a_job_that_another_worker_is_claiming_is_passed_over(
    database: Database, jobs: BulkJobs, queue: SqlJobQueue, clock: FakeClock
) -> None:
    """Workers do not stand in a queue behind one job while others wait."""
    older, newer = await jobs.add(age=DAY), await jobs.add()
    until = clock.now() + DAY
    async with first(database, older, "state = 'cancelled', finished_at = now()"):
        claim = await queue.claim("w", clock.now(), until)
    assert claim is not None
    assert claim.job_id == newer


async def test_rows_that_another_instance_deletes_keep_their_job(
    database: Database, jobs: BulkJobs, clock: FakeClock
) -> None:
    """They are passed over, and the job is not buried before they are gone."""
    job = await jobs.add("deleting", age=40 * DAY, outcome="failed")
    store = SqlCleanupStore(database)
    async with database.writing() as session:
        await session.execute(text("DELETE FROM bulk_job_items WHERE row_no = 1"))
        assert await store.delete_items(job, 10) == 2
        assert not await store.bury(job, clock.now())
    assert await store.bury(job, clock.now())
    assert (await jobs.ids(), len(await jobs.tombstones())) == ([], 1)
