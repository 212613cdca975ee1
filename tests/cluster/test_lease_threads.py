"""The threads that keep leases: what a blocked event loop, or a store that hangs, does to them."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import pytest

from loopjobs import ClaimAnswer, ClaimRequest, Granted, Lease, LeaseEnd, LeaseUnavailableError
from loopjobs._mechanisms.timer import Timer
from loopjobs._run.lease_client import Claimed, LeaseClient
from loopjobs._run.lease_connection import LeaseConnection
from loopjobs._run.lease_renewal import Bereaved, LeaseRenewal
from loopjobs._run.lease_watch import RoundsByThread

_SOON: Final = 5.0
"""Seconds within which a thread surely does what it has to; no test waits for them."""
_TIMEOUT: Final = 0.01


@dataclass
class SetClock:
    """A clock that is set by hand, and that no thread is told of."""

    time: float = 0.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Gate:
    """Somewhere to wait until a test says so."""

    opened: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    def pass_through(self) -> None:
        self.reached.set()
        assert self.opened.wait(_SOON)


class Heard(logging.Handler):
    """Notes lines that wake somebody up, on whatever thread they are written."""

    def __init__(self) -> None:
        super().__init__(logging.CRITICAL)
        self.lines: list[str] = []
        self.heard = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Note a line."""
        self.lines.append(record.getMessage())
        self.heard.set()


class ScriptedStore:
    """A store that answers as it is told, and notes what it is asked."""

    def __init__(self) -> None:
        self.claim_gate: Gate | None = None
        self.renew_gate: Gate | None = None
        self.keeps = True
        self.is_down = False
        self.failed = 0
        self.token = 0
        self.renewals: list[Sequence[Lease]] = []
        self.renewed = threading.Event()
        self.finished: list[int] = []
        self.closed = 0
        self.timeouts: list[float] = []
        """With which each connection was made."""

    def connect(self, timeout: float) -> "ScriptedStore":
        self.timeouts.append(timeout)
        return self

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        if self.claim_gate is not None:
            self.claim_gate.pass_through()
        self.token += 1
        lease = Lease(request.job, request.holder, self.token, request.seconds)
        return Granted(lease, request.interval, 0.0, is_takeover=False)

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Renew, or fail."""
        if self.is_down:
            self.failed += 1
            raise LeaseUnavailableError("down")
        if self.renew_gate is not None:
            self.renew_gate.pass_through()
        self.renewals.append(leases)
        self.renewed.set()
        return leases if self.keeps else ()

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        self.finished.append(lease.fencing_token)

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        pass

    def close(self) -> None:
        self.closed += 1


class Keeper:
    """One lease, and the threads that keep it."""

    def __init__(self) -> None:
        self.store, self.clock = ScriptedStore(), SetClock()
        self.renewal = LeaseRenewal(LeaseConnection(self.store, _TIMEOUT), self.clock)
        self.rounds = RoundsByThread(self.renewal, self.clock, lambda: _SOON)
        self.told_on: list[str] = []
        """The threads on which a loss was told."""
        self.warned = threading.Event()

    def keep(self) -> None:
        """Hold a lease of 15 s."""
        bereaved = Bereaved(self._note_loss, self.warned.set)
        self.renewal.hold(Lease("sweep", "we", 1, 15.0), self.clock.time, bereaved)
        self.rounds.look_again()

    def pass_to(self, time: float) -> None:
        """Set the clock, and let the threads look at it."""
        self.clock.time = time
        self.rounds.look_again()

    def _note_loss(self) -> None:
        self.told_on.append(threading.current_thread().name)


@asynccontextmanager
async def keeping() -> AsyncIterator[Keeper]:
    """Keep a lease, and end the threads however the test ends."""
    keeper = Keeper()
    keeper.keep()
    try:
        yield keeper
    finally:
        if keeper.store.renew_gate is not None:
            keeper.store.renew_gate.opened.set()
        await keeper.rounds.close()


@dataclass
class Bench:
    """A client of a scripted store."""

    store: ScriptedStore
    clock: SetClock
    client: LeaseClient

    async def claim(self) -> Claimed:
        """Claim a slot of a job."""
        request = ClaimRequest(job="sweep", holder="we", interval=60, seconds=15)
        return await self.client.claim(request)


@asynccontextmanager
async def bench(seconds: float = _TIMEOUT) -> AsyncIterator[Bench]:
    """Open a bench, and close it however the test ends."""
    store, clock = ScriptedStore(), SetClock()
    client = LeaseClient(store, clock, Timer(clock, 0.0), seconds)
    try:
        yield Bench(store, clock, client)
    finally:
        if store.claim_gate is not None:
            store.claim_gate.opened.set()
        await client.close()


def lease_threads() -> set[threading.Thread]:
    """Return the threads that have to do with leases."""
    return {each for each in threading.enumerate() if each.name.startswith("loopjobs lease")}


async def until(holds: Callable[[], bool]) -> None:
    """Let threads and the event loop go on until that is so."""
    async with asyncio.timeout(_SOON):
        while not holds():  # noqa: ASYNC110 - threads set no asyncio.Event
            await asyncio.sleep(0.0005)


async def test_leases_are_renewed_while_the_event_loop_is_blocked() -> None:
    """The body blocks it here, in the very line that waits for the renewal."""
    async with keeping() as keeper:
        keeper.pass_to(5.0)
        assert keeper.store.renewed.wait(_SOON)
        assert len(keeper.store.renewals) == 1


async def test_a_loss_is_seen_from_threads_while_the_event_loop_is_blocked() -> None:
    """The store is away, too, so no fence would tell; the event loop is told when it is free."""
    async with keeping() as keeper:
        keeper.store.is_down = True
        keeper.pass_to(13.1)
        assert keeper.warned.wait(_SOON)
        assert not keeper.told_on
        await until(lambda: len(keeper.told_on) == 1)


async def test_a_shorter_time_for_calls_holds_from_the_next_one() -> None:
    """Its connection is made anew; as long as nothing changes it is not."""
    async with bench(3.0) as each:
        await each.claim()
        await each.claim()
        each.client.use_timeout(0.2)
        await each.claim()
        assert (each.store.timeouts, each.store.closed) == ([3.0, 0.2], 1)


async def test_an_event_loop_blocked_for_more_than_a_minute_loses_its_leases() -> None:
    """A service that is dead must not keep its job from the others; one line says so."""
    handler = Heard()
    logging.getLogger("loopjobs.leases").addHandler(handler)
    async with keeping() as keeper:
        for time in range(5, 65, 5):
            keeper.store.renewed.clear()
            keeper.pass_to(float(time))
            assert keeper.store.renewed.wait(_SOON)
        keeper.pass_to(66.0)
        assert handler.heard.wait(_SOON)
        keeper.pass_to(74.0)
        assert not keeper.told_on
        await until(lambda: len(keeper.told_on) == 1)
        assert len(keeper.store.renewals) == 12
    logging.getLogger("loopjobs.leases").removeHandler(handler)
    assert handler.lines == [
        "the event loop has been blocked for 61 s; its leases are not renewed any more"
    ]


async def test_an_event_loop_that_was_idle_for_hours_is_not_taken_for_blocked() -> None:
    """It is asked whether it is there, and has to answer; nobody goes by its last word."""
    async with keeping() as keeper:
        keeper.renewal.let_go(Lease("sweep", "we", 1, 15.0))
        keeper.pass_to(7200.0)
        keeper.keep()
        keeper.pass_to(7205.0)
        assert keeper.store.renewed.wait(_SOON)


async def test_a_store_that_does_not_know_a_lease_any_more_is_told_on_the_event_loop() -> None:
    """At the renewal, not at the end of the lease."""
    async with keeping() as keeper:
        keeper.store.keeps = False
        keeper.pass_to(5.0)
        await until(lambda: bool(keeper.told_on))
        assert keeper.told_on == [threading.current_thread().name]


async def test_a_renewal_that_hangs_does_not_hide_that_the_lease_has_ended() -> None:
    """Who waits for the store is not who looks at the clock."""
    async with keeping() as keeper:
        gate = keeper.store.renew_gate = Gate()
        keeper.pass_to(5.0)
        assert gate.reached.wait(_SOON)
        keeper.pass_to(13.0)
        await until(lambda: len(keeper.told_on) == 1)


async def test_a_renewal_that_fails_is_tried_again_while_there_is_time() -> None:
    """A second later, for a lease of fifteen."""
    async with keeping() as keeper:
        keeper.store.is_down = True
        keeper.pass_to(5.0)
        await until(lambda: keeper.store.failed == 1)
        keeper.store.is_down = False
        await until(lambda: keeper.renewal.wake_at() == 6.0)
        keeper.pass_to(6.0)
        assert keeper.store.renewed.wait(_SOON)
        await until(lambda: keeper.renewal.wake_at() == 11.0)
        assert not keeper.told_on


async def test_a_claim_that_hangs_is_given_up_and_what_it_gets_is_given_back() -> None:
    """The lease would keep the job from everybody until it ends."""
    async with bench() as b:
        gate = b.store.claim_gate = Gate()
        with pytest.raises(LeaseUnavailableError, match="did not answer within"):
            await b.claim()
        gate.opened.set()
        await until(lambda: b.store.finished == [1])


async def test_nothing_queues_up_behind_a_call_that_hangs() -> None:
    """Whoever asks meanwhile is refused at once; later it is served again."""
    async with bench() as b:
        gate = b.store.claim_gate = Gate()
        with pytest.raises(LeaseUnavailableError):
            await b.claim()
        with pytest.raises(LeaseUnavailableError, match="an earlier call"):
            await b.claim()
        gate.opened.set()
        await until(lambda: b.store.finished == [1])
        assert isinstance((await b.claim()).answer, Granted)


async def test_a_claim_that_nobody_waits_for_any_more_is_given_back() -> None:
    """A stop does not wait for it, and whoever stops it leaves nothing behind."""
    async with bench() as b:
        gate = b.store.claim_gate = Gate()
        claim = asyncio.create_task(b.claim())
        await until(gate.reached.is_set)
        claim.cancel()
        with pytest.raises(asyncio.CancelledError):
            await claim
        gate.opened.set()
        await until(lambda: b.store.finished == [1])


async def test_an_answer_that_comes_when_the_lease_is_over_is_none() -> None:
    """The process was frozen in between, and somebody else may run by now."""
    async with bench(_SOON) as b:
        gate = b.store.claim_gate = Gate()
        claim = asyncio.create_task(b.claim())
        await until(gate.reached.is_set)
        b.clock.time = 13.0
        gate.opened.set()
        with pytest.raises(LeaseUnavailableError, match="over already"):
            await claim
        assert b.store.finished == [1]


async def test_a_stop_ends_the_threads_and_closes_the_connections() -> None:
    """And nothing of them is left."""
    before = lease_threads()
    async with bench() as b, keeping() as keeper:
        await b.claim()
        keeper.pass_to(5.0)
        await until(keeper.store.renewed.is_set)
        assert len(lease_threads()) == len(before) + 3
    assert lease_threads() == before
    assert b.store.closed == keeper.store.closed == 1


async def test_a_stop_leaves_a_thread_behind_that_hangs(caplog: pytest.LogCaptureFixture) -> None:
    """It is a daemon: the process can end all the same."""
    async with bench() as b:
        gate = b.store.claim_gate = Gate()
        with pytest.raises(LeaseUnavailableError):
            await b.claim()
        await b.client.close()
        assert "its thread is left behind" in caplog.text
        assert all(each.daemon for each in lease_threads())
        with pytest.raises(LeaseUnavailableError):
            await b.claim()
        gate.opened.set()


async def test_a_store_that_falls_over_is_a_store_that_cannot_be_reached() -> None:
    """Whatever it raises: neither the loop nor the renewals may end of it."""
    async with bench() as b:
        b.store.claim = fall_over  # type: ignore[method-assign] # for this one test
        with pytest.raises(LeaseUnavailableError, match="KeyError"):
            await b.claim()


async def test_a_store_that_answers_a_renewal_with_nonsense_has_not_renewed() -> None:
    """It is tried again a second later, not at once and for ever."""
    async with keeping() as keeper:
        renew = keeper.store.renew
        keeper.store.renew = forget_to_answer  # type: ignore[method-assign,assignment] # at first
        keeper.pass_to(5.0)
        await until(lambda: keeper.renewal.wake_at() == 6.0)
        keeper.store.renew = renew  # type: ignore[method-assign] # mended
        keeper.pass_to(6.0)
        assert keeper.store.renewed.wait(_SOON)
        await until(lambda: keeper.renewal.wake_at() == 11.0)
        assert not keeper.told_on


def forget_to_answer(leases: Sequence[Lease]) -> None:
    """Return what no store should."""


def fall_over(request: ClaimRequest) -> ClaimAnswer:
    """Raise what no store should."""
    raise KeyError(request.job)


def test_the_threads_end_with_their_event_loop() -> None:
    """A host that was dropped without a stop renews nothing."""

    async def drop() -> Keeper:
        keeper = Keeper()
        keeper.keep()
        return keeper

    before = lease_threads()
    keeper = asyncio.run(drop())
    threads = lease_threads() - before
    keeper.pass_to(5.0)
    for thread in threads:
        thread.join(_SOON)
    assert not any(thread.is_alive() for thread in threads)
    assert not keeper.store.renewals
    assert keeper.store.closed == 0
