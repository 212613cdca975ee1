"""The times that a cron expression names, whoever's dialect it was written in."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from loopjobs.migration._cron.values import UntranslatableCronError, spelled

MINUTES: Final = frozenset(range(60))
HOURS: Final = frozenset(range(24))
DAYS: Final = frozenset(range(1, 32))
MONTHS: Final = frozenset(range(1, 13))
WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
EVERY_WEEKDAY: Final = frozenset(range(7))

_SECONDS_OF_A_DAY: Final = 86_400
_DAYS_OF_A_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class DayRule(Enum):
    """Which days count if both the days of the month and the weekdays are limited."""

    EITHER = "either"
    """It is enough that one of them fits."""
    BOTH = "both"
    """Both have to fit."""


@dataclass(frozen=True, slots=True)
class CronTimes:
    """Times of the calendar. Its text is in the dialect of the option `Cron`.

    A field that has all numbers limits nothing.
    """

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    special_days: tuple[str, ...] = ()
    """`L`, the last day of the month, or `LW`, its last one from Monday to Friday."""
    special_weekdays: tuple[str, ...] = ()
    """`FRI#2`, the second Friday of the month, or `5L`, its last one."""
    rule: DayRule = DayRule.EITHER

    def __str__(self) -> str:
        """Return five fields, or six with the seconds first.

        Raises:
            UntranslatableCronError: A day has to fit two rules at once.
        """
        fields = [
            spelled(self.minutes, MINUTES),
            spelled(self.hours, HOURS),
            *self._day_fields(),
        ]
        seconds = [] if self.seconds == {0} else [spelled(self.seconds, MINUTES)]
        return " ".join([*seconds, *fields])

    def interval(self) -> int | None:
        """Return the seconds from each of these times to the next, if they are always the same."""
        if not (self._is_every_day and self.months == MONTHS):
            return None
        count = len(self.seconds) * len(self.minutes) * len(self.hours)
        if _SECONDS_OF_A_DAY % count:
            return None
        step = _SECONDS_OF_A_DAY // count
        moments = sorted(
            hour * 3600 + minute * 60 + second
            for hour in self.hours
            for minute in self.minutes
            for second in self.seconds
        )
        is_even = all(moment == moments[0] + step * n for n, moment in enumerate(moments))
        return step if is_even else None

    @property
    def _any_day(self) -> bool:
        return self.days == DAYS and not self.special_days

    @property
    def _any_weekday(self) -> bool:
        return self.weekdays == EVERY_WEEKDAY and not self.special_weekdays

    @property
    def _is_every_day(self) -> bool:
        return self._any_day and self._any_weekday

    def _day_fields(self) -> tuple[str, str, str]:
        """Return the days of the month, the months and the weekdays.

        A field that begins with a star says that the other one has to fit as well.
        """
        months = spelled(self.months, MONTHS)
        if self._is_every_day:
            return "*", months, "*"
        if self._any_weekday and not self.special_days and min(self.days) > self._longest_month:
            raise UntranslatableCronError("there is no such day in any of its months")
        may_begin_with_star = self._any_day or self._any_weekday or self.rule is DayRule.BOTH
        days = self._listed_days(may_begin_with_star=may_begin_with_star)
        weekdays = self._listed_weekdays()
        is_and = days.startswith("*") or weekdays.startswith("*")
        if self.rule is DayRule.BOTH and not is_and:
            raise UntranslatableCronError(
                "a day has to fit both the days of the month and the weekdays, which no expression "
                "here can say"
            )
        return days, months, weekdays

    @property
    def _longest_month(self) -> int:
        return max(_DAYS_OF_A_MONTH[month - 1] for month in self.months)

    def _listed_days(self, *, may_begin_with_star: bool) -> str:
        if not self.special_days:
            return spelled(self.days, DAYS, may_begin_with_star=may_begin_with_star)
        plain = [spelled(self.days, DAYS, may_begin_with_star=False)] if self.days else []
        return ",".join([*plain, *self.special_days])

    def _listed_weekdays(self) -> str:
        if self._any_weekday:
            return "*"
        plain = spelled(self.weekdays, EVERY_WEEKDAY, may_begin_with_star=False)
        return ",".join([*filter(None, [_named(plain)]), *self.special_weekdays])


def _named(weekdays: str) -> str:
    """Name weekdays, for schedulers do not agree upon their numbers."""
    without_step, slash, step = weekdays.partition("/")
    names = "".join(WEEKDAYS[int(each)] if each.isdigit() else each for each in without_step)
    return f"{names}{slash}{step}"
