"""Words and numbers of Quartz.NET that its files and its tables share."""

import re
from dataclasses import dataclass
from typing import Final

from loopjobs.migration._cron import CronTimes
from loopjobs.migration._cron.times import DAYS, MONTHS
from loopjobs.migration._facts import Calendar, Every, OverlapPolicy, Schedule, Unmovable

DEFAULT_GROUP: Final = "DEFAULT"
DEFAULT_PRIORITY: Final = 5

_SIMPLE_MISFIRES: Final = {
    1: "FireNow",
    2: "RescheduleNowWithExistingRepeatCount",
    3: "RescheduleNowWithRemainingRepeatCount",
    4: "RescheduleNextWithRemainingCount",
    5: "RescheduleNextWithExistingCount",
}
_OTHER_MISFIRES: Final = {1: "FireOnceNow", 2: "DoNothing"}
_IGNORE: Final = -1
_OVERLAPS: Final = dict(enumerate(OverlapPolicy, 1))

_SECONDS_OF_A: Final = {"millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600}
_DAYS_OF_A: Final = {"day": 1, "week": 7}
_TIME_SPAN: Final = re.compile(
    r"(?P<sign>-)?((?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})(:(?P<seconds>\d{1,2}(\.\d+)?))?"
)
_SECONDS_OF_A_DAY: Final = 86_400


def misfire_name(number: int | None, *, is_simple: bool) -> str | None:
    """Name an instruction of the tables; `None` is the smart policy, which is the default."""
    if not number:
        return None
    if number == _IGNORE:
        return "IgnoreMisfirePolicy"
    names = _SIMPLE_MISFIRES if is_simple else _OTHER_MISFIRES
    return names.get(number, str(number))


def stated_misfire(text: str | None) -> str | None:
    """Return an instruction of the files; `None` is the smart policy, which is the default."""
    return None if text is None or text.casefold() == "smartpolicy" else text


def stated_priority(number: int | None) -> int | None:
    """Return a priority if it is not the default."""
    return None if number == DEFAULT_PRIORITY else number


def stated_overlap(text: str | None) -> OverlapPolicy | None:
    """Return the policy of a trigger if it states one that is known."""
    known = {policy.value: policy for policy in OverlapPolicy}
    return known.get((text or "").casefold())


def overlap_of(number: int | None) -> OverlapPolicy | None:
    """Return the policy of the tables, where a higher bit notes what is going on at the moment."""
    return _OVERLAPS.get((number or 0) % 16)


def simple_schedule(seconds: float, repeat_count: int) -> Schedule:
    """Return what a SimpleTrigger is; it repeats for ever if the count is negative."""
    shown = f"every {seconds:g} s"
    if repeat_count == 0:
        return Unmovable("once", "it runs once; a loop has no end")
    if repeat_count > 0:
        runs = repeat_count + 1
        return Unmovable(f"{shown}, {runs} times", f"it ends after {runs} runs; a loop has no end")
    if seconds <= 0:
        return Unmovable(shown, "it has no interval")
    return Every(seconds)


def seconds_of(count: int, unit: str) -> float | None:
    """Return how long so many of a unit are; `None` if that depends on the calendar."""
    seconds = _SECONDS_OF_A.get(unit.casefold().removesuffix("s"))
    return None if seconds is None else count * seconds


def calendar_interval(count: int, unit: str) -> Schedule:
    """Return what a CalendarIntervalTrigger is."""
    name = unit.casefold().removesuffix("s")
    shown = f"every {count} {name}{'s' * (count != 1)}"
    if count <= 0:
        return Unmovable(shown, "it has no interval")
    seconds = seconds_of(count, unit)
    if seconds is not None:
        return Every(seconds)
    if name in _DAYS_OF_A:
        return Unmovable(
            shown,
            "it counts days of the calendar from its start, which no cron expression can; write "
            f"IntervalInSeconds: {count * _DAYS_OF_A[name] * _SECONDS_OF_A_DAY} if the hour of the "
            "day does not matter, or a Cron",
        )
    return Unmovable(
        shown, "it counts months from its start; write a Cron that names the months and the day"
    )


@dataclass(frozen=True, slots=True)
class Daily:
    """A DailyTimeIntervalTrigger: each day anew, from one time of the day to another."""

    first: int
    """In seconds since midnight."""
    last: int
    every: float
    """In seconds."""
    weekdays: frozenset[int]
    """0 is Sunday."""
    repeat_count: int = -1
    time_zone: str | None = None

    def schedule(self) -> Schedule:
        """Return the times of the calendar that it is, if an expression can name them."""
        shown = f"every {self.every:g} s from {_clock(self.first)} to {_clock(self.last)}"
        if self.repeat_count >= 0:
            return Unmovable(shown, f"it ends each day after {self.repeat_count + 1} runs")
        step = int(self.every)
        if step != self.every or step <= 0 or not self.weekdays:
            return Unmovable(shown, "it has no interval of whole seconds, or no days")
        moments = range(self.first, self.last + 1, step)
        hours = frozenset(moment // 3600 for moment in moments)
        minutes = frozenset(moment // 60 % 60 for moment in moments)
        seconds = frozenset(moment % 60 for moment in moments)
        if len(hours) * len(minutes) * len(seconds) != len(moments):
            return Unmovable(shown, "no cron expression has these times of the day and no others")
        times = CronTimes(seconds, minutes, hours, DAYS, MONTHS, self.weekdays)
        return Calendar(times, shown, self.time_zone or None)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def read_time_span(text: str) -> float:
    """Read a TimeSpan of .NET: `00:00:10` is ten seconds, `1.00:00:00` a day, and so is `1`.

    Raises:
        ValueError: It is none.
    """
    if re.fullmatch(r"\d{1,8}", text):
        return float(text) * _SECONDS_OF_A_DAY
    match = _TIME_SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no TimeSpan, such as 00:00:10")
    seconds = (
        int(match["days"] or 0) * _SECONDS_OF_A_DAY
        + int(match["hours"]) * 3600
        + int(match["minutes"]) * 60
        + float(match["seconds"] or 0)
    )
    return -seconds if match["sign"] else seconds
