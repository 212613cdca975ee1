"""What two replicas ask a store of leases for, and what it answers."""

from dataclasses import replace
from typing import Final

from loopjobs import ClaimRequest, Declined, Granted, LeaseEnd, LeaseStore, Outcome

INTERVAL: Final = 10_000.0
LEASE: Final = 4_000.0
OURS: Final = ClaimRequest(job="sweep", holder="ours", interval=INTERVAL, seconds=LEASE)
THEIRS: Final = replace(OURS, holder="theirs")
SUCCESS: Final = LeaseEnd(Outcome.SUCCEEDED)


def granted(store: LeaseStore, request: ClaimRequest = OURS) -> Granted:
    """Claim what is there to be had."""
    answer = store.claim(request)
    assert isinstance(answer, Granted), answer
    return answer


def declined(store: LeaseStore, request: ClaimRequest = OURS) -> Declined:
    """Claim what is not."""
    answer = store.claim(request)
    assert isinstance(answer, Declined), answer
    return answer
