"""A queue of bulk jobs in memory: what the tables promise, without the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from admin_provisioning.domain.bulk_job import BulkJobKind, BulkJobState, ItemState
from admin_provisioning.domain.job_queue import (
    Claim,
    Item,
    ItemResult,
    LeaseLostError,
    Progress,
)

from .bulk_jobs import mac


@dataclass
class QueuedJob:
    """A job with its rows."""

    id: UUID
    items: dict[int, ItemState]
    state: BulkJobState = BulkJobState.QUEUED
    worker_id: str | None = None
    lease_until: datetime | None = None
    not_before: datetime | None = None
    attempt: int = 0
    ok: int = 0
    failed: int = 0
    cancel_requested: bool = False
    endings: list[ItemResult] = field(default_factory=list)


class FakeJobQueue:
    """A `JobQueue` on a dictionary, in order of creation."""

    def __init__(self) -> None:
        self.jobs: dict[UUID, QueuedJob] = {}
        self._last_item = 0

    def add(self, items: int) -> QueuedJob:
        numbers = range(self._last_item + 1, self._last_item + items + 1)
        self._last_item += items
        job = QueuedJob(UUID(int=len(self.jobs) + 1), dict.fromkeys(numbers, ItemState.PENDING))
        self.jobs[job.id] = job
        return job

    async def claim(self, worker_id: str, now: datetime, lease_until: datetime) -> Claim | None:
        job = self._next(now)
        if job is None:
            return None
        job.state, job.worker_id, job.lease_until = BulkJobState.RUNNING, worker_id, lease_until
        job.attempt += 1
        return Claim(
            job.id, BulkJobKind.PC_IMPORT, worker_id, job.attempt, len(job.items), _progress(job)
        )

    async def renew(self, claim: Claim, lease_until: datetime) -> None:
        self._mine(claim).lease_until = lease_until

    async def pending(self, claim: Claim, limit: int) -> Sequence[Item]:
        items = self.jobs[claim.job_id].items.items()
        pending = [number for number, state in items if state is ItemState.PENDING]
        return [Item(number, {"mac": mac(number)}) for number in pending[:limit]]

    async def record(self, claim: Claim, results: Sequence[ItemResult], now: datetime) -> Progress:
        job = self._mine(claim)
        for result in results:
            job.items[result.item_id] = result.state
            job.endings.append(result)
            job.ok += result.state is ItemState.SUCCEEDED
            job.failed += result.state is ItemState.FAILED
        return _progress(job)

    async def finish(self, claim: Claim, state: BulkJobState, now: datetime) -> None:
        self._let_go(self._mine(claim), state)

    async def give_back(self, claim: Claim, not_before: datetime | None, now: datetime) -> None:
        job = self._mine(claim)
        self._let_go(job, BulkJobState.QUEUED)
        job.not_before = not_before
        job.attempt -= 1

    async def has_more(self, now: datetime) -> bool:
        return self._next(now) is not None

    def _let_go(self, job: QueuedJob, state: BulkJobState) -> None:
        job.state, job.worker_id, job.lease_until = state, None, None

    def _next(self, now: datetime) -> QueuedJob | None:
        waiting = (job for job in self.jobs.values() if job.state is BulkJobState.QUEUED)
        return next(
            (job for job in waiting if job.not_before is None or job.not_before <= now), None
        )

    def _mine(self, claim: Claim) -> QueuedJob:
        job = self.jobs[claim.job_id]
        if job.state is not BulkJobState.RUNNING or job.worker_id != claim.worker_id:
            raise LeaseLostError("no longer yours")
        return job


def _progress(job: QueuedJob) -> Progress:
    return Progress(job.ok, job.failed, job.cancel_requested)
