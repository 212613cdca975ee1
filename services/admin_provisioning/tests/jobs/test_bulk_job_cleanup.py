"""How the cleanup goes about it: in short steps, gently, and past what goes wrong."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from admin_provisioning.domain.cleanup_run import CleanupAbortedError
from admin_provisioning.jobs.bulk_job_cleanup_options import BulkJobCleanupOptions
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from loopjobs import CancellationTokenSource
from loopjobs.testing import FakeClock
from servicekit.database import Database
from servicekit.faults import StoreUnavailableError
from servicekit.testing.fixtures import Outage

from .bulk_jobs import BulkJobs
from .cleaner import Cleaner, MakeCleaner
from .fake_files import FakeFiles
from .statements import statements
from .told import summary, warnings

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class HastyClock(FakeClock):
    """Notes pauses, and lets them pass at once: a database works in real time."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.stall(seconds)


def count(sent: list[tuple[str, object]], *words: str) -> int:
    return sum(any(word in statement for word in words) for statement, _ in sent)


async def test_case_12_the_number_of_statements_follows_the_number_of_batches(
    jobs: BulkJobs, database: Database, cleaner: MakeCleaner
) -> None:
    """A job costs one claim, its rows over the batch size, and two for the burial; no more."""
    for _ in range(3):
        await jobs.add("succeeded", age=40 * DAY, items=25)
    with statements(database) as sent:
        await cleaner(ItemBatchSize=10, JobBatchSize=2).clean()
    assert count(sent, "DELETE FROM bulk_job_items") == 3 * 3
    assert count(sent, "ORDER BY bulk_jobs.finished_at, bulk_jobs.id") == 2
    # One each for what was lost, what was abandoned, and old tombstones; the rest is the jobs'.
    writes = count(sent, "UPDATE bulk_jobs", "DELETE FROM", "INSERT INTO")
    assert writes == 3 + 3 * (1 + 3 + 2)


async def test_case_12_others_can_write_after_every_batch(
    jobs: BulkJobs, database: Database, cleaner: MakeCleaner
) -> None:
    """Ten thousand rows go in batches that hold no lock beyond their own short transaction."""
    for _ in range(10):
        await jobs.add("failed", age=40 * DAY, items=1_000)
    batches, added = [], []

    class Watched(SqlCleanupStore):
        async def delete_items(self, job_id: UUID, limit: int) -> int:
            deleted = await super().delete_items(job_id, limit)
            batches.append(deleted)
            added.append(await jobs.add("queued", items=0))
            return deleted

    await cleaner(store=Watched(database), ItemBatchSize=300).clean()
    assert batches == [300, 300, 300, 100] * 10
    assert await jobs.ids() == added


async def test_files_are_looked_up_a_thousand_at_a_time(
    database: Database, files: FakeFiles, cleaner: MakeCleaner
) -> None:
    """However many there are, no statement has more parameters than databases take."""
    for number in range(2_500):
        files.add(f"{number}.csv", age=2 * DAY)
    with statements(database) as sent:
        await cleaner().clean()
    assert files.stored == {}
    assert count(sent, "bulk_jobs.file_key IN") == 3


async def test_a_run_deletes_no_more_rows_than_its_cap(
    jobs: BulkJobs, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """The run says what is left, and the next ones go on, a job that was begun included."""
    for age in (50, 49, 48, 47):
        await jobs.add("failed", age=age * DAY, items=10)
    cleanup = cleaner(MaxItemsPerRun=15, ItemBatchSize=10)
    left, backlogs = [], []
    for _ in range(3):
        await cleanup.clean()
        left.append(await jobs.item_count())
        backlogs.append((summary(caplog)["backlog"], summary(caplog)["oldest_s"]))
    assert left == [25, 10, 0]
    assert backlogs[0] == (3, 49 * DAY.total_seconds())
    assert backlogs[-1] == (0, None)
    await cleanup.clean()
    assert (await jobs.ids(), len(await jobs.tombstones()), await jobs.orphans()) == ([], 4, 0)


async def test_a_stop_is_honored_between_batches(
    jobs: BulkJobs, database: Database, clock: FakeClock, cleaner: MakeCleaner
) -> None:
    """The batch in progress ends, nothing else begins, and the next run ends what was begun."""
    ct = CancellationTokenSource(clock)
    for _ in range(2):
        await jobs.add("failed", age=40 * DAY, items=10)

    class StoppingStore(SqlCleanupStore):
        async def delete_items(self, job_id: UUID, limit: int) -> int:
            ct.cancel()
            return await super().delete_items(job_id, limit)

    stopping = cleaner(store=StoppingStore(database), ItemBatchSize=4)
    with pytest.raises(asyncio.CancelledError):
        await stopping.clean(ct)
    assert await jobs.item_count() == 16
    await cleaner().clean()
    assert (await jobs.ids(), await jobs.item_count()) == ([], 0)


async def test_others_get_their_turn_between_batches(
    jobs: BulkJobs, database: Database, files: FakeFiles, clock: FakeClock
) -> None:
    """A pause follows as many rows as make a batch, whether of one job or of several."""
    for _ in range(4):
        await jobs.add("failed", age=40 * DAY, items=5)
    hasty = HastyClock(now=clock.now())
    await Cleaner(database, files, hasty, ItemBatchSize=10, BatchPauseInMilliseconds=50).clean()
    assert hasty.pauses == [0.05] * 2


@pytest.mark.parametrize("verb", ["doom", "delete_items", "bury"])
async def test_a_job_that_cannot_be_removed_stops_no_other(
    jobs: BulkJobs,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    verb: str,
    cleaner: MakeCleaner,
) -> None:
    """Whichever step it is: it is named once and counted as left, and the others are removed."""
    made = [await jobs.add("failed", age=(40 - at) * DAY) for at in range(3)]

    class Broken(SqlCleanupStore):
        async def doom(self, job: object, now: datetime) -> bool:
            _fail_on(getattr(job, "id", None), "doom")
            return await super().doom(job, now)  # type: ignore[arg-type]  # passed on as it came

        async def delete_items(self, job_id: UUID, limit: int) -> int:
            _fail_on(job_id, "delete_items")
            return await super().delete_items(job_id, limit)

        async def bury(self, job_id: UUID, now: datetime) -> bool:
            _fail_on(job_id, "bury")
            return await super().bury(job_id, now)

    def _fail_on(job_id: object, step: str) -> None:
        if (job_id, step) == (made[1], verb):
            raise ValueError("this job is odd")

    await cleaner(store=Broken(database)).clean()
    assert await jobs.ids() == [made[1]]
    (warning,) = warnings(caplog)
    assert (vars(warning)["what"], vars(warning)["error"]) == (f"job {made[1]}", "ValueError")
    told = summary(caplog)
    assert [told[name] for name in ("jobs", "failed", "backlog")] == [2, 1, 1]
    assert told["oldest_s"] == 39 * DAY.total_seconds()
    await cleaner().clean()
    assert await jobs.ids() == []


async def test_a_step_that_goes_wrong_costs_no_other_step(
    jobs: BulkJobs, database: Database, cleaner: MakeCleaner
) -> None:
    """Lost workers cannot be looked for; old jobs go all the same."""
    await jobs.add("failed", age=40 * DAY)

    class Broken(SqlCleanupStore):
        async def abandon(self, created_before: datetime, now: datetime, limit: int) -> int:
            raise ValueError("something odd among these")

    await cleaner(store=Broken(database)).clean()
    assert await jobs.ids() == []


async def test_failure_after_failure_fails_the_run(
    jobs: BulkJobs, database: Database, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """Then it is the store and not a job; the first ones are named, and no endless loop follows."""
    for _ in range(30):
        await jobs.add("failed", age=40 * DAY)

    class Broken(SqlCleanupStore):
        async def doom(self, job: object, now: datetime) -> bool:
            raise ValueError("nothing works")

    with pytest.raises(CleanupAbortedError, match=r"20 jobs in a row .* ValueError"):
        await cleaner(store=Broken(database)).clean()
    assert len(warnings(caplog)) == 20


async def test_a_store_that_is_away_fails_the_run(
    jobs: BulkJobs, files: FakeFiles, away: Outage, cleaner: MakeCleaner
) -> None:
    """Nothing is touched, neither a file; when it is back, the next run recovers."""
    job = await jobs.add("failed", age=40 * DAY, file_key=files.add("a.csv", age=40 * DAY))
    cleanup = cleaner()
    with away(), pytest.raises(StoreUnavailableError):
        await cleanup.clean()
    assert (await jobs.ids(), set(files.stored)) == ([job], {"a.csv"})
    await cleanup.clean()
    assert (await jobs.ids(), files.stored) == ([], {})


async def test_a_job_that_finished_in_the_future_is_passed_over_with_a_warning(
    jobs: BulkJobs, caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """Some clock was wrong. A minute is no matter: clocks of machines differ."""
    far = await jobs.add("failed", age=-3 * MINUTE)
    near = await jobs.add("failed", age=-MINUTE)
    await cleaner().clean()
    assert await jobs.ids() == [far, near]
    (warning,) = warnings(caplog)
    assert vars(warning)["from_the_future"] == 1


async def test_old_tombstones_go_too(
    jobs: BulkJobs, clock: FakeClock, cleaner: MakeCleaner
) -> None:
    """After 180 days nobody asks any more; a younger one stays."""
    await jobs.add("failed", age=40 * DAY)
    cleanup = cleaner(ItemBatchSize=1)
    await cleanup.clean()
    await clock.advance(180 * DAY.total_seconds())
    await jobs.add("failed", age=40 * DAY)
    await cleanup.clean()
    assert len(await jobs.tombstones()) == 2
    await clock.advance(1)
    await cleanup.clean()
    assert [stone.deleted_at for stone in await jobs.tombstones()] == [
        clock.now() - timedelta(seconds=1)
    ]


@pytest.mark.parametrize(
    ("settings", "jitter"),
    [({}, 900), ({"IntervalInSeconds": 60}, 60), ({"StartJitterInSeconds": 0}, 0)],
)
def test_replicas_do_not_start_in_chorus(settings: dict[str, object], jitter: float) -> None:
    """The first run comes at a random moment of the first interval, if nobody says otherwise."""
    options = BulkJobCleanupOptions.model_validate(settings)
    assert options.start_jitter_in_seconds == jitter


@pytest.mark.parametrize(("is_sqlite", "pause"), [(True, 0.05), (False, 0.0)])
def test_the_database_decides_about_pauses_if_nobody_else_does(
    is_sqlite: bool,  # noqa: FBT001 - pytest passes it by name
    pause: float,
) -> None:
    """SQLite has one writer at a time, PostgreSQL has many."""
    assert BulkJobCleanupOptions().to_rules(is_sqlite=is_sqlite).batch_pause == pause


async def test_a_retention_that_is_unwise_is_told_once(
    caplog: pytest.LogCaptureFixture, cleaner: MakeCleaner
) -> None:
    """What went wrong is of interest for longer than what went well."""
    cleanup = cleaner(RetainFailedForDays=1)
    for _ in range(2):
        await cleanup.clean()
    (warning,) = warnings(caplog)
    assert "RetainFailedForDays (1) is less than RetainSucceededForDays (7)" in warning.getMessage()
