"""The turns of one job in the cluster: a slot is claimed before it is run."""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from loopjobs._loop.loop_context import LoopContext
from loopjobs._mechanisms.lease_terms import MARGIN
from loopjobs._run.lease_client import Claimed, LeaseClient
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.errors import LeaseUnavailableError
from loopjobs._words.leases import ClaimRequest, Declined, Granted, Lease, LeaseEnd, Sighting
from loopjobs._words.options import LoopJobOptions, WhenLeaseUnavailable
from loopjobs._words.outcomes import Outcome

_log: Final = logging.getLogger("loopjobs.leases")

_SHORTEST_RETRY: Final = 0.5
_LONGEST_RETRY: Final = 15.0
_SPREAD: Final = 0.05
_LONGEST_SPREAD: Final = 0.25


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a slot may be run here, and when the next one is."""

    refusal: Outcome | None
    """Why not."""
    next_in: float | None = None
    """Seconds until the next slot by the clock of the store; `None` if it said nothing."""
    retry_in: float | None = None
    """Seconds after which to ask again, beside the slots."""
    claimed: Claimed | None = None
    """The lease; `None` also for a run that goes without one."""


class Turns:
    """Claims slots for one job, and gives the leases back.

    Args:
        job: Its name.
        context: Gives the clock, chance, and the name of this process.
        client: Asks the store.
        options: Gives the options in force.
    """

    def __init__(
        self,
        job: str,
        context: LoopContext,
        client: LeaseClient,
        options: Callable[[], LoopJobOptions],
    ) -> None:
        self._job = job
        self._clock = context.clock
        self._random = context.random
        self._holder = context.process
        self._client = client
        self._options = options
        self._failures = 0
        self._is_closed = False
        self._seen: Sighting | None = None
        self._seen_since = 0.0
        self.is_paused = False
        """Whether the job was paused in the cluster when somebody last looked."""
        self.holder: str | None = None
        """Who had the lease when somebody last looked; `None` if nobody."""

    async def take(self, *, is_by_hand: bool = False) -> Turn:
        """Claim the slot that is due."""
        request = ClaimRequest(
            job=self._job,
            holder=self._holder,
            interval=self._options().interval_in_seconds,
            seconds=self._options().lease_in_seconds,
            is_by_hand=is_by_hand,
            stale=self._stale(),
        )
        try:
            claimed = await self._client.claim(request)
        except LeaseUnavailableError as error:
            return self._unavailable(error)
        self._failures = 0
        if isinstance(claimed.answer, Declined):
            return self._declined(claimed.answer)
        if self._is_closed:
            await self._decline(claimed.answer.lease)
            return Turn(Outcome.CANCELLED)
        self._seen, self.holder = None, self._holder
        self.is_paused = self.is_paused and is_by_hand
        return Turn(None, claimed.answer.next_in, claimed=claimed)

    def close(self) -> None:
        """Give leases back from here on whose claims are still on their way."""
        self._is_closed = True

    async def give_back(self, run: RunInProgress, end: LeaseEnd) -> None:
        """Give the lease of a run back, if it has one that it has not lost."""
        lease, run.lease = run.lease, None
        if lease is None:
            return
        self.holder = None
        try:
            await self._client.finish(lease, end)
        except LeaseUnavailableError as error:
            _log.warning(
                "%s: its lease was not given back and ends by itself: %s",
                self._job,
                error,
                extra={"job": self._job},
            )

    async def set_paused(self, *, is_paused: bool) -> None:
        """Pause or resume the job in the whole cluster.

        Raises:
            LeaseUnavailableError: the store cannot be reached.
        """
        await self._client.set_paused(self._job, is_paused=is_paused)
        self.is_paused = is_paused

    def keep(self, run: RunInProgress, claimed: Claimed) -> None:
        """Renew the lease of a run until it is given back; a run that loses it is cancelled."""
        if isinstance(claimed.answer, Granted):
            run.lease = claimed.answer.lease
            run.fencing_token = run.lease.fencing_token
            self._client.keep(claimed, run.lose_lease)

    async def _decline(self, lease: Lease) -> None:
        """Give a lease back whose slot is not run after all."""
        with contextlib.suppress(LeaseUnavailableError):
            # Otherwise it ends by itself.
            await self._client.give_back(lease)

    def _unavailable(self, error: LeaseUnavailableError) -> Turn:
        options = self._options()
        self.holder = None
        if options.when_lease_unavailable is WhenLeaseUnavailable.RUN_LOCAL:
            return Turn(None)
        retry = min(_SHORTEST_RETRY * 2**self._failures, _LONGEST_RETRY)
        if not self._failures:
            _log.warning("%s: no lease: %s", self._job, error, extra={"job": self._job})
        self._failures = min(self._failures + 1, 8)
        retry *= self._random.uniform(0.5, 1.0)
        retry_in = retry if retry < options.interval_in_seconds else None
        return Turn(Outcome.SKIPPED_LEASE_UNAVAILABLE, retry_in=retry_in)

    def _declined(self, answer: Declined) -> Turn:
        self.is_paused, self.holder = answer.is_paused, answer.holder
        self._note_sighting(answer.sighting)
        if answer.is_paused:
            return Turn(Outcome.SKIPPED_PAUSED)
        interval = self._options().interval_in_seconds
        next_in: float | None = answer.next_in
        if not 0 < answer.next_in <= interval:
            # It is due, and somebody is at it: look at the end of the lease, if that is sooner.
            left = answer.lease_left
            next_in = left if left is not None and left < interval else None
        if next_in is not None:
            # Replicas that come together would come together for ever.
            next_in += self._random.uniform(0.0, min(_SPREAD * interval, _LONGEST_SPREAD))
        return Turn(Outcome.SKIPPED_ELSEWHERE, next_in)

    def _note_sighting(self, sighting: Sighting | None) -> None:
        if sighting != self._seen:
            self._seen, self._seen_since = sighting, self._clock.monotonic()

    def _stale(self) -> Sighting | None:
        """Return a lease that should have ended by our clock, whatever that of the store says."""
        longest = self._options().lease_in_seconds * (1 + MARGIN)
        unchanged_for = self._clock.monotonic() - self._seen_since
        return self._seen if self._seen is not None and unchanged_for > longest else None
