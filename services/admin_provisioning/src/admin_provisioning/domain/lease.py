"""Keeps the lease of a job while it is worked at."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Final, NoReturn

from admin_provisioning.domain.job_queue import Claim, JobQueue, LeaseLostError
from loopjobs import Clock
from servicekit.faults import StoreUnavailableError

LEASE_SHARE: Final = 3
"""A lease is renewed each time a third of it has passed."""


class LeaseKeeper:
    """Renews leases, and breaks work off when its lease is lost.

    Args:
        queue: where the jobs are.
        clock: paces the renewals and stamps the leases.
        lease: how long a lease holds.
    """

    def __init__(self, queue: JobQueue, clock: Clock, lease: timedelta) -> None:
        self._queue = queue
        self._clock = clock
        self._lease = lease

    async def hold(self, claim: Claim, work: Coroutine[None, None, None]) -> None:
        """Do the work, unless the lease is lost before it is done.

        Raises:
            LeaseLostError: it was lost, and the work was broken off.
            Exception: whatever the work raises.
        """
        working = asyncio.ensure_future(work)
        keeping = asyncio.ensure_future(self._keep(claim))
        try:
            done, _ = await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
            (working if working in done else keeping).result()
        finally:
            working.cancel()
            keeping.cancel()
            await asyncio.gather(working, keeping, return_exceptions=True)

    async def _keep(self, claim: Claim) -> NoReturn:
        lease = self._lease.total_seconds()
        ends = self._clock.monotonic() + lease
        while True:
            await self._clock.sleep(lease / LEASE_SHARE)
            asked = self._clock.monotonic()
            try:
                await self._queue.renew(claim, self._clock.now() + self._lease)
            except StoreUnavailableError as error:
                if asked >= ends:
                    raise LeaseLostError("the lease could not be renewed in time") from error
            else:
                ends = asked + lease
