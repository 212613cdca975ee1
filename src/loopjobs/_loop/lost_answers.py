"""Leases that this process has without knowing: the answers to its claims were lost."""

from loopjobs._run.lease_client import Claimed
from loopjobs._words.leases import Granted, Lease, LeaseEnd
from loopjobs._words.outcomes import Outcome


class LostAnswers:
    """Recognizes such a lease of one job when the store next refuses a claim because of it.

    Nobody runs under it, so it can be given back, and its slot be had after all; otherwise it would
    keep all replicas from running until it ends by itself.
    """

    def __init__(self) -> None:
        self._was_by_hand: bool | None = None
        self._last_token = -1

    def note_silence(self, *, is_by_hand: bool) -> None:
        """Note that a claim was not answered."""
        self._was_by_hand = is_by_hand

    def note_granted(self, granted: Granted) -> None:
        """Note what was granted; a claim that was given up may reach the store later still."""
        self._last_token = granted.lease.fencing_token

    def find(self, claimed: Claimed) -> tuple[Lease, LeaseEnd] | None:
        """Return the lease that a refusal tells of and how it is to end; `None` if there is none.

        Tokens only grow, so one of our own that is higher than the last one we were granted is one
        that we were not told.
        """
        answer, request = claimed.answer, claimed.request
        if isinstance(answer, Granted) or answer.holder != request.holder:
            return None
        if self._was_by_hand is None or answer.sighting is None:
            return None
        token = answer.sighting.fencing_token
        if token <= self._last_token:
            return None
        # By hand it was had beside the slots; otherwise its slot is due still.
        end = LeaseEnd(
            Outcome.CANCELLED,
            next_in=None if self._was_by_hand else 0.0,
            calendar=request.calendar,
        )
        return Lease(request.job, request.holder, token, request.seconds), end
