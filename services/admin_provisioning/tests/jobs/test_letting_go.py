"""A bulk job that is let go because its store fails, or that is somebody else's by then."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from admin_provisioning.domain.bulk_job import BulkJobState, ItemState
from admin_provisioning.domain.job_queue import Claim, ItemResult, Progress
from loopjobs.testing import FakeClock
from servicekit.faults import StoreUnavailableError

from .fake_login import FakeLogin
from .fake_queue import FakeJobQueue, QueuedJob
from .workers import Worker

ANOTHER = "another"


class FailingQueue(FakeJobQueue):
    """Writes nothing down, and gives nothing back until it is mended; a worker may be too slow."""

    takes_back = True
    taken_by: str | None = None

    async def record(self, claim: Claim, results: Sequence[ItemResult], now: datetime) -> Progress:
        if self.taken_by is not None:
            self.jobs[claim.job_id].worker_id = self.taken_by
        raise StoreUnavailableError("writes nothing down")

    async def give_back(self, claim: Claim, not_before: datetime | None, now: datetime) -> None:
        if not self.takes_back:
            raise StoreUnavailableError("takes nothing back")
        await super().give_back(claim, not_before, now)


@dataclass
class Let:
    """A job, and why its worker says that it has let it go."""

    job: QueuedJob
    reason: object
    level: int


async def work_at_one(
    queue: FailingQueue, login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> Let:
    """Have a worker fail at a job of two rows."""
    caplog.set_level(logging.INFO)
    job = queue.add(2)
    with pytest.raises(StoreUnavailableError, match="writes nothing down"):
        await Worker(queue, login, clock, RetryDelayInSeconds=40).work()
    assert set(job.items.values()) == {ItemState.PENDING}
    (line,) = [each for each in caplog.records if "bulk_job_worker done" in each.message]
    return Let(job, line.__dict__["reason"], line.levelno)


async def test_a_store_that_fails_once_has_the_job_back_after_a_rest(
    login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The attempt does not count, for the job is not to blame."""
    let = await work_at_one(FailingQueue(), login, clock, caplog)
    assert (let.job.state, let.job.worker_id, let.job.attempt) == (BulkJobState.QUEUED, None, 0)
    assert let.job.not_before == clock.now() + timedelta(seconds=40)
    assert (let.reason, let.level) == ("store_unavailable", logging.INFO)


async def test_a_job_that_cannot_be_given_back_ends_with_its_lease(
    login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The run tells what failed first."""
    queue = FailingQueue()
    queue.takes_back = False
    let = await work_at_one(queue, login, clock, caplog)
    assert (let.job.state, let.job.attempt) == (BulkJobState.RUNNING, 1)
    assert let.job.lease_until is not None
    assert let.reason is None


async def test_a_job_that_is_somebody_else_s_by_then_is_left_to_them(
    login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """And the log warns, for two may have worked at it."""
    queue = FailingQueue()
    queue.taken_by = ANOTHER
    let = await work_at_one(queue, login, clock, caplog)
    assert (let.job.state, let.job.worker_id) == (BulkJobState.RUNNING, ANOTHER)
    assert (let.reason, let.level) == ("lease_lost", logging.WARNING)
