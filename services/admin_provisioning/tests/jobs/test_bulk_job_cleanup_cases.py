"""The acceptance cases of the cleanup: what goes, and what stays."""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import inspect

from admin_provisioning.app import build_host_builder
from admin_provisioning.domain.bulk_job import BulkJobState
from admin_provisioning.domain.job_queue import LeaseLostError
from admin_provisioning.domain.retention import FinishedJob
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.job_queue import SqlJobQueue
from loopjobs import SettingsError
from loopjobs.testing import FakeClock
from servicekit.database import Database, DatabaseOptions
from servicekit.faults import StoreUnavailableError

from .bulk_jobs import BulkJobs
from .cleaner import Cleaner, MakeCleaner
from .fake_files import FakeFiles
from .told import summary

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=s) for s in (1, 60, 3_600, 86_400))


async def test_case_01_a_job_that_succeeded_long_ago_goes_with_all_that_hangs_on_it(
    jobs: BulkJobs, files: FakeFiles, cleaner: MakeCleaner, clock: FakeClock
) -> None:
    """Seven days and a second: job, rows and file are gone, and a tombstone stands there."""
    file = files.add("old.csv", age=7 * DAY)
    job = await jobs.add("succeeded", age=7 * DAY + SECOND, file_key=file, idempotency_key="k")
    await cleaner().clean()
    assert (await jobs.ids(), await jobs.item_count(), files.stored) == ([], 0, {})
    (tombstone,) = await jobs.tombstones()
    assert (tombstone.job_id, tombstone.kind, tombstone.outcome) == (job, "pc_import", "succeeded")
    assert (tombstone.owner_id, tombstone.idempotency_key) == ("user:1", "k")
    assert (tombstone.total_count, tombstone.ok_count, tombstone.failed_count) == (3, 3, 0)
    assert tombstone.created_at == tombstone.finished_at == clock.now() - 7 * DAY - SECOND
    assert tombstone.deleted_at == clock.now()


async def test_case_01_a_job_just_as_old_as_allowed_stays(
    jobs: BulkJobs, cleaner: MakeCleaner
) -> None:
    """Seven days to the second is not yet too old."""
    job = await jobs.add("succeeded", age=7 * DAY)
    await cleaner().clean()
    assert await jobs.item_states(job) == ["succeeded"] * 3
    assert await jobs.tombstones() == []


@pytest.mark.parametrize("state", ["failed", "partial"])
async def test_case_02_a_job_that_failed_stays_longer(
    jobs: BulkJobs, cleaner: MakeCleaner, state: str
) -> None:
    """After eight days it is still there, after 31 it is gone."""
    young, _ = await jobs.add(state, age=8 * DAY), await jobs.add(state, age=31 * DAY)
    await cleaner().clean()
    assert await jobs.ids() == [young]


async def test_case_02_a_job_that_was_called_off_has_its_own_age(
    jobs: BulkJobs, cleaner: MakeCleaner
) -> None:
    """Each outcome is judged by its own setting."""
    made = [await jobs.add(state, age=2 * DAY) for state in ("cancelled", "succeeded", "failed")]
    await cleaner(RetainCancelledForDays=1).clean()
    assert await jobs.ids() == made[1:]


async def test_case_03_a_running_job_with_a_lease_stays_however_old(
    jobs: BulkJobs, cleaner: MakeCleaner, clock: FakeClock
) -> None:
    """Forty days of work are unusual; they are no reason."""
    job = await jobs.add("running", age=40 * DAY, worker_id="w", lease_until=clock.now())
    await cleaner().clean()
    assert await jobs.state(job) == "running"


@pytest.mark.parametrize(("ago", "state"), [(5 * MINUTE, "running"), (6 * MINUTE, "failed")])
async def test_case_04_a_job_whose_workers_were_lost_has_failed(
    jobs: BulkJobs, cleaner: MakeCleaner, clock: FakeClock, ago: timedelta, state: str
) -> None:
    """At the third attempt; it says why, its rows can be read, and no run deletes it at once."""
    ended = clock.now() - ago
    job = await jobs.add("running", age=40 * DAY, worker_id="w", lease_until=ended, attempt=3)
    await cleaner().clean()
    row = await jobs.row(job)
    assert row.state == state
    if state == "failed":
        assert (row.finished_at, row.worker_id, row.lease_until) == (clock.now(), None, None)
        assert str(row.error).startswith("worker_lost: ")
    assert await jobs.item_states(job) == ["pending"] * 3


async def test_case_04_a_job_with_attempts_left_is_queued_again(
    jobs: BulkJobs, cleaner: MakeCleaner, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The next worker goes on with the rows that are pending."""
    ended = clock.now() - 6 * MINUTE
    job = await jobs.add("running", worker_id="w", lease_until=ended, attempt=2)
    await cleaner().clean()
    row = await jobs.row(job)
    assert (row.state, row.attempt, row.finished_at, row.error) == ("queued", 2, None, None)
    assert (row.worker_id, row.lease_until) == (None, None)
    assert (summary(caplog)["requeued"], summary(caplog)["reaped"]) == (1, 0)


async def test_case_05_a_job_that_waits_is_never_reaped(
    jobs: BulkJobs, cleaner: MakeCleaner
) -> None:
    """Nobody has come for three days: it waits on."""
    job = await jobs.add("queued", age=3 * DAY)
    await cleaner().clean()
    assert await jobs.state(job) == "queued"


@pytest.mark.parametrize(("age", "state"), [(DAY, "created"), (DAY + SECOND, "cancelled")])
async def test_a_job_whose_rows_never_came_is_called_off(
    jobs: BulkJobs, cleaner: MakeCleaner, clock: FakeClock, age: timedelta, state: str
) -> None:
    """After 24 hours, with a reason; it is deleted when it is old as a cancelled one."""
    job = await jobs.add("created", age=age)
    await cleaner().clean()
    row = await jobs.row(job)
    assert row.state == state
    if state == "cancelled":
        assert (row.finished_at, str(row.error)[:10]) == (clock.now(), "abandoned:")


async def test_case_06_a_job_on_hold_stays_at_any_age(
    jobs: BulkJobs, cleaner: MakeCleaner, caplog: pytest.LogCaptureFixture
) -> None:
    """And the run says that it passed over it."""
    job = await jobs.add("failed", age=1_000 * DAY, hold=True)
    await cleaner().clean()
    assert await jobs.ids() == [job]
    assert (summary(caplog)["skipped_hold"], summary(caplog)["backlog"]) == (1, 0)


async def test_case_07_an_owner_s_newest_jobs_stay(
    jobs: BulkJobs, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """Of twelve old ones the two oldest go; another owner's few stay all."""
    made = [await jobs.add("succeeded", age=(60 - at) * DAY) for at in range(12)]
    other = [await jobs.add("failed", age=90 * DAY, owner_id="user:2") for _ in range(2)]
    await cleaner(KeepLastPerOwner=10, JobBatchSize=3).clean()
    assert await jobs.ids() == made[2:] + other
    assert (summary(caplog)["jobs"], summary(caplog)["skipped_recent"]) == (2, 12)


async def test_case_08_a_job_that_is_reopened_between_look_and_claim_stays(
    jobs: BulkJobs, database: Database, clock: FakeClock, cleaner: MakeCleaner
) -> None:
    """The claim repeats version and state: it hits nothing."""
    job = await jobs.add("failed", age=40 * DAY)

    class ReopeningStore(SqlCleanupStore):
        async def doom(self, chosen: FinishedJob, now: object) -> bool:
            await jobs.change(job, state="queued", finished_at=None, version=2)
            return await super().doom(chosen, clock.now())

    await cleaner(store=ReopeningStore(database)).clean()
    assert (await jobs.state(job), len(await jobs.items(job))) == ("queued", 3)


@pytest.mark.parametrize("change", [{"version": 2}, {"hold": True}, {"state": "deleting"}])
async def test_case_08_any_change_of_a_chosen_job_saves_it(
    jobs: BulkJobs, database: Database, clock: FakeClock, change: dict[str, object]
) -> None:
    """A new version, a hold, another instance that was faster."""
    job = await jobs.add("failed", age=40 * DAY)
    at, failed = clock.now() - 40 * DAY, BulkJobState.FAILED
    chosen = FinishedJob(job, 1, "user:1", at, failed, hold=False, file_key=None)
    await jobs.change(job, **change)
    assert not await SqlCleanupStore(database).doom(chosen, clock.now())


async def test_case_09_a_late_finish_of_a_lost_worker_changes_nothing(
    jobs: BulkJobs, queue: SqlJobQueue, cleaner: MakeCleaner, clock: FakeClock
) -> None:
    """The job has failed by then, and stays so."""
    job = await jobs.add(attempt=2)
    claim = await queue.claim("w", clock.now(), clock.now() - 6 * MINUTE)
    assert claim is not None
    await cleaner().clean()
    with pytest.raises(LeaseLostError):
        await queue.finish(claim, BulkJobState.SUCCEEDED, clock.now())
    assert await jobs.state(job) == "failed"


async def test_case_10_a_removal_that_was_broken_off_is_ended_by_the_next_run(
    jobs: BulkJobs, database: Database, files: FakeFiles, cleaner: MakeCleaner
) -> None:
    """The process dies after half of the rows: the job counts as gone, and no row loses its job."""
    file = files.add("half.csv", age=40 * DAY)
    job = await jobs.add("failed", age=40 * DAY, items=10, file_key=file)

    class Crash(BaseException):
        pass

    class CrashingStore(SqlCleanupStore):
        async def delete_items(self, job_id: UUID, limit: int) -> int:
            if await jobs.item_count() <= 5:
                raise Crash
            return await super().delete_items(job_id, limit)

    crashing = cleaner(store=CrashingStore(database), ItemBatchSize=5)
    with pytest.raises(Crash):
        await crashing.clean()
    assert (await jobs.state(job), await jobs.item_count()) == ("deleting", 5)
    assert (await jobs.tombstones(), set(files.stored)) == ([], {"half.csv"})
    await cleaner().clean()
    assert (await jobs.ids(), await jobs.item_count(), files.stored) == ([], 0, {})
    assert [tombstone.outcome for tombstone in await jobs.tombstones()] == ["failed"]


async def test_case_11_a_file_that_cannot_be_deleted_keeps_no_row(
    jobs: BulkJobs, files: FakeFiles, cleaner: MakeCleaner, caplog: pytest.LogCaptureFixture
) -> None:
    """Jobs and rows go, one ERROR says so, and a later run finds the files without a job."""
    for number in range(2):
        file = files.add(f"{number}.csv", age=40 * DAY)
        await jobs.add("failed", age=40 * DAY, file_key=file)
    files.broken = StoreUnavailableError("the disk is gone")
    await cleaner().clean()
    assert (await jobs.ids(), await jobs.item_count(), len(files.stored)) == ([], 0, 2)
    assert [line.levelname for line in caplog.records if line.levelno > logging.INFO] == ["ERROR"]
    files.broken = None
    await cleaner().clean()
    assert files.stored == {}


async def test_case_11_a_fresh_file_without_a_job_is_left_alone(
    files: FakeFiles, cleaner: MakeCleaner, jobs: BulkJobs, caplog: pytest.LogCaptureFixture
) -> None:
    """Its job may be just about to be written; and a file with a job is no orphan at any age."""
    files.add("fresh.csv", age=5 * MINUTE)
    files.add("day-old.csv", age=DAY)
    files.add("older.csv", age=DAY + SECOND)
    await jobs.add("queued", file_key=files.add("used.csv", age=10 * DAY))
    await cleaner().clean()
    assert set(files.stored) == {"fresh.csv", "day-old.csv", "used.csv"}
    assert summary(caplog)["orphans"] == 1


async def test_case_13_every_foreign_key_has_an_index(database: Database) -> None:
    """Deleting a job never reads the whole table of rows."""

    def unindexed(connection: object) -> list[str]:
        schema = inspect(connection)
        bare: list[str] = []
        for table in schema.get_table_names():
            indexes = [index["column_names"][:1] for index in schema.get_indexes(table)]
            keys = [key["constrained_columns"] for key in schema.get_foreign_keys(table)]
            bare += [f"{table}.{key}" for key in keys if key[:1] not in indexes]
        return bare

    async with database.reader.connect() as connection:
        assert await connection.run_sync(unindexed) == []


async def test_case_14_two_instances_delete_each_job_once(
    jobs: BulkJobs,
    database_url: str,
    files: FakeFiles,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    cleaner: MakeCleaner,
) -> None:
    """Their counts add up to the truth, and each job has one tombstone."""
    made = [await jobs.add("failed", age=40 * DAY, items=20) for _ in range(15)]
    async with Database(DatabaseOptions.model_validate({"Url": database_url})) as other:
        await asyncio.gather(
            cleaner(ItemBatchSize=7, JobBatchSize=4).clean(),
            Cleaner(other, files, clock, ItemBatchSize=5, JobBatchSize=3).clean(),
        )
    assert (await jobs.ids(), await jobs.item_count()) == ([], 0)
    assert [tombstone.job_id for tombstone in await jobs.tombstones()] == made
    told = [vars(line) for line in caplog.records]
    assert [sum(line[name] for line in told) for name in ("jobs", "items", "failed")] == [
        15,
        300,
        0,
    ]


async def test_case_15_a_dry_run_counts_the_same_and_changes_nothing(
    jobs: BulkJobs,
    files: FakeFiles,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    cleaner: MakeCleaner,
) -> None:
    """Over everything that a run may meet; the run after it does what was said."""
    ended = clock.now() - HOUR
    for attempt in (1, 2, 3, 4):
        await jobs.add("running", attempt=attempt, worker_id="w", lease_until=ended)
    for age in (DAY, 2 * DAY):
        await jobs.add("created", age=age)
    for number in range(7):
        file = files.add(f"{number}.csv", age=30 * DAY)
        await jobs.add("succeeded", age=(20 + number) * DAY, file_key=file, items=number + 1)
    await jobs.add("cancelled", age=20 * DAY, hold=True)
    await jobs.add("deleting", age=20 * DAY, outcome="failed", items=4)
    files.add("orphan.csv", age=30 * DAY)
    await jobs.execute(TOMBSTONE, at=clock.now() - 200 * DAY)
    rules = {"KeepLastPerOwner": 3, "JobBatchSize": 2, "ItemBatchSize": 2}
    before = await everything(jobs, files)
    await cleaner(**rules, DryRun=True).clean()
    assert await everything(jobs, files) == before
    await cleaner(**rules).clean()
    dry, wet = ({name: vars(line)[name] for name in EXPECTED} for line in caplog.records)
    assert dry == wet == EXPECTED


EXPECTED = {
    "reaped": 2,
    "requeued": 2,
    "abandoned": 1,
    "jobs": 5 + 1,
    "items": 3 + 4 + 5 + 6 + 7 + 4,
    "files": 5,
    "orphans": 1,
    "tombstones": 1,
    "skipped_hold": 1,
    "skipped_recent": 2,
    "skipped_race": 0,
    "failed": 0,
    "backlog": 0,
}


async def everything(jobs: BulkJobs, files: FakeFiles) -> tuple[object, ...]:
    states = [await jobs.state(job) for job in await jobs.ids()]
    return states, await jobs.item_count(), len(await jobs.tombstones()), set(files.stored)


@pytest.mark.parametrize("value", [0, -1, "NaN", 3_651])
@pytest.mark.parametrize("outcome", ["Succeeded", "Failed", "Cancelled"])
def test_case_17_a_retention_that_makes_no_sense_keeps_the_service_from_starting(
    outcome: str, value: object
) -> None:
    """The error names the setting; nothing has started then."""
    settings = {"BulkJobCleanup": {f"Retain{outcome}ForDays": value}}
    builder = build_host_builder(settings_files=[], settings=settings)
    with pytest.raises(SettingsError, match=f"BulkJobCleanup:Retain{outcome}ForDays"):
        builder.build()


TOMBSTONE = """
INSERT INTO bulk_job_archive (job_id, kind, outcome, owner_id, total_count, ok_count, failed_count,
    created_at, deleted_at)
VALUES ('ffffffffffffffffffffffffffffffff', 'pc_import', 'failed', 'user:1', 0, 0, 0, :at, :at)
"""
