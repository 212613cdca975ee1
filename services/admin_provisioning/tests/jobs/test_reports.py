"""What runs of both jobs tell: a line for people and programs, and counts for their record."""

import logging
from collections.abc import AsyncIterator

import pytest

from admin_provisioning.domain.cleanup_ports import CleanupStore, CleanupView
from admin_provisioning.domain.job_queue import JobQueue
from admin_provisioning.domain.login_api import LoginApi, RowRefusedError
from admin_provisioning.domain.ports import FileStore
from admin_provisioning.jobs.bulk_job_cleanup import BulkJobCleanup
from admin_provisioning.jobs.bulk_job_cleanup_options import BulkJobCleanupOptions
from admin_provisioning.jobs.bulk_job_worker import BulkJobWorker
from admin_provisioning.jobs.bulk_job_worker_options import BulkJobWorkerOptions
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.cleanup_view import SqlCleanupView
from loopjobs.testing import FakeClock, JobHarness
from servicekit.database import Database
from servicekit.mac import MacAddress

from .bulk_jobs import BulkJobs
from .cleaner import NO_KEEPING
from .fake_files import FakeFiles
from .fake_login import FakeLogin
from .fake_queue import FakeJobQueue
from .test_bulk_job_cleanup_cases import DAY, HOUR

LATER = {"InitialDelayInSeconds": 36_000}
CLEANED = {
    "reaped": 0,
    "requeued": 1,
    "abandoned": 1,
    "jobs": 1,
    "items": 3,
    "files": 1,
    "orphans": 1,
    "tombstones": 0,
    "skipped_hold": 1,
    "skipped_recent": 0,
    "skipped_race": 0,
    "failed": 0,
    "file_failures": 0,
    "backlog": 0,
}


@pytest.fixture
async def cleanup(
    database: Database, files: FakeFiles, clock: FakeClock
) -> AsyncIterator[JobHarness]:
    """The job in a host, which does not run it by itself."""
    fakes = {
        CleanupView: SqlCleanupView(database),
        CleanupStore: SqlCleanupStore(database),
        FileStore: files,
        Database: database,
    }
    options = BulkJobCleanupOptions.model_validate({**NO_KEEPING, **LATER})
    async with JobHarness(BulkJobCleanup, options, fakes=fakes, clock=clock) as cleanup:
        yield cleanup


async def test_the_deletion_lag_is_that_of_the_job_that_waited_longest(
    jobs: BulkJobs, cleanup: JobHarness
) -> None:
    """Past the age of its outcome; a job on hold waits for nobody, and then there is none."""
    await jobs.add("succeeded", age=9 * DAY)
    await jobs.add("failed", age=33 * DAY)
    await jobs.add("cancelled", age=7 * DAY)
    await jobs.add("failed", age=90 * DAY, hold=True)
    reports = [(await cleanup.run_once()).reported for _ in range(2)]
    lags = [None if report is None else report["delete_lag"] for report in reports]
    assert lags == [3 * DAY.total_seconds(), 0]


async def test_a_cleanup_is_told_in_one_line_and_reported(
    jobs: BulkJobs,
    files: FakeFiles,
    cleanup: JobHarness,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The same counts in the text, in the fields of the line, and in the record of the run."""
    caplog.set_level(logging.INFO, "admin_provisioning")
    await jobs.add("running", worker_id="w", attempt=1, lease_until=clock.now() - HOUR)
    await jobs.add("created", age=2 * DAY)
    await jobs.add("failed", age=40 * DAY, file_key=files.add("old.csv", age=40 * DAY))
    await jobs.add("failed", age=40 * DAY, hold=True)
    files.add("orphan.csv", age=2 * DAY)
    run = await cleanup.run_once()
    assert run.reported == {**CLEANED, "delete_lag": 10 * DAY.total_seconds()}
    (line,) = [line for line in caplog.records if "done" in line.getMessage()]
    counts = " ".join(f"{name}={count}" for name, count in CLEANED.items())
    assert line.getMessage() == (
        f"bulk_job_cleanup done {counts} oldest_s=None duration_ms=0.0 dry_run=False"
    )
    assert {name: vars(line)[name] for name in CLEANED} == CLEANED


async def test_a_cleanup_that_fails_tells_what_it_has_done(
    jobs: BulkJobs, files: FakeFiles, cleanup: JobHarness
) -> None:
    """Files that could not be deleted are part of the record."""
    await jobs.add("failed", age=40 * DAY, file_key=files.add("old.csv", age=40 * DAY))
    files.broken = OSError("the disk is gone")
    reported = (await cleanup.run_once()).reported or {}
    assert (reported["jobs"], reported["files"], reported["file_failures"]) == (1, 0, 2)


async def test_work_is_reported(login: FakeLogin, clock: FakeClock) -> None:
    """What was done, what was refused, and whether a job was taken or let go at all."""
    queue = FakeJobQueue()
    queue.add(3)
    refused: list[MacAddress] = []

    async def refuse_the_first(mac: MacAddress) -> None:
        if not refused:
            refused.append(mac)
            raise RowRefusedError("login_refused", "no")

    login.before_answer = refuse_the_first
    options = BulkJobWorkerOptions.model_validate(LATER)
    fakes: dict[type, object] = {JobQueue: queue, LoginApi: login}
    async with JobHarness(BulkJobWorker, options, fakes=fakes, clock=clock) as job:
        worked, idle = [(await job.run_once()).reported for _ in range(2)]
    assert worked == {"claimed": 1, "ok": 2, "failed": 1, "let_go": 0}
    assert idle == {"claimed": 0, "ok": 0, "failed": 0, "let_go": 0}
