"""What an answer of the lease store, or none, means for a slot."""

from dataclasses import dataclass
from random import Random
from typing import Final

from loopjobs._run.lease_client import Claimed
from loopjobs._words.leases import ClaimRequest, Declined
from loopjobs._words.outcomes import Outcome

_SHORTEST_RETRY: Final = 0.5
_LONGEST_RETRY: Final = 15.0
_MOST_DOUBLINGS: Final = 8
_FIRST_LOOK: Final = 0.1
_LOOK: Final = 0.5
_LOOKS_IN_ALL: Final = 4
"""Once a row was locked for longer than a lease: so many looks in as long as that again."""
_SOONER: Final = 0.5
"""Seconds by which another moment is to be sooner than the next slot of a calendar."""
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
    why: str | None = None
    """Who has the lease, or what the store, or the way to it, has said instead of an answer."""
    failures: int | None = None
    """In a row, by the word of the store; `None` if it said nothing."""
    claimed: Claimed | None = None
    """The lease; `None` also for a run that goes without one."""


def turn_without_answer(why: str, failures: int, interval: float, random: Random) -> Turn:
    """Return the turn after so many failures before: soon again, unless the next slot is sooner."""
    retry = min(_SHORTEST_RETRY * 2 ** min(failures, _MOST_DOUBLINGS), _LONGEST_RETRY)
    retry_in = _if_sooner(retry * random.uniform(0.5, 1.0), interval)
    return Turn(Outcome.SKIPPED_LEASE_UNAVAILABLE, retry_in=retry_in, why=why)


def is_contested(answer: Declined) -> bool:
    """Whether nobody has a lease and the slot is not to be had all the same.

    Somebody claims it at this very moment; or whoever had the lease has lost it in the middle of a
    fenced transaction, which keeps all others out until it ends.
    """
    return answer.next_in <= 0 and answer.lease_left is None and not answer.is_paused


def turn_in_contest(seconds: float, request: ClaimRequest, random: Random) -> Turn:
    """Return the turn in a contest that has lasted for so long: look again soon.

    A server ends a transaction that stands still for as long as a lease. One that goes on for
    longer than that is looked at less and less often.
    """
    if seconds <= 0:
        retry = _FIRST_LOOK
    elif seconds <= request.seconds:
        retry = _LOOK
    else:
        retry = min(max(_LOOK, seconds / _LOOKS_IN_ALL), _LONGEST_RETRY)
    return Turn(
        Outcome.SKIPPED_ELSEWHERE,
        retry_in=_if_sooner(retry * random.uniform(0.5, 1.0), request.next_in),
        why="another replica is claiming it, or ends a fenced transaction",
    )


def turn_of_others(answer: Declined, request: ClaimRequest, random: Random) -> Turn:
    """Return the turn that somebody else has, and when to look again."""
    look_in = _look_in(answer, request)
    if look_in is not None:
        # Replicas that come together would come together for ever.
        look_in += random.uniform(0.0, min(_SPREAD * request.interval, _LONGEST_SPREAD))
    # Every replica reads the slots of a calendar off its own clock, and looks beside them.
    is_beside = request.calendar is not None
    next_in, retry_in = (None, look_in) if is_beside else (look_in, None)
    if answer.holder == request.holder:
        # A lease of our own that no run has is one that could not be given back.
        what = "its last lease could not be given back yet"
        return Turn(Outcome.SKIPPED_LEASE_UNAVAILABLE, next_in, retry_in, why=what)
    if answer.lease_left is None:
        return Turn(Outcome.SKIPPED_ELSEWHERE, next_in, retry_in, why="another replica has had it")
    who = answer.holder or "a replica before a restart of the store"
    return Turn(Outcome.SKIPPED_ELSEWHERE, next_in, retry_in, why=f"{who} has the lease")


def _look_in(answer: Declined, request: ClaimRequest) -> float | None:
    """Return in how many seconds the slot may be had; `None` is at the next one."""
    left, longest = answer.lease_left, request.next_in
    is_of_calendar = request.calendar is not None
    if is_of_calendar:
        longest -= _SOONER
    if answer.next_in <= 0 or (left is not None and answer.next_in > request.next_in):
        # It is due, or not to be believed, and somebody is at it: look at the end of the lease.
        return left if left is not None and left < longest else None
    return None if is_of_calendar and answer.next_in >= longest else answer.next_in


def _if_sooner(retry: float, interval: float) -> float | None:
    return retry if retry < interval else None
