"""The leases of one process: claimed, kept, given back."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import uuid4

from loopjobs._contracts.lease_store import LeaseStore, LeaseStoreSource
from loopjobs._mechanisms.lease_terms import believed_until
from loopjobs._mechanisms.timer import Timer
from loopjobs._run.lease_calls import CallsInLine, CallsOnThread, LeaseCalls
from loopjobs._run.lease_connection import LeaseConnection
from loopjobs._run.lease_renewal import Bereaved, LeaseRenewal
from loopjobs._run.lease_rounds import Rounds, RoundsByTimer
from loopjobs._run.lease_watch import RoundsByThread
from loopjobs._words.clock import Clock, VirtualClock
from loopjobs._words.errors import LeaseUnavailableError
from loopjobs._words.leases import ClaimAnswer, ClaimRequest, Granted, Lease, LeaseEnd
from loopjobs._words.outcomes import Outcome

_PATIENCE: Final = 2
"""Calls that are waited for at once: one may have to connect first."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The answer to a claim, and when that was sent."""

    request: ClaimRequest
    answer: ClaimAnswer
    sent_at: float
    """By the clock of the replica: from then on a lease counts."""


class LeaseClient:
    """Asks the store on behalf of all jobs of a host.

    Claims and renewals have threads and a connection each: neither waits for the other, nor for
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
        self._connections = [LeaseConnection(source, timeout) for _ in range(2)]
        claims, renewals = self._connections
        self._calls = _calls(claims, clock)
        self._renewal = LeaseRenewal(renewals, clock)
        self._rounds = _rounds(self._renewal, clock, timer, lambda: _PATIENCE * renewals.timeout)

    @cached_property
    def holder(self) -> str:
        """The name of this process among all, made when it first claims: after any fork."""
        return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:12]}"

    def use_timeout(self, seconds: float) -> None:
        """Let the calls from the next one on give up after that long."""
        for connection in self._connections:
            connection.timeout = seconds

    async def claim(self, request: ClaimRequest) -> Claimed:
        """Claim a slot. Whoever cancels it gives back what may still be granted.

        Raises:
            LeaseUnavailableError: the store cannot be reached, or did not answer in time.
        """
        sent_at = self._clock.monotonic()

        def give_back(store: LeaseStore, answer: ClaimAnswer) -> None:
            if isinstance(answer, Granted):
                store.finish(answer.lease, _unused(request, answer))

        answer = await self._calls.call(lambda store: store.claim(request), give_back)
        if isinstance(answer, Granted) and not self._is_believed(answer.lease, sent_at):
            # The process was frozen between the question and the answer.
            with contextlib.suppress(LeaseUnavailableError):
                await self.finish(answer.lease, _unused(request, answer))
            raise LeaseUnavailableError("its answer came when the lease was over already")
        return Claimed(request, answer, sent_at)

    def keep(self, granted: Claimed, bereaved: Bereaved) -> None:
        """Renew a lease from here on; tell if it is lost, before anybody else can have it."""
        if isinstance(granted.answer, Granted):
            self._renewal.hold(granted.answer.lease, granted.sent_at, bereaved)
            self._rounds.look_again()

    def lease_left(self, lease: Lease) -> float | None:
        """Return for how many seconds a lease is believed; `None` if it is not held."""
        ends_at = self._renewal.ends_at(lease)
        return None if ends_at is None else max(0.0, ends_at - self._clock.monotonic())

    async def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give a lease back.

        Raises:
            LeaseUnavailableError: the store cannot be reached; the lease ends by itself then.
        """
        self._renewal.let_go(lease)
        self._rounds.look_again()
        await self._calls.call(lambda store: store.finish(lease, end), _leave)

    async def give_back(self, claimed: Claimed) -> None:
        """Give a lease back unused, if one was granted; its slot is due again at once.

        Raises:
            LeaseUnavailableError: the store cannot be reached; the lease ends by itself then.
        """
        if isinstance(claimed.answer, Granted):
            end = _unused(claimed.request, claimed.answer)
            await self.finish(claimed.answer.lease, end)

    async def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause or resume a job in the whole cluster.

        Raises:
            LeaseUnavailableError: the store cannot be reached, or did not answer in time.
        """
        await self._calls.call(lambda store: store.set_paused(job, is_paused=is_paused), _leave)

    async def close(self) -> None:
        """End the threads and close the connections; a call that hangs is left behind."""
        await asyncio.gather(self._calls.close(), self._rounds.close())

    def _is_believed(self, lease: Lease, sent_at: float) -> bool:
        return self._clock.monotonic() < believed_until(lease, sent_at)


def _calls(connection: LeaseConnection, clock: Clock) -> LeaseCalls:
    if isinstance(clock, VirtualClock):
        return CallsInLine(connection)
    return CallsOnThread(connection, lambda: _PATIENCE * connection.timeout)


def _rounds(
    renewal: LeaseRenewal, clock: Clock, timer: Timer, patience: Callable[[], float]
) -> Rounds:
    if isinstance(clock, VirtualClock):
        return RoundsByTimer(renewal, timer)
    return RoundsByThread(renewal, clock, patience)


def _unused(request: ClaimRequest, granted: Granted) -> LeaseEnd:
    """Return the end of a lease under which nothing was run: its slot, if it had one, is due."""
    has_slot = not request.is_by_hand or granted.overdue > 0
    return LeaseEnd(
        Outcome.CANCELLED,
        next_in=0.0 if has_slot else None,
        calendar=request.calendar,
    )


def _leave(store: LeaseStore, answer: None) -> None:
    """Let it be: there is nothing to take back."""
