"""Leases that could not be given back when their runs ended."""

from dataclasses import replace

from loopjobs._run.lease_client import LeaseClient
from loopjobs._words.clock import Clock
from loopjobs._words.errors import LeaseUnavailableError
from loopjobs._words.leases import Lease, LeaseEnd


class LeaseDebt:
    """Gives back the lease of one job, and tries again if the store cannot be reached.

    Otherwise a short outage would keep the job from running until the lease has ended by itself.
    """

    def __init__(self, client: LeaseClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._owed: tuple[Lease, LeaseEnd, float] | None = None

    def owe(self, lease: Lease, end: LeaseEnd) -> None:
        """Note that this lease is to be given back; what was owed before is over by then."""
        self._owed = (lease, end, self._clock.monotonic())

    async def pay(self) -> None:
        """Give back what is owed, if anything is.

        Raises:
            LeaseUnavailableError: the store cannot be reached; it is owed still, and holds.
        """
        owed = self._owed
        if owed is None:
            return
        lease, end, since = owed
        late = self._clock.monotonic() - since
        if end.next_in is not None:
            end = replace(end, next_in=max(0.0, end.next_in - late))
        if end.calendar is not None:
            end = replace(end, calendar=replace(end.calendar, age=end.calendar.age + late))
        try:
            await self._client.finish(lease, end)
        except LeaseUnavailableError:
            if late < lease.seconds:
                raise
            # It has ended by itself, so it keeps nobody from the next one.
            return
        if self._owed is owed:
            self._owed = None
