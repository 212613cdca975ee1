"""Works at bulk jobs: how one run takes a job, does its rows, and lets go of it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from admin_provisioning.domain.bulk_job import BulkJobState
from admin_provisioning.domain.calls import Calls
from admin_provisioning.domain.job_queue import (
    Claim,
    Item,
    JobQueue,
    LeaseLostError,
    Progress,
)
from admin_provisioning.domain.lease import LeaseKeeper
from admin_provisioning.domain.login_api import LoginApi, LoginUnavailableError
from loopjobs import CancellationToken, Clock
from servicekit.faults import StoreUnavailableError

LONGEST_RETRY_DELAY: Final = timedelta(hours=1)
"""However long the Login service asks to be left alone, it is asked again after this."""


@dataclass(frozen=True, slots=True)
class ProvisioningRules:
    """How to work."""

    chunk_size: int = 100
    """Rows whose results are written in one transaction."""
    concurrent_calls: int = 8
    """Rows that are under way at the Login service at once."""
    lease: timedelta = timedelta(seconds=60)
    retry_delay: timedelta = timedelta(seconds=30)
    """How long a job rests when the Login service was away."""


class LetGo(StrEnum):
    """Why a run let go of a job that is not finished."""

    STOPPED = "stopped"
    """This process stops; the job is queued again."""
    LOGIN_UNAVAILABLE = "login_unavailable"
    """The Login service does not serve us; the job is queued again, to rest for a while."""
    STORE_UNAVAILABLE = "store_unavailable"
    """The store failed us for a moment; the job is queued again, to rest for a while."""
    LEASE_LOST = "lease_lost"
    """Somebody else decides about the job by now."""


@dataclass(slots=True)
class WorkTally:
    """What a run has done so far; complete even if it ends early."""

    claim: Claim | None = None
    ok: int = 0
    failed: int = 0
    state: BulkJobState | None = None
    """How the job ended, if it did."""
    let_go: LetGo | None = None
    """Why the job was let go, if it was."""
    has_more: bool = False
    """Whether another job waits."""
    duration: float = 0.0
    """Seconds."""


class Provisioning:
    """Takes one job a run from the queue and does its rows at the Login service.

    A row that was done and not written down, because the process died in between, is done again
    by whoever gets the job next: that changes nothing, for the Login service's verbs are
    idempotent.
    """

    def __init__(
        self, queue: JobQueue, login: LoginApi, clock: Clock, rules: ProvisioningRules
    ) -> None:
        self._queue = queue
        self._lease = LeaseKeeper(queue, clock, rules.lease)
        self._calls = Calls(login, rules.concurrent_calls)
        self._clock = clock
        self._rules = rules

    async def run(self, worker_id: str, tally: WorkTally, ct: CancellationToken) -> None:
        """Work at the oldest job that waits, if there is one.

        Args:
            worker_id: names this claim; nobody else may ever have used it.
            tally: filled as the work goes on.
            ct: looked at between rows; rows that are done by then are written down.

        Raises:
            LoginUnavailableError: the Login service does not serve us; the job is queued again.
            StoreUnavailableError: the store failed; the job is queued again if the store lets us,
                else its lease ends by itself.
            asyncio.CancelledError: the run was asked to end; the job is queued again.
        """
        began, now = self._clock.monotonic(), self._clock.now()
        try:
            tally.claim = await self._queue.claim(worker_id, now, now + self._rules.lease)
            if tally.claim is not None:
                await self._hold(tally.claim, tally, ct)
                tally.has_more = await self._queue.has_more(self._clock.now())
        finally:
            tally.duration = self._clock.monotonic() - began

    async def _hold(self, claim: Claim, tally: WorkTally, ct: CancellationToken) -> None:
        try:
            await self._lease.hold(claim, self._work(claim, tally, ct))
        except LeaseLostError:
            tally.let_go = LetGo.LEASE_LOST
        except asyncio.CancelledError:
            await self._give_back(claim, LetGo.STOPPED, tally)
            raise
        except LoginUnavailableError as error:
            await self._give_back(claim, LetGo.LOGIN_UNAVAILABLE, tally, self._rest(error))
            raise
        except StoreUnavailableError:
            with suppress(StoreUnavailableError):
                rest = self._rules.retry_delay
                await self._give_back(claim, LetGo.STORE_UNAVAILABLE, tally, rest)
            raise

    async def _work(self, claim: Claim, tally: WorkTally, ct: CancellationToken) -> None:
        progress = claim.progress
        while not progress.cancel_requested:
            ct.raise_if_cancellation_requested()
            items = await self._queue.pending(claim, self._rules.chunk_size)
            if not items:
                break
            progress = await self._do(claim, items, tally, ct)
        state = _ending(claim, progress)
        await self._queue.finish(claim, state, self._clock.now())
        tally.state = state

    async def _do(
        self, claim: Claim, items: Sequence[Item], tally: WorkTally, ct: CancellationToken
    ) -> Progress:
        answers = await self._calls.make(claim.kind, items, ct)
        progress = await self._queue.record(claim, answers.results, self._clock.now())
        tally.ok += answers.ok
        tally.failed += answers.failed
        if answers.unavailable is not None:
            raise answers.unavailable
        ct.raise_if_cancellation_requested()
        return progress

    async def _give_back(
        self, claim: Claim, why: LetGo, tally: WorkTally, rest: timedelta | None = None
    ) -> None:
        now = self._clock.now()
        try:
            await self._queue.give_back(claim, None if rest is None else now + rest, now)
            tally.let_go = why
        except LeaseLostError:
            tally.let_go = LetGo.LEASE_LOST

    def _rest(self, error: LoginUnavailableError) -> timedelta:
        asked = timedelta(
            seconds=min(error.retry_after or 0.0, LONGEST_RETRY_DELAY.total_seconds())
        )
        return max(asked, self._rules.retry_delay)


def _ending(claim: Claim, progress: Progress) -> BulkJobState:
    """Return how a job ends; one that was called off when all was done has succeeded or failed."""
    if progress.cancel_requested and progress.done < claim.total:
        return BulkJobState.CANCELLED
    if not progress.failed:
        return BulkJobState.SUCCEEDED
    return BulkJobState.PARTIAL if progress.ok else BulkJobState.FAILED
