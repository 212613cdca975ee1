"""A machine that is suspended past its lease: its clock must have gone on when it wakes."""

from loopjobs import CancellationToken
from loopjobs.testing import FakeClock, MemoryLeases

from .replicas import Replica

LEASE = 15.0
STEP = 1.0


class Machine:
    """One replica of a job without end, on a machine that may be suspended.

    Args:
        leases: Shared by all.
        goes_on: Whether its clock does, as CLOCK_BOOTTIME; otherwise it stands still in a suspend,
            as CLOCK_MONOTONIC.
    """

    def __init__(self, leases: MemoryLeases, *, goes_on: bool) -> None:
        self._goes_on = goes_on
        self.clock = FakeClock()
        self.steps = 0
        self.replica = Replica(leases, self.clock, self._body, LeaseInSeconds=LEASE)

    def wake(self, slept: float) -> None:
        """Let it find out how late it is, as far as its clock knows."""
        self.replica.wire.is_cut = True
        if self._goes_on:
            self.clock.stall(slept)

    async def _body(self, ct: CancellationToken) -> None:
        while True:
            await ct.sleep(STEP)
            self.steps += 1


async def steps_beside_another(*, goes_on: bool) -> int:
    """Suspend a holder until somebody else has its lease; return how often it steps afterwards.

    The network is not back yet when it wakes, so nobody tells it.
    """
    clock = FakeClock()
    leases = MemoryLeases(clock)
    sleeper, other = (Machine(leases, goes_on=goes_on) for _ in range(2))
    async with sleeper.replica.host:
        await sleeper.clock.advance(0.5)
        async with other.replica.host:
            for _ in range(40):
                await clock.advance(STEP)
                await other.clock.advance(STEP)
            assert len(sleeper.replica.runs) == len(other.replica.runs) == 1
            before = sleeper.steps
            sleeper.wake(40 * STEP)
            for _ in range(8):
                for each in (clock, other.clock, sleeper.clock):
                    await each.advance(STEP)
            return sleeper.steps - before


async def test_a_holder_that_was_suspended_stops_when_it_wakes() -> None:
    """The step that was due may come first; a fence refuses what it writes."""
    assert await steps_beside_another(goes_on=True) <= 1


async def test_on_a_clock_that_stands_still_it_would_go_on() -> None:
    """The control: as far as that knows the lease has just begun."""
    assert await steps_beside_another(goes_on=False) == 8
