"""Workers, the reaper, cancellations and late finishes, in any order that chance brings about.

The machine plays several processes step by step: each holds a claim, asks for rows, writes down
results, ends its job, gives it back, or dies; leases run out, and lost workers come back late.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from admin_provisioning.domain.bulk_job import (
    FINISHED,
    BulkJobState,
    ItemState,
)
from admin_provisioning.domain.cleanup_ports import LostRule
from admin_provisioning.domain.job_queue import Claim, Item, ItemResult, LeaseLostError
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.job_queue import SqlJobQueue
from loopjobs.testing import FakeClock
from servicekit.database import Database, DatabaseOptions
from servicekit.testing.fixtures import on_sqlite

from .bulk_jobs import BulkJobs

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 2

ResultT = TypeVar("ResultT")


class Machine(RuleBasedStateMachine):
    """Any interleaving of what processes may do to jobs."""

    url: str
    claims: Bundle[Claim] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._clock = FakeClock()
        self._database = Database(DatabaseOptions.model_validate({"Url": self.url}))
        self._queue = SqlJobQueue(self._database)
        self._store = SqlCleanupStore(self._database)
        self._jobs = BulkJobs(self._database, self._clock)
        self._names = count(1)
        self._owner: dict[UUID, str] = {}
        self._ended: dict[int, ItemState] = {}
        for table in ("bulk_job_items", "bulk_jobs"):
            self._do(self._jobs.execute(f"DELETE FROM {table}"))  # noqa: S608 - our own words

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    def _do(self, work: Awaitable[ResultT]) -> ResultT:
        async def play() -> ResultT:
            return await work

        return self._runner.run(play())

    @initialize(target=claims)
    def begin(self) -> Claim | MultipleResults[Claim]:
        """There is a job, and somebody works at it."""
        self._do(self._jobs.add(items=4))
        return self._claim()

    @rule(items=st.integers(0, 4))
    def add(self, items: int) -> None:
        """Somebody asks for a job."""
        self._do(self._jobs.add(items=items))

    @rule(target=claims)
    def start_work(self) -> Claim | MultipleResults[Claim]:
        """A worker takes a job, if there is one."""
        return self._claim()

    def _claim(self) -> Claim | MultipleResults[Claim]:
        claim = self._do(self._queue.claim(f"w{next(self._names)}", self._now, self._now + LEASE))
        if claim is None:
            return multiple()
        self._owner[claim.job_id] = claim.worker_id
        return claim

    @rule(claim=claims, limit=st.integers(1, 3), outcome=st.sampled_from([True, False]))
    def record(self, claim: Claim, limit: int, outcome: bool) -> None:  # noqa: FBT001 - drawn
        """A worker writes down what became of rows, in time or late."""
        items = self._do(self._queue.pending(claim, limit))
        if self._try(claim, self._queue.record(claim, _results(items, ok=outcome), self._now)):
            for item in items:
                assert item.id not in self._ended, "a row ended twice"
                self._ended[item.id] = ItemState.SUCCEEDED if outcome else ItemState.FAILED

    @rule(claim=claims)
    def renew(self, claim: Claim) -> None:
        """A worker renews its lease."""
        self._try(claim, self._queue.renew(claim, self._now + LEASE))

    @rule(claim=consumes(claims))
    def finish(self, claim: Claim) -> None:
        """A worker ends a job when it sees no row left, as the worker's rules say."""
        if not self._do(self._queue.pending(claim, 1)):
            self._try(claim, self._queue.finish(claim, BulkJobState.SUCCEEDED, self._now))
            return
        self._try(claim, self._queue.finish(claim, BulkJobState.CANCELLED, self._now))

    @rule(claim=consumes(claims), rest=st.sampled_from([None, 30]))
    def give_back(self, claim: Claim, rest: int | None) -> None:
        """A worker stops, or Login is away."""
        until = None if rest is None else self._now + timedelta(seconds=rest)
        self._try(claim, self._queue.give_back(claim, until, self._now))

    @rule(claim=claims)
    def call_off(self, claim: Claim) -> None:
        """Somebody calls a job off, and its version moves on."""
        self._do(self._jobs.change(claim.job_id, cancel_requested_at=self._now, version=99))

    @rule(target=claims)
    def lose_workers(self) -> Claim | MultipleResults[Claim]:
        """All that work fall silent, are reaped, and somebody else takes over."""
        self._clock.stall(61)
        self._reap()
        return self._claim()

    @rule(seconds=st.sampled_from([1, 30, 61]))
    def pass_time(self, seconds: int) -> None:
        """Leases run out, rests end."""
        self._clock.stall(seconds)

    @rule()
    def reap(self) -> None:
        """The cleanup takes jobs from lost workers."""
        self._reap()

    def _reap(self) -> None:
        before = {job: self._do(self._jobs.row(job)) for job in self._do(self._jobs.ids())}
        self._do(self._store.reap(LostRule(self._now, MAX_ATTEMPTS), self._now, 2))
        for job, row in before.items():
            after = self._do(self._jobs.row(job))
            if after.state != row.state:
                assert row.lease_until is not None
                assert row.lease_until < self._now, "a job was taken from a worker that had it"
                del self._owner[job]

    def _try(self, claim: Claim, write: Awaitable[object]) -> bool:
        """Write for a claim; returns whether it worked, which is to be so for its owner only."""
        row = self._do(self._jobs.row(claim.job_id))
        is_ours = self._owner.get(claim.job_id) == claim.worker_id
        assert (row.worker_id == claim.worker_id) == is_ours
        try:
            self._do(write)
        except LeaseLostError:
            assert not is_ours, "the owner was refused"
            return False
        assert is_ours, "somebody wrote who had lost the job"
        if self._do(self._jobs.state(claim.job_id)) != BulkJobState.RUNNING:
            del self._owner[claim.job_id]
        return True

    @invariant()
    def counts_agree_with_rows(self) -> None:
        """What a job says is what its rows say, and rows are as they ended, once."""
        for job in self._do(self._jobs.ids()):
            row, items = self._do(self._jobs.row(job)), self._do(self._jobs.items(job))
            states = [item.state for item in items]
            assert row.ok_count == states.count("succeeded")
            assert row.failed_count == states.count("failed")
            assert (row.state in FINISHED) == (row.finished_at is not None)
            for item in items:
                assert item.state == self._ended.get(item.id, ItemState.PENDING)

    def teardown(self) -> None:
        """Close the connections."""
        self._do(self._database.close())
        self._runner.close()


def _results(items: Sequence[Item], *, ok: bool) -> list[ItemResult]:
    if ok:
        return [ItemResult.succeeded(item, item.id) for item in items]
    return [ItemResult.failed(item, "refused", "no") for item in items]


@on_sqlite
def test_every_row_ends_once_whoever_is_lost(database_url: str) -> None:
    """In any order of steps: one owner at a time, no write of anybody else, counts that agree."""

    class Here(Machine):
        url = database_url

    # Not shrunk: that takes longer than a test may, and the steps are printed as they are.
    sparing = settings(
        max_examples=settings().max_examples // 5,
        stateful_step_count=25,
        deadline=None,
        phases=[Phase.generate],
    )
    run_state_machine_as_test(Here, settings=sparing)
