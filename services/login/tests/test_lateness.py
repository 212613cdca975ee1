"""How much of a PC's silence is our own absence."""

from datetime import UTC, datetime, timedelta

from login.domain.lateness import Absence

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_late_run_was_absent_for_its_lateness() -> None:
    """The lateness of the run counts; being early does not."""
    assert Absence().measure(30, NOON, 0) == 30
    assert Absence().measure(-1, NOON, 0) == 0


def test_a_suspended_machine_was_absent_for_as_long_as_the_wall_clock_says() -> None:
    """The monotonic clock stops in a suspend, the wall clock does not."""
    absence = Absence()
    absence.measure(0, NOON, 100)
    assert absence.measure(2, NOON + timedelta(minutes=31), 160) == 30 * 60 + 2
    assert absence.measure(0, NOON + timedelta(minutes=32), 220) == 0


def test_clocks_may_differ_a_little() -> None:
    """A slewed clock, or one set back, is no absence."""
    absence = Absence()
    absence.measure(0, NOON, 100)
    assert absence.measure(0, NOON + timedelta(seconds=60.9), 160) == 0
    assert absence.measure(0, NOON, 220) == 0
