"""How long a service that does not answer is left alone."""

from login.client import Backoff

from .fakes import dice


def _waits(backoff: Backoff, count: int) -> list[float]:
    return [backoff.next_wait() for _ in range(count)]


def test_waits_double_up_to_the_cap() -> None:
    """Each wait lies between half and all of 1, 2, 4 ... seconds, capped at the longest."""
    waits = _waits(Backoff(dice(1), first=1, longest=10), 2_000)
    for wait, ceiling in zip(waits, [1, 2, 4, 8, *[10] * 1_996], strict=True):
        assert ceiling / 2 <= wait <= ceiling


def test_an_answer_begins_anew() -> None:
    """After a reset the next wait is a first one."""
    backoff = Backoff(dice(1), first=1, longest=60)
    _waits(backoff, 9)
    backoff.reset()
    assert backoff.next_wait() <= 1


def test_two_pcs_do_not_come_back_together() -> None:
    """The random part differs from PC to PC."""
    assert _waits(Backoff(dice(1)), 5) != _waits(Backoff(dice(2)), 5)


def test_the_service_may_ask_for_more_within_the_cap() -> None:
    """Retry-After is obeyed, but an absurd one does not silence the PC for a day."""
    backoff = Backoff(dice(1), first=1, longest=60)
    assert 20 <= backoff.next_wait(asked_for=20) <= 21
    assert backoff.next_wait(asked_for=86_400) <= 61
