"""What an answer of the lease store, or none, means for a slot."""

from dataclasses import dataclass
from random import Random
from typing import Final

from loopjobs._run.lease_client import Claimed
from loopjobs._words.leases import Declined
from loopjobs._words.outcomes import Outcome

_SHORTEST_RETRY: Final = 0.5
_LONGEST_RETRY: Final = 15.0
_MOST_DOUBLINGS: Final = 8
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
    failures: int | None = None
    """In a row, by the word of the store; `None` if it said nothing."""
    claimed: Claimed | None = None
    """The lease; `None` also for a run that goes without one."""
    why: str | None = None
    """What the store, or the way to it, has said instead of an answer."""


def turn_without_answer(why: str, failures: int, interval: float, random: Random) -> Turn:
    """Return the turn after so many failures before: soon again, unless the next slot is sooner."""
    retry = min(_SHORTEST_RETRY * 2 ** min(failures, _MOST_DOUBLINGS), _LONGEST_RETRY)
    retry *= random.uniform(0.5, 1.0)
    retry_in = retry if retry < interval else None
    return Turn(Outcome.SKIPPED_LEASE_UNAVAILABLE, retry_in=retry_in, why=why)


def turn_of_others(answer: Declined, own: str, interval: float, random: Random) -> Turn:
    """Return the turn that somebody else has, and when to look again."""
    left = answer.lease_left
    next_in: float | None = answer.next_in
    if answer.next_in <= 0 or (left is not None and answer.next_in > interval):
        # It is due, or not to be believed, and somebody is at it: look at the end of the lease.
        next_in = left if left is not None and left < interval else None
    if next_in is not None:
        # Replicas that come together would come together for ever.
        next_in += random.uniform(0.0, min(_SPREAD * interval, _LONGEST_SPREAD))
    # A lease of our own that no run has is one that could not be given back.
    is_ours = answer.holder == own
    return Turn(
        Outcome.SKIPPED_LEASE_UNAVAILABLE if is_ours else Outcome.SKIPPED_ELSEWHERE, next_in
    )
