"""The lease of a job while it is worked at, in virtual time."""

import asyncio
from datetime import datetime

import pytest

from admin_provisioning.domain.bulk_job import BulkJobState
from admin_provisioning.domain.job_queue import Claim, LeaseLostError
from admin_provisioning.storage.job_queue import SqlJobQueue
from loopjobs.testing import FakeClock
from servicekit.faults import StoreUnavailableError
from servicekit.mac import MacAddress

from .bulk_jobs import BulkJobs
from .fake_login import FakeLogin
from .fake_queue import FakeJobQueue
from .workers import Worker


class MoodyQueue(FakeJobQueue):
    """A queue that cannot renew leases for as long as it is away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.renewals = 0

    async def renew(self, claim: Claim, lease_until: datetime) -> None:
        if self.away:
            raise StoreUnavailableError("away")
        await super().renew(claim, lease_until)
        self.renewals += 1


@pytest.fixture
def moody() -> MoodyQueue:
    return MoodyQueue()


async def run(queue: FakeJobQueue, login: FakeLogin, clock: FakeClock) -> None:
    async def work() -> None:
        await Worker(queue, login, clock).work()

    working = asyncio.create_task(work())
    await clock.pass_until(working)
    working.result()


async def test_the_lease_is_renewed_at_every_third_of_it(
    moody: MoodyQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """So a long call is no lost worker."""
    job, began, ends = moody.add(1), clock.now(), []

    async def take_long(_: MacAddress) -> None:
        for _turn in range(3):
            assert job.lease_until is not None
            ends.append((job.lease_until - began).total_seconds())
            await clock.sleep(25)

    login.before_answer = take_long
    await run(moody, login, clock)
    assert ends == [60, 80, 100]
    assert job.state == "succeeded"


async def test_a_worker_that_lost_its_lease_stops_at_once(
    moody: MoodyQueue, login: FakeLogin, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The renewal hits nothing: the calls are broken off, and the job is its new owner's."""
    job = moody.add(1)

    async def lose(_: MacAddress) -> None:
        job.worker_id, job.attempt = "another", 2
        await clock.sleep(1_000)

    login.before_answer = lose
    await run(moody, login, clock)
    assert clock.monotonic() == 20
    assert (job.state, job.worker_id, job.attempt, job.endings) == ("running", "another", 2, [])
    assert (login.under_way, [line.levelname for line in caplog.records]) == (0, ["WARNING"])
    assert "reason=lease_lost" in caplog.text


async def test_a_store_that_is_away_for_a_moment_costs_no_lease(
    moody: MoodyQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """Two renewals fail, the third comes in time."""
    job = moody.add(1)

    async def take_long(_: MacAddress) -> None:
        await clock.sleep(5)
        moody.away = True
        await clock.sleep(45)
        moody.away = False
        await clock.sleep(30)

    login.before_answer = take_long
    await run(moody, login, clock)
    assert (job.state, moody.renewals) == ("succeeded", 2)


async def test_a_lease_that_cannot_be_renewed_in_time_counts_as_lost(
    moody: MoodyQueue, login: FakeLogin, clock: FakeClock
) -> None:
    """Somebody else may have the job by then; this worker judges by its own clock."""
    job = moody.add(1)
    moody.away = True

    async def take_long(_: MacAddress) -> None:
        await clock.sleep(1_000)

    login.before_answer = take_long
    await run(moody, login, clock)
    assert clock.monotonic() == 60
    assert (job.state, job.endings) == ("running", [])


async def perform(verb: str, queue: SqlJobQueue, claim: Claim, now: datetime) -> None:
    match verb:
        case "renew":
            await queue.renew(claim, now)
        case "record":
            await queue.record(claim, [], now)
        case "finish":
            await queue.finish(claim, BulkJobState.SUCCEEDED, now)
        case _:
            await queue.give_back(claim, None, now)


@pytest.mark.parametrize("verb", ["renew", "record", "finish", "give_back"])
@pytest.mark.parametrize("change", [{"worker_id": "another"}, {"state": "queued"}])
async def test_the_tables_refuse_every_verb_of_who_has_no_lease(
    jobs: BulkJobs, queue: SqlJobQueue, clock: FakeClock, verb: str, change: dict[str, object]
) -> None:
    """Each write repeats the condition: this very claim, and running."""
    job, now = await jobs.add(), clock.now()
    claim = await queue.claim("mine", now, now)
    assert claim is not None
    nobodys = {"worker_id": None, "lease_until": None} if "state" in change else {}
    await jobs.change(job, **change, **nobodys)
    before = vars(await jobs.row(job)) | {"_sa_instance_state": None}
    with pytest.raises(LeaseLostError, match="no longer mine's"):
        await perform(verb, queue, claim, now)
    assert vars(await jobs.row(job)) | {"_sa_instance_state": None} == before
