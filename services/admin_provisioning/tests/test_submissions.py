"""How a list is stored, and what happens when that goes wrong in the middle."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import BinaryIO

import pytest

from admin_provisioning.domain.bulk_job import BulkJob, BulkJobKind, BulkJobState
from admin_provisioning.domain.errors import BulkJobStateError
from admin_provisioning.domain.lists import Column, ListedRow, read_rows
from admin_provisioning.domain.submission import Submission, Submissions
from admin_provisioning.files.directory_file_store import DirectoryFileStore
from admin_provisioning.storage.bulk_job_repository import SqlBulkJobRepository
from admin_provisioning.storage.intake import SqlIntake
from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.faults import StoreUnavailableError

from .tables import count

ME = "user:7"


async def _nothing(_: BulkJob) -> None:
    """Nothing happens."""


class InterleavedIntake(SqlIntake):
    """Lets something happen before each stretch of rows is stored."""

    before_rows: Callable[[BulkJob], Awaitable[None]] = staticmethod(_nothing)

    async def add_rows(self, job: BulkJob, rows: Sequence[ListedRow], now: datetime) -> None:
        await self.before_rows(job)
        await super().add_rows(job, rows, now)


class FullStore:
    """A `FileStore` without any room."""

    async def save(self, key: str, content: BinaryIO) -> None:
        raise StoreUnavailableError("no space left")

    def read(self, key: str) -> AsyncIterator[bytes]:
        raise FileNotFoundError

    async def delete(self, key: str) -> bool:
        return False

    async def stored_before(self, instant: datetime) -> Sequence[str]:
        return []


@pytest.fixture
def interleaved(intake: SqlIntake) -> InterleavedIntake:
    return InterleavedIntake(intake._database, intake._limits)


def submission(rows: int = 600) -> Submission:
    cells = ({Column.MAC: f"001b21{number:06x}"} for number in range(rows))
    return Submission(
        owner_id=ME,
        idempotency_key="k-1",
        request_hash=b"0" * 32,
        content=BytesIO(b"the list"),
        suffix=".csv",
        pcs=read_rows(cells, BulkJobKind.PC_DELETE, rows),
    )


async def test_ids_grow_with_time(submissions: Submissions, clock: FakeClock) -> None:
    """So that the newest job has the largest id; and they are version 7 UUIDs of that instant."""
    job = await submissions.accept(submission(1))
    assert (job.id.version, job.id.int >> 80) == (7, int(clock.now().timestamp() * 1_000))


async def test_a_file_store_without_room_leaves_no_trace(
    intake: SqlIntake, database: Database, clock: FakeClock
) -> None:
    """The same request works as soon as there is room."""
    with pytest.raises(StoreUnavailableError):
        await Submissions(intake, FullStore(), clock).accept(submission())
    assert await count(database, BulkJobRow) == 0


async def test_a_store_that_fails_in_the_middle_leaves_no_trace(
    interleaved: InterleavedIntake,
    files: DirectoryFileStore,
    database: Database,
    clock: FakeClock,
) -> None:
    """No job, no rows, no file; and the same request works at once."""
    calls = []

    async def fail_once(job: BulkJob) -> None:
        calls.append(job)
        if len(calls) == 2:
            raise StoreUnavailableError("away")

    interleaved.before_rows = fail_once
    submissions = Submissions(interleaved, files, clock)
    with pytest.raises(StoreUnavailableError):
        await submissions.accept(submission())
    assert await count(database, BulkJobRow) == await count(database, BulkJobItemRow) == 0
    assert await files.stored_before(clock.now() + timedelta(days=1)) == []
    assert (await submissions.accept(submission())).state is BulkJobState.QUEUED


async def test_a_job_that_is_cancelled_while_it_is_stored_stays_cancelled(
    interleaved: InterleavedIntake,
    jobs: SqlBulkJobRepository,
    files: DirectoryFileStore,
    clock: FakeClock,
) -> None:
    """Whoever stores it is told, and keeps its hands off."""

    async def cancel(job: BulkJob) -> None:
        if not (await jobs.get(job.id, ME)).finished_at:
            await jobs.cancel(job.id, ME, clock.now())

    interleaved.before_rows = cancel
    with pytest.raises(BulkJobStateError, match="cancelled while it was being stored"):
        await Submissions(interleaved, files, clock).accept(submission())
    page = await jobs.page(ME, None, 10)
    assert [job.state for job in page.jobs] == [BulkJobState.CANCELLED]


async def test_two_who_store_the_same_list_do_not_mix(
    interleaved: InterleavedIntake,
    submissions: Submissions,
    files: DirectoryFileStore,
    database: Database,
    clock: FakeClock,
) -> None:
    """One stalls for so long that another takes over: it comes back to find the job taken."""
    later: list[BulkJob] = []

    async def stall(_: BulkJob) -> None:
        if not later:
            await clock.advance(61)
            later.append(await submissions.accept(submission()))

    interleaved.before_rows = stall
    with pytest.raises(BulkJobStateError):
        await Submissions(interleaved, files, clock).accept(submission())
    assert later[0].state is BulkJobState.QUEUED
    assert await count(database, BulkJobItemRow) == 600
    assert [piece async for piece in files.read(str(later[0].file_key))] == [b"the list"]
