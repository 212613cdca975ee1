"""What the owner of a list sees of the cleanup."""

from typing import Final
from uuid import UUID

import pytest

from admin_provisioning.files.directory_file_store import DirectoryFileStore
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .desk import Desk
from .jobs.cleaner import Cleaner

DAY: Final = 86_400.0
READING: Final = ("", "/items", "/errors.csv", "/file")


@pytest.fixture
def cleaner(database: Database, files: DirectoryFileStore, clock: FakeClock) -> Cleaner:
    return Cleaner(database, files, clock)


async def statuses(desk: Desk, path: str) -> set[int]:
    return {(await desk.ask(f"GET {path}{place}")).status_code for place in READING}


async def test_case_01_a_job_is_there_for_a_week_and_answers_410_from_then_on(
    desk: Desk, cleaner: Cleaner, files: DirectoryFileStore, clock: FakeClock
) -> None:
    """To the second; then its rows and its file are gone as well."""
    path = await desk.sent()
    await desk.finish(path, "succeeded")
    await clock.advance(7 * DAY)
    await cleaner.clean()
    assert await statuses(desk, path) == {200}
    assert len(await files.stored_before(clock.now())) == 1
    await clock.advance(1)
    await cleaner.clean()
    assert await statuses(desk, path) == {410}
    left = await files.stored_before(clock.now())
    assert (await desk.count(BulkJobItemRow), left) == (0, [])


async def test_case_04_what_a_lost_worker_left_can_be_read(
    desk: Desk, cleaner: Cleaner, clock: FakeClock
) -> None:
    """The job tells why it failed, and its rows can be had as a file; it stays for its time."""
    path = await desk.sent()
    await desk.run(path)
    await desk.change(path, attempt=3)
    await clock.advance(360)
    await cleaner.clean()
    body = (await desk.ask(f"GET {path}")).json()
    assert (body["state"], body["error"].partition(":")[0]) == ("failed", "worker_lost")
    lines = (await desk.ask(f"GET {path}/errors.csv")).text.splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == ['"4"']


async def test_case_10_nobody_sees_half_a_list(
    desk: Desk, database: Database, files: DirectoryFileStore, clock: FakeClock
) -> None:
    """Once its removal has begun it answers 410, also while its rest waits for the next run."""
    path = await desk.sent()
    await desk.finish(path, "failed")
    await clock.advance(31 * DAY)

    class Crash(BaseException):
        pass

    class CrashingStore(SqlCleanupStore):
        async def delete_items(self, job_id: UUID, limit: int) -> int:
            await super().delete_items(job_id, limit)
            raise Crash

    with pytest.raises(Crash):
        await Cleaner(
            database, files, clock, store=CrashingStore(database), ItemBatchSize=1
        ).clean()
    assert await desk.count(BulkJobItemRow) == 2
    assert await statuses(desk, path) == {410}
    await Cleaner(database, files, clock).clean()
    assert await desk.count(BulkJobRow) == 0
    assert await statuses(desk, path) == {410}


async def test_case_16_the_key_of_a_cleaned_job_does_not_run_again(
    desk: Desk, cleaner: Cleaner, clock: FakeClock
) -> None:
    """Its tombstone keeps the key: 410 instead of the same PCs once more; another owner may."""
    path = await desk.sent(key="k-1")
    await desk.finish(path, "succeeded")
    await clock.advance(8 * DAY)
    await cleaner.clean()
    again = await desk.send(key="k-1")
    assert (again.status_code, again.json()["type"]) == (
        410,
        "urn:problem-type:provisioning:idempotency-key-gone",
    )
    assert await desk.count(BulkJobRow) == 0
    assert (await desk.send(key="k-1", who="user:8")).status_code == 202
