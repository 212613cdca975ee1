"""Which expressions and zones are taken, and what is said of the others."""

from datetime import UTC, datetime

import pytest

from loopjobs import Calendar

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "slots"),
    [
        ("0 3 * * *", ["2026-01-01T03:00:00", "2026-01-02T03:00:00"]),
        ("15 30 2 * * *", ["2026-01-01T02:30:15", "2026-01-02T02:30:15"]),
        ("*/20 * * * * *", ["2026-01-01T00:00:00", "2026-01-01T00:00:20"]),
        ("0 6 * * MON", ["2026-01-05T06:00:00", "2026-01-12T06:00:00"]),
        ("0 0 L * *", ["2026-01-31T00:00:00", "2026-02-28T00:00:00"]),
        ("0 0 LW * *", ["2026-01-30T00:00:00", "2026-02-27T00:00:00"]),
        ("0 9 * * MON#1", ["2026-01-05T09:00:00", "2026-02-02T09:00:00"]),
        ("0 0 29 2 *", ["2028-02-29T00:00:00", "2032-02-29T00:00:00"]),
    ],
)
def test_five_fields_or_six_with_seconds_first(cron: str, slots: list[str]) -> None:
    """As cron has it for half a century, and what others have added."""
    calendar = Calendar(cron, "UTC")
    first = calendar.at_or_after(START)
    found = [first, calendar.after(first)]
    assert [slot.replace(tzinfo=None).isoformat() for slot in found] == slots


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("61 * * * *", "its minute '61' is none"),
        ("0 0 * * MON#6", "its day of the week 'MON#6' is none"),
        ("61 * * * * *", "its second '61' is none"),
        ("0 0 ? * *", "its day of the month '?' is none; '?' is of Quartz, write '*'"),
        (f"0 {'9' * 5000} * * *", "its hour '999"),
        ("@daily", "must have five fields, or six with seconds first, not 1"),
        ("0 0 0 ? * MON 2030", "must have five fields, or six with seconds first, not 7"),
        ("", "must have five fields, or six with seconds first, not 0"),
        ("0 0 30 2 *", "must name a day that there is in one of its months"),
        ("0 0 * 2 MON#5", "must name days that come more often than every ten years"),
    ],
)
def test_what_is_no_expression_is_refused_with_the_field(cron: str, why: str) -> None:
    """One that never comes is none, either."""
    with pytest.raises(ValueError, match="must") as refusal:
        Calendar(cron, "UTC")
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Europe/Brelin", "did you mean 'Europe/Berlin'?"),
        ("europe/berlin", "did you mean 'Europe/Berlin'?"),
        ("W. Europe Standard Time", "such as 'Europe/Berlin'"),
        ("", "such as 'Europe/Berlin'"),
        ("../UTC", "must be a time zone of IANA"),
        ("Europe", "must be a time zone of IANA"),
    ],
)
def test_a_zone_that_is_not_known_is_refused_with_what_was_meant(name: str, why: str) -> None:
    """Whatever the data base of zones says of it."""
    with pytest.raises(ValueError, match="must be a time zone of IANA") as refusal:
        Calendar("0 3 * * *", name)
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    ("cron", "shortest", "longest"),
    [
        ("* * * * * *", 1, 1),
        ("*/7 * * * *", 4 * 60, 7 * 60),
        ("0,5 3 * * *", 300, 86_100),
        ("0 9 * * 1-5", 86_400, 3 * 86_400),
        ("0 0 1 * *", 28 * 86_400, 31 * 86_400),
        ("0 0 29 2 *", 1_461 * 86_400, 1_461 * 86_400),
        ("30 0 23 31 12 *", 365 * 86_400, 366 * 86_400),
    ],
)
def test_the_shortest_and_the_longest_gap_are_known(
    cron: str, shortest: float, longest: float
) -> None:
    """Whenever somebody asks: they are those of ten years that are always the same."""
    calendar = Calendar(cron, "Europe/Berlin")
    assert (calendar.shortest_gap, calendar.longest_gap) == (shortest, longest)


def test_a_calendar_says_itself_in_words() -> None:
    """With its zone, for nobody would guess it."""
    assert Calendar("0 3 * * *", "Europe/Berlin").in_words == "at 03:00 every day (Europe/Berlin)"
    assert Calendar("*/5 * * * *", "UTC").in_words == "every fifth minute of every hour (UTC)"


def test_past_the_last_year_there_are_no_slots() -> None:
    """Python's calendar ends, and says so."""
    with pytest.raises(OverflowError, match="9999"):
        Calendar("0 0 1 1 *", "UTC").after(datetime(9999, 1, 1, tzinfo=UTC))
