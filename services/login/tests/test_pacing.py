"""When a PC should be heard again."""

from random import Random

from login.domain.pacing import KeepAlivePacing


def test_keep_alives_are_spread_by_a_tenth_to_both_sides() -> None:
    """PCs that start together do not stay together."""
    pacing = KeepAlivePacing(60, Random(7))  # noqa: S311 - a test wants predictable chance
    asked = [pacing.next_in_seconds() for _ in range(1_000)]
    assert 54 <= min(asked) < 55
    assert 65 < max(asked) <= 66
