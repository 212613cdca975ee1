"""What the lease store has last said about a job."""

from loopjobs._loop.turn import is_contested
from loopjobs._mechanisms.lease_terms import MARGIN
from loopjobs._words.clock import Clock
from loopjobs._words.leases import ClaimRequest, Declined, Granted, Sighting
from loopjobs._words.records import ClusterView


class ClusterNews:
    """Remembers the answers of the store; between two of them it can only be out of date.

    Args:
        clock: Tells how old they are.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard_at: float | None = None
        self._ends_at: float | None = None
        self._succeeded_at: float | None = None
        self._seen: Sighting | None = None
        self._seen_since = 0.0
        self._token: int | None = None
        self._contested_since: float | None = None
        self.failures = 0
        """How often in a row the store has not answered."""
        self.is_paused = False
        """Whether the job was paused in the cluster."""
        self.holder: str | None = None
        """Who had the lease; `None` if nobody."""

    def hear_granted(self, request: ClaimRequest, granted: Granted) -> None:
        """Note that a slot is ours. One that was asked for by hand says nothing about a pause."""
        now = self._hear(granted.success_age)
        self.is_paused = self.is_paused and request.is_by_hand
        self.holder, self._token = request.holder, granted.lease.fencing_token
        self._ends_at = now + granted.lease.seconds
        self._seen = self._contested_since = None

    def hear_declined(self, declined: Declined) -> None:
        """Note that a slot is not ours."""
        now = self._hear(declined.success_age)
        self.is_paused, self.holder = declined.is_paused, declined.holder
        self._ends_at = None if declined.lease_left is None else now + declined.lease_left
        if declined.sighting is not None:
            self._token = declined.sighting.fencing_token
        if not is_contested(declined):
            self._contested_since = None
        elif self._contested_since is None:
            self._contested_since = now
        if declined.sighting != self._seen:
            self._seen, self._seen_since = declined.sighting, now

    @property
    def contested_for(self) -> float:
        """For how many seconds nobody has had a lease, and the slot was not to be had."""
        since = self._contested_since
        return 0.0 if since is None else self._clock.monotonic() - since

    def hear_nothing(self) -> None:
        """Note that the store did not answer."""
        self.failures += 1

    def forget_holder(self) -> None:
        """Note that our lease is over."""
        self.holder = self._ends_at = None

    def stale(self, lease_in_seconds: float) -> Sighting | None:
        """Return a lease that should have ended by our clock, whatever that of the store says."""
        unchanged_for = self._clock.monotonic() - self._seen_since
        return self._seen if unchanged_for > lease_in_seconds * (1 + MARGIN) else None

    def view(
        self, own_holder: str, own_lease_left: float | None, own_success_age: float | None
    ) -> ClusterView:
        """Return it as it is to be shown, beside what this process knows by itself."""
        now = self._clock.monotonic()
        left = None if self._ends_at is None else self._ends_at - now
        is_over = left is not None and left <= 0 and own_lease_left is None
        holder = None if is_over else self.holder
        ages = [own_success_age]
        if self._succeeded_at is not None:
            ages.append(now - self._succeeded_at)
        return ClusterView(
            is_reachable=self._is_reachable(),
            heard_ago=None if self._heard_at is None else now - self._heard_at,
            is_paused=self.is_paused,
            holder=holder,
            is_held_here=holder == own_holder,
            fencing_token=self._token,
            lease_left=None if holder is None else own_lease_left or left,
            success_age=min((age for age in ages if age is not None), default=None),
        )

    def _is_reachable(self) -> bool | None:
        has_asked = self._heard_at is not None or self.failures > 0
        return self.failures == 0 if has_asked else None

    def _hear(self, success_age: float | None) -> float:
        self.failures = 0
        now = self._heard_at = self._clock.monotonic()
        self._succeeded_at = None if success_age is None else now - success_age
        return now
