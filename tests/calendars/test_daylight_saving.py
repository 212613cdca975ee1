"""What becomes of slots when the clock on the wall is put forward or back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from loopjobs import Calendar

MINUTE = timedelta(minutes=1)
DAYS = 3
# A day before each change; Lord Howe Island changes by half an hour.
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 24, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 31, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 3, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 2, tzinfo=UTC)),
]


def shown(cron: str, zone: str, after: str, count: int) -> list[str]:
    """Return slots as clocks there show them, with their distance from UTC."""
    calendar, here = Calendar(cron, zone), ZoneInfo(zone)
    slot = datetime.fromisoformat(after).replace(tzinfo=here)
    slots = []
    for _ in range(count):
        slot = calendar.after(slot)
        slots.append(f"{slot.astimezone(here):%d. %H:%M %z}")
    return slots


@pytest.mark.parametrize(
    ("cron", "zone", "after", "slots"),
    [
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28",
            ["28. 02:30 +0100", "29. 03:00 +0200", "30. 02:30 +0200"],
        ),
        (
            "30 2 * * *",
            "America/New_York",
            "2026-03-07",
            ["07. 02:30 -0500", "08. 03:00 -0400", "09. 02:30 -0400"],
        ),
        (
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03",
            ["03. 02:15 +1030", "04. 02:30 +1100", "05. 02:15 +1100"],
        ),
    ],
)
def test_a_time_of_day_that_is_left_out_is_due_at_the_change(
    cron: str, zone: str, after: str, slots: list[str]
) -> None:
    """Once, as soon as the clock has passed it."""
    assert shown(cron, zone, after, 3) == slots
    assert shown(f"0 {cron}", zone, after, 3) == slots, "six fields are no other rule"


@pytest.mark.parametrize(
    ("cron", "zone", "after", "slots"),
    [
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24",
            ["24. 02:30 +0200", "25. 02:30 +0200", "26. 02:30 +0100"],
        ),
        (
            "30 1 * * *",
            "America/New_York",
            "2026-10-31",
            ["31. 01:30 -0400", "01. 01:30 -0400", "02. 01:30 -0500"],
        ),
        (
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04",
            ["04. 01:45 +1100", "05. 01:45 +1100", "06. 01:45 +1030"],
        ),
    ],
)
def test_a_time_of_day_that_comes_twice_is_due_the_first_time(
    cron: str, zone: str, after: str, slots: list[str]
) -> None:
    """And not the second."""
    assert shown(cron, zone, after, 3) == slots
    assert shown(f"0 {cron}", zone, after, 3) == slots, "six fields are no other rule"


def test_several_times_of_day_that_are_left_out_are_due_once() -> None:
    """They all mean the same moment, and one of them may be a time that there is."""
    assert shown("0,30 2 * * *", "Europe/Berlin", "2026-03-29", 2) == [
        "29. 03:00 +0200",
        "30. 02:00 +0200",
    ]
    assert shown("0 2,3 * * *", "Europe/Berlin", "2026-03-29", 2) == [
        "29. 03:00 +0200",
        "30. 02:00 +0200",
    ]


def test_a_pace_goes_on_by_the_time_that_passes() -> None:
    """In the hour that comes twice, too; in the one that is left out there is nothing to do."""
    assert shown("*/30 * * * *", "Europe/Berlin", "2026-10-25 01:30", 5) == [
        "25. 02:00 +0200",
        "25. 02:30 +0200",
        "25. 02:00 +0100",
        "25. 02:30 +0100",
        "25. 03:00 +0100",
    ]
    assert shown("*/30 * * * *", "Europe/Berlin", "2026-03-29 01:00", 3) == [
        "29. 01:30 +0100",
        "29. 03:00 +0200",
        "29. 03:30 +0200",
    ]
    assert shown("*/30 2 * * *", "Europe/Berlin", "2026-03-29", 1) == ["30. 02:00 +0200"]
    assert shown("*/20 1 * * *", "Australia/Lord_Howe", "2026-04-05", 6) == [
        "05. 01:00 +1100",
        "05. 01:20 +1100",
        "05. 01:40 +1100",
        "05. 01:40 +1030",
        "06. 01:00 +1030",
        "06. 01:20 +1030",
    ]


@dataclass(frozen=True)
class Wanted:
    """An expression of five fields, and what it means."""

    minute: str
    hour: str
    minutes: Collection[int]
    hours: Collection[int]

    @property
    def cron(self) -> str:
        return f"{self.minute} {self.hour} * * *"

    @property
    def is_fixed(self) -> bool:
        return "*" not in {self.minute[0], self.hour[0]}

    def matches(self, local: datetime) -> bool:
        return local.minute in self.minutes and local.hour in self.hours


@st.composite
def fields(draw: st.DrawFn, size: int, most: int) -> tuple[str, Collection[int]]:
    """Draw a field, and the values that it matches; those that it names are no higher."""
    step = draw(st.integers(1, size - 1))
    first = draw(st.integers(0, most - 1))
    last = draw(st.integers(first + 1, most))
    some = draw(st.sets(st.integers(0, most), min_size=1, max_size=5))
    return draw(
        st.sampled_from(
            [
                ("*", range(size)),
                (f"*/{step}", range(0, size, step)),
                (f"{first}-{last}", range(first, last + 1)),
                (f"{first}-{last}/{step}", range(first, last + 1, step)),
                (",".join(map(str, sorted(some))), some),
            ]
        )
    )


@st.composite
def expressions(draw: st.DrawFn) -> Wanted:
    minute, minutes = draw(fields(60, 59))
    # Most of them within the hours around the changes.
    hour, hours = draw(fields(24, draw(st.sampled_from([3, 23]))))
    return Wanted(minute, hour, minutes, hours)


@cache
def minutes_of(zone: str, begin: datetime) -> Mapping[datetime, datetime]:
    """Return what clocks there show in each minute of some days."""
    here, instants = ZoneInfo(zone), [begin + MINUTE * number for number in range(DAYS * 1440)]
    return {instant: instant.astimezone(here).replace(tzinfo=None) for instant in instants}


def reckoned(wanted: Wanted, zone: str, begin: datetime) -> list[datetime]:
    """Return the slots of those days, from what clocks show minute by minute."""
    minutes = minutes_of(zone, begin)
    if not wanted.is_fixed:
        return [instant for instant, local in minutes.items() if wanted.matches(local)]
    slots = []
    reached = next(iter(minutes.values())) - MINUTE
    for instant, local in minutes.items():
        # What the clock shows again has been there; what it has passed over is due now.
        span = max(0, (local - reached) // MINUTE)
        if any(wanted.matches(reached + MINUTE * number) for number in range(1, span + 1)):
            slots.append(instant)
        reached = max(reached, local)
    return slots


@pytest.mark.parametrize(("zone", "begin"), CHANGES)
@settings(max_examples=settings().max_examples // 8)
@given(wanted=expressions())
def test_every_time_of_day_is_due_exactly_once_and_a_pace_whenever_it_shows(
    zone: str, begin: datetime, wanted: Wanted
) -> None:
    """Told one after the other, counted at once, or looked for backwards."""
    calendar, end = Calendar(wanted.cron, zone), begin + timedelta(days=DAYS)
    slots = reckoned(wanted, zone, begin)
    found = []
    slot = calendar.at_or_after(begin)
    while slot < end:
        found.append(slot)
        slot = calendar.after(slot)
    assert found == slots
    assert calendar.count(begin, end - MINUTE) == len(slots)
    for before, each in pairwise(slots[-50:]):
        assert calendar.last_by(each - MINUTE / 60) == before
        assert calendar.last_by(each) == each


@pytest.mark.parametrize(("zone", "begin"), CHANGES[:4])
@settings(max_examples=settings().max_examples // 8)
@given(wanted=expressions())
def test_five_fields_are_due_when_debian_s_cron_would_run_them(
    zone: str, begin: datetime, wanted: Wanted
) -> None:
    """As the library that follows it says; changes of half an hour are none of its cases."""
    peer = CronSim(wanted.cron, begin.astimezone(ZoneInfo(zone)))
    calendar, slot = Calendar(wanted.cron, zone), begin
    for _ in range(200):
        slot = calendar.after(slot)
        assert slot == next(peer).astimezone(UTC)
        if slot > begin + timedelta(days=DAYS):
            break
