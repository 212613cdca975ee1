"""Where the leases of a cluster live."""

from collections.abc import Sequence
from typing import Protocol

from loopjobs._words.leases import ClaimAnswer, ClaimRequest, Lease, LeaseEnd


class LeaseStore(Protocol):
    """One connection to the place where all replicas keep their leases.

    For each job it keeps one row: the next point of the grid, the moment that stands in for it if
    the last run asked for one, who has the lease, until when, and the last fencing token. Each verb
    is one atomic step on the clock of the store. All of them block, within a bound of their own,
    and are called on a thread that may wait.

    Every verb raises `LeaseUnavailableError` if the store cannot be reached or does not answer in
    time.
    """

    def claim(self, request: ClaimRequest) -> ClaimAnswer:
        """Claim the slot that is due, if one is, and nobody has a lease.

        It grants a lease with a higher fencing token than any before, forgets the moment that
        stood in for the grid, and moves the next slot to the first point of the grid that is later
        than now. A job that the store does not know is due at once.

        Replicas may ask with different intervals, as in a rolling deployment. Whoever asks counts
        its own from the last slot of the grid, whoever had that: so the shortest one sets the pace
        while it is there, and the others go on where it leaves off.

        A slot of a calendar is due if nobody has had it: the last slot of the grid lies further
        back than the tolerance, or further ahead of now than that, for then the clock of the store
        went back. Whoever gets it sets the grid anew: the slot that is claimed is a point of it,
        and the next one an interval later. So whoever comes with an interval counts it from there.

        A slot that is further away than it can be is due, and begins the grid anew: the clock of
        the store went back. It can be as far as one interval from the last slot, or as far as the
        last run has put it off.
        """
        ...

    def renew(self, leases: Sequence[Lease]) -> Sequence[Lease]:
        """Let leases hold for their whole time again, from now; return those that still held."""
        ...

    def finish(self, lease: Lease, end: LeaseEnd) -> None:
        """Give a lease back, and note how the run has ended; nothing if it is not held any more.

        A lease whose time is over and that nobody else has taken is still given back.
        """
        ...

    def set_paused(self, job: str, *, is_paused: bool) -> None:
        """Pause or resume a job in the whole cluster."""
        ...

    def close(self) -> None:
        """Close the connection; nothing else is asked of it afterwards."""
        ...


class LeaseStoreSource(Protocol):
    """Connects to the place where leases are kept: one connection for claims, one for renewals."""

    def connect(self, timeout: float) -> LeaseStore:
        """Connect, and make what is missing there.

        Args:
            timeout: Seconds after which a verb gives up.

        Raises:
            LeaseUnavailableError: it cannot be reached, or is not fit to keep leases.
        """
        ...
