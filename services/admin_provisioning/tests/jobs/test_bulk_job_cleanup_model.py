"""The cleanup in SQL against a model of the rules in Python."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loopjobs.testing import FakeClock
from servicekit.database import Database

from .bulk_jobs import FINISHED, BulkJobs
from .cleaner import Cleaner
from .fake_files import FakeFiles

DAY = 86_400.0
RETAINED = {"succeeded": 7 * DAY, "partial": 30 * DAY, "failed": 30 * DAY, "cancelled": 7 * DAY}
LEASE_GRACE, MAX_ATTEMPTS = 300.0, 3


@dataclass(frozen=True)
class Job:
    """A job before the run; ages in seconds."""

    state: str
    age: float
    owner: str
    hold: bool
    items: int
    lease_ended: float
    attempt: int


AGES = st.one_of(
    st.sampled_from([7 * DAY, 7 * DAY + 1, 30 * DAY, 30 * DAY + 1, DAY, DAY + 1, 0.0]),
    st.integers(-3_600, 60 * 86_400).map(float),
)
JOBS = st.builds(
    Job,
    state=st.sampled_from([*FINISHED, *FINISHED, "created", "queued", "running", "deleting"]),
    age=AGES,
    owner=st.sampled_from(["user:1", "user:2"]),
    hold=st.booleans(),
    items=st.integers(0, 4),
    lease_ended=st.sampled_from([-60.0, 0.0, 300.0, 300.5, 9_000.0]),
    attempt=st.integers(1, 4),
)


TIED = Job("failed", 31 * DAY, "user:1", hold=False, items=1, lease_ended=0.0, attempt=1)
"""Finished at one moment with others: the order of ids decides who is newer."""


def expected(jobs: list[Job], keep: int) -> list[str | None]:
    """Return where each job stands after the run; `None` is gone."""
    kept: set[int] = set()
    for owner in {job.owner for job in jobs}:
        ended = [
            at
            for at, job in enumerate(jobs)
            if job.owner == owner and job.state in FINISHED and job.age > 0
        ]
        kept |= set(sorted(ended, key=lambda at: (jobs[at].age, -at))[:keep])
    return [_after(job, is_kept=at in kept) for at, job in enumerate(jobs)]


def _after(job: Job, *, is_kept: bool) -> str | None:
    if job.state in FINISHED:
        goes = job.age > RETAINED[job.state] and not job.hold and not is_kept
        return None if goes else job.state
    match job.state:
        case "deleting":
            return None
        case "created" if job.age > DAY:
            return "cancelled"
        case "running" if job.lease_ended > LEASE_GRACE:
            return "queued" if job.attempt < MAX_ATTEMPTS else "failed"
        case _:
            return job.state


# The one database is emptied before each example.
@settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(made=[TIED, TIED, TIED], keep=1, batches=(1, 1))
@given(
    made=st.lists(JOBS, max_size=14),
    keep=st.integers(0, 3),
    batches=st.tuples(st.integers(1, 5), st.integers(1, 4)),
)
async def test_the_cleanup_agrees_with_the_rules(
    database: Database, made: list[Job], keep: int, batches: tuple[int, int]
) -> None:
    """Over any jobs and batch sizes: what must stay stays, what must go goes, with all its rows."""
    clock = FakeClock()
    jobs, files = BulkJobs(database, clock), FakeFiles(clock)
    for table in ("bulk_job_items", "bulk_jobs", "bulk_job_archive"):
        await jobs.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words
    for job in made:
        await _add(jobs, job, clock.now())
    cleaner = Cleaner(
        database,
        files,
        clock,
        KeepLastPerOwner=keep,
        JobBatchSize=batches[0],
        ItemBatchSize=batches[1],
    )
    await cleaner.clean()
    after = expected(made, keep)
    ids = [UUID(int=number) for number in range(1, len(made) + 1)]
    assert [await jobs.state(job_id) for job_id in ids] == after
    gone = [job_id for job_id, state in zip(ids, after, strict=True) if state is None]
    assert [stone.job_id for stone in await jobs.tombstones()] == gone
    staying = zip(made, after, strict=True)
    assert await jobs.item_count() == sum(job.items for job, state in staying if state)
    assert await jobs.orphans() == 0


async def _add(jobs: BulkJobs, job: Job, now: datetime) -> None:
    is_running = job.state == "running"
    await jobs.add(
        job.state,
        age=timedelta(seconds=job.age),
        items=job.items,
        owner_id=job.owner,
        hold=job.hold,
        attempt=job.attempt,
        worker_id="w" if is_running else None,
        lease_until=now - timedelta(seconds=job.lease_ended) if is_running else None,
        outcome="failed" if job.state == "deleting" else None,
    )
