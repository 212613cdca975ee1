"""The leases of one process: claimed, kept, given back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from loopjobs._contracts.lease_store import LeaseStore, LeaseStoreSource
from loopjobs._mechanisms.timer import Timer
from loopjobs._run.lease_calls import CallsInLine, CallsOnThread, LeaseCalls
from loopjobs._run.lease_connection import LeaseConnection
from loopjobs._run.lease_renewal import LeaseRenewal
from loopjobs._run.lease_rounds import Rounds, RoundsByThread, RoundsByTimer
from loopjobs._words.clock import Clock, VirtualClock
from loopjobs._words.leases import ClaimAnswer, ClaimRequest, Granted, Lease, LeaseEnd
from loopjobs._words.outcomes import Outcome

_GIVEN_BACK = LeaseEnd(Outcome.CANCELLED, next_in=0.0)
"""The slot is still due: it was claimed, and nothing was run."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The answer to a claim, and when that was sent."""

    answer: ClaimAnswer
    sent_at: float
    """By the clock of the replica: from then on a lease counts."""


class LeaseClient:
    """Asks the store on behalf of all jobs of a host.

    Claims and renewals have a thread and a connection each: neither waits for the other, nor for
    the event loop. On a virtual clock all of it happens in line.

    Args:
        source: Connects to the store.
        clock: The time of the replica.
        timer: Does the rounds on virtual time.
        timeout: Seconds after which a call of the store gives up.
    """

    def __init__(
        self, source: LeaseStoreSource, clock: Clock, timer: Timer, timeout: float
    ) -> None:
        self._clock = clock
        self._calls = _calls(source, clock, timeout)
        self._renewal = LeaseRenewal(LeaseConnection(source, timeout), clock)
        self._rounds = _rounds(self._renewal, clock, timer)

    async def claim(self, request: ClaimRequest) -> Claimed:
        """Claim a slot.

        Raises:
            LeaseUnavailableError: the store cannot be reached, or did not answer in time.
        """
        sent_at = self._clock.monotonic()
        answer = await self._calls.call(lambda store: store.claim(request), _give_back)
        return Claimed(answer, sent_at)

    def keep(self, granted: Claimed, on_lost: Callable[[], None]) -> None:
        """Renew a lease from here on; tell if it is lost, before anybody else can have it."""
        if isinstance(granted.answer, Granted):
            self._renewal.hold(granted.answer.lease, granted.sent_at, on_lost)
            self._rounds.look_again()

    async def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give a lease back.

        Raises:
            LeaseUnavailableError: the store cannot be reached; the lease ends by itself then.
        """
        self._renewal.let_go(lease)
        self._rounds.look_again()
        await self._calls.call(lambda store: store.finish(lease, end), _leave)

    async def give_back(self, lease: Lease) -> None:
        """Give a lease back unused; its slot is due again at once.

        Raises:
            LeaseUnavailableError: the store cannot be reached; the lease ends by itself then.
        """
        await self.finish(lease, _GIVEN_BACK)

    async def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause or resume a job in the whole cluster.

        Raises:
            LeaseUnavailableError: the store cannot be reached, or did not answer in time.
        """
        await self._calls.call(lambda store: store.set_paused(job, is_paused=is_paused), _leave)

    async def close(self) -> None:
        """End the threads and close the connections."""
        await self._calls.close()
        if isinstance(self._rounds, RoundsByThread):
            await asyncio.to_thread(self._rounds.close)
        else:
            self._rounds.close()


def _calls(source: LeaseStoreSource, clock: Clock, timeout: float) -> LeaseCalls:
    connection = LeaseConnection(source, timeout)
    if isinstance(clock, VirtualClock):
        return CallsInLine(connection)
    return CallsOnThread(connection, patience=2 * timeout)


def _rounds(renewal: LeaseRenewal, clock: Clock, timer: Timer) -> Rounds:
    if isinstance(clock, VirtualClock):
        return RoundsByTimer(renewal, timer)
    return RoundsByThread(renewal, clock)


def _give_back(store: LeaseStore, answer: ClaimAnswer) -> None:
    if isinstance(answer, Granted):
        store.finish(answer.lease, _GIVEN_BACK)


def _leave(store: LeaseStore, answer: None) -> None:
    """Let it be: there is nothing to take back."""
