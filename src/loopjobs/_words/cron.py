"""Cron expressions: which times of a clock on the wall they match, wherever that hangs."""

from collections.abc import Callable, Iterable
from copy import copy
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from loopjobs._extras import brought_by

if TYPE_CHECKING:
    from cronsim import CronSim

_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400
_SECOND: Final = timedelta(seconds=1)
_FIELDS: Final = ("second", "minute", "hour", "day of the month", "month", "day of the week")
# A whole turn of leap years, and any: what matches is the same for all who ask, whenever they do.
_FIRST_DAY: Final = date(2000, 1, 1)
_DAYS: Final = 3_653


class _Gaps(NamedTuple):
    """The times that match within a period, in seconds since its begin."""

    first: int
    last: int
    shortest: float
    longest: float

    def repeated(self, starts: Iterable[int]) -> "_Gaps":
        """Return the times of a longer period in which this one begins at each of these."""
        ordered = sorted(starts)
        between = [later - sooner - self.last + self.first for sooner, later in pairwise(ordered)]
        return _Gaps(
            ordered[0] + self.first,
            ordered[-1] + self.last,
            min([self.shortest, *between]),
            max([self.longest, *between]),
        )


class CronExpression:
    """Five fields (minute, hour, day of the month, month, day of the week), or six: seconds first.

    Times are naive: those of a calendar without daylight saving.

    Args:
        text: The expression, as Debian's cron has it; beyond that `L`, `LW`, `5L` and `MON#2`.

    Raises:
        ValueError: it is none, or it matches less than once in ten years; says which field.
        ImportError: what reads it is not installed.
    """

    __slots__ = ("_parsed", "_per_day", "is_fixed", "longest_gap", "shortest_gap")

    def __init__(self, text: str) -> None:
        self._parsed = parsed = _parse(text)
        self._per_day = len(parsed.seconds) * len(parsed.minutes) * len(parsed.hours)
        self.is_fixed = not any(part.startswith("*") for part in parsed.parts[:3])
        """Whether it names times of day, and not a pace: no field down from the hour begins with a
        star."""
        gaps = self._gaps()
        self.shortest_gap = gaps.shortest
        """The shortest time between two that match, in seconds."""
        self.longest_gap = gaps.longest
        """The longest time between two that match, in seconds."""

    @property
    def in_words(self) -> str:
        """What it says, as in `At 03:00 every day`."""
        return self._parsed.explain()

    def at_or_after(self, moment: datetime) -> datetime | None:
        """Return the first time that matches, from a whole second on; `None` past the year 9999."""
        times = copy(self._parsed)
        try:
            times.dt = moment - _SECOND
            return next(times, None)
        except OverflowError:
            return None

    def last_by(self, moment: datetime) -> datetime | None:
        """Return the last time that matches, up to a whole second; `None` before the year 1."""
        times = copy(self._parsed)
        try:
            times.dt, times.tick_direction = moment + _SECOND, -1
            return next(times, None)
        except (OverflowError, ValueError):
            return None

    def count(self, begin: datetime, end: datetime) -> int:
        """Return how many times match from one moment until just before another, later one."""
        day, days = begin.date(), (end.date() - begin.date()).days
        whole = sum(self._matches(day + timedelta(days=number)) for number in range(days))
        return whole * self._per_day + self._count_of_day(end) - self._count_of_day(begin)

    def _count_of_day(self, end: datetime) -> int:
        """Return how many times of that day match before that moment."""
        if not self._matches(end.date()):
            return 0
        seconds, minutes, hours = self._parsed.seconds, self._parsed.minutes, self._parsed.hours
        count = _below(hours, end.hour) * len(minutes) * len(seconds)
        if end.hour in hours:
            count += _below(minutes, end.minute) * len(seconds)
            if end.minute in minutes:
                count += _below(seconds, end.second)
        return count

    def _matches(self, day: date) -> bool:
        return day.month in self._parsed.months and self._parsed.match_day(day)

    def _gaps(self) -> _Gaps:
        some = (_FIRST_DAY + timedelta(days=number) for number in range(_DAYS))
        days = [day.toordinal() * _DAY for day in some if self._matches(day)]
        if len(days) < 2:  # noqa: PLR2004 - one day has no gap
            raise ValueError("must name days that come more often than every ten years")
        point = _Gaps(0, 0, inf, 0.0)
        within_minute = point.repeated(self._parsed.seconds)
        within_hour = within_minute.repeated(_scaled(self._parsed.minutes, _MINUTE))
        return within_hour.repeated(_scaled(self._parsed.hours, _HOUR)).repeated(days)


def _parse(text: str) -> "CronSim":
    cron_sim, error_type = _library()
    fields = text.split()
    if len(fields) not in {5, 6}:
        raise ValueError(f"must have five fields, or six with seconds first, not {len(fields)}")
    # For each field alone: what is wrong with one says nothing of where it stands.
    names = _FIELDS[-len(fields) :]
    for index, (name, field) in enumerate(zip(names, fields, strict=True)):
        alone = ["*"] * len(fields)
        alone[index] = field
        if not _is_valid(cron_sim, error_type, " ".join(alone)):
            hint = "; '?' is of Quartz, write '*'" if "?" in field else ""
            raise ValueError(f"must be a cron expression; its {name} {field!r} is none{hint}")
    if not _is_valid(cron_sim, error_type, text):
        raise ValueError("must name a day that there is in one of its months")
    return cron_sim(text, datetime(2000, 1, 1))  # noqa: DTZ001 - of no zone on purpose


def _is_valid(
    cron_sim: "Callable[[str, datetime], CronSim]", error_type: type[Exception], text: str
) -> bool:
    try:
        cron_sim(text, datetime(2000, 1, 1))  # noqa: DTZ001 - of no zone on purpose
    # It reads numbers of any length, and Python does not.
    except (error_type, ValueError):
        return False
    return True


def _library() -> "tuple[type[CronSim], type[Exception]]":
    """Import what reads expressions where one is given: it is an extra."""
    with brought_by("cron", "Cron"):
        from cronsim import CronSim, CronSimError  # noqa: PLC0415

    return CronSim, CronSimError


def _below(values: Iterable[int], bound: int) -> int:
    return sum(value < bound for value in values)


def _scaled(values: Iterable[int], unit: int) -> list[int]:
    return [value * unit for value in values]
