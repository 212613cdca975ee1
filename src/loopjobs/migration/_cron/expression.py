"""Whole expressions of Quartz.NET and Hangfire."""

import re
from typing import Final

from loopjobs.migration._cron.days import Days, read_days, read_weekdays
from loopjobs.migration._cron.dialects import HOUR, MINUTE, MONTH, SECOND, Dialect, Grammar
from loopjobs.migration._cron.times import DAYS, EVERY_WEEKDAY, CronTimes, DayRule
from loopjobs.migration._cron.values import UntranslatableCronError

# The seconds of those that have five fields elsewhere are 0, and no weekday is a number.
_MACROS: Final = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * SUN",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
    "@every_minute": "0 * * * * *",
    "@every_second": "* * * * * *",
}
_HASHED: Final = re.compile(r"(^|[,\s])H\b")
_EVERY_YEAR: Final = frozenset({"*", "?", "*/1", "1970/1"})
_NO_DAYS: Final = frozenset({"*", "?"})
_WITH_SECONDS: Final = 6
_LONGEST: Final = 500


def translate_cron(expression: str, dialect: Dialect) -> CronTimes:
    """Read an expression of another scheduler; the text of the result is one for `Cron`.

    Raises:
        UntranslatableCronError: It is no expression there, or has no counterpart here.
    """
    if len(expression) > _LONGEST:
        raise UntranslatableCronError(f"it is longer than {_LONGEST} characters")
    text = expression.strip()
    if text.startswith("@"):
        if text.lower() not in _MACROS:
            raise UntranslatableCronError(f"there is no {text}")
        text = _MACROS[text.lower()]
    fields = text.upper().split()
    grammar = dialect.value
    counts = grammar.field_counts
    if len(fields) not in counts:
        wanted = " or ".join(map(str, counts))
        raise UntranslatableCronError(f"{grammar.name} takes {wanted} fields, not {len(fields)}")
    if _HASHED.search(text.upper()):
        raise UntranslatableCronError("H is a number made of the trigger's name; write the number")
    times = _read(fields if len(fields) >= _WITH_SECONDS else ["0", *fields], grammar)
    str(times)
    return times


def _read(fields: list[str], grammar: Grammar) -> CronTimes:
    second, minute, hour, day, month, weekday, *year = fields
    if year and year[0] not in _EVERY_YEAR:
        raise UntranslatableCronError(f"it is limited to some years ({year[0]})")
    days, weekdays = read_days(day), read_weekdays(weekday, grammar)
    if grammar.rule is DayRule.EITHER and (
        (day not in _NO_DAYS and days == Days(DAYS))
        or (weekday not in _NO_DAYS and weekdays == Days(EVERY_WEEKDAY))
    ):
        # All days, spelled out: every day fits one of the two fields.
        days, weekdays = Days(DAYS), Days(EVERY_WEEKDAY)
    return CronTimes(
        seconds=SECOND.read(second),
        minutes=MINUTE.read(minute),
        hours=HOUR.read(hour),
        days=days.values,
        months=MONTH.read(month),
        weekdays=weekdays.values,
        special_days=days.special,
        special_weekdays=weekdays.special,
        rule=grammar.rule,
    )
