"""The fields of a `CronTrigger` of APScheduler."""

import re
from collections.abc import Mapping
from typing import Final

from loopjobs.migration._cron.days import Days
from loopjobs.migration._cron.dialects import DAY, HOUR, MINUTE, MONTH, SECOND, weekday_field
from loopjobs.migration._cron.times import DAYS, EVERY_WEEKDAY, WEEKDAYS, CronTimes, DayRule
from loopjobs.migration._cron.values import Field, UntranslatableCronError

_MONDAY_IS_0: Final = weekday_field(0, 6, 6)
_POSITION: Final = re.compile(r"(1st|2nd|3rd|4th|5th|last) ([a-z]{3})", re.IGNORECASE)
_LIMITS_NOTHING: Final = frozenset({"*", "*/1"})


def translate_apscheduler_fields(fields: Mapping[str, str]) -> CronTimes:
    """Read the fields by name, as in `{"hour": "*/2", "minute": "0", "day": "last"}`.

    One that is not there limits nothing, but for the minute and the second, which are then 0.

    Raises:
        UntranslatableCronError: They have no counterpart here.
    """
    for name in ("year", "week"):
        if fields.get(name, "*") not in _LIMITS_NOTHING:
            raise UntranslatableCronError(f"it is limited to some {name}s ({fields[name]})")
    days, of_month = _days(fields.get("day", "*"))
    weekdays = frozenset(
        (each + 1) % 7 for each in _read(fields.get("day_of_week", "*"), _MONDAY_IS_0)
    )
    if of_month and weekdays != EVERY_WEEKDAY:
        raise UntranslatableCronError("a day has to fit two weekdays at once")
    times = CronTimes(
        seconds=_read(fields.get("second", "0"), SECOND),
        minutes=_read(fields.get("minute", "0"), MINUTE),
        hours=_read(fields.get("hour", "*"), HOUR),
        days=days.values,
        months=_read(fields.get("month", "*"), MONTH),
        weekdays=frozenset() if of_month else weekdays,
        special_days=days.special,
        special_weekdays=of_month,
        rule=DayRule.BOTH,
    )
    str(times)
    return times


def _days(text: str) -> tuple[Days, tuple[str, ...]]:
    plain, special, of_month = [], [], []
    for term in text.split(","):
        if position := _POSITION.fullmatch(term.strip()):
            of_month.append(_weekday_of_month(position[1].lower(), position[2].upper()))
        elif term.strip().lower() == "last":
            special.append("L")
        else:
            plain.append(term)
    if of_month and (plain or special):
        raise UntranslatableCronError(f"{text!r} mixes days of the month and weekdays")
    values = _read(",".join(plain), DAY) if plain else DAYS if of_month else frozenset[int]()
    return Days(values, tuple(special)), tuple(of_month)


def _weekday_of_month(nth: str, day: str) -> str:
    number = WEEKDAYS.index(day) if day in WEEKDAYS else _MONDAY_IS_0.number(day)
    return f"{number}L" if nth == "last" else f"{WEEKDAYS[number]}#{nth[0]}"


def _read(text: str, field: Field) -> frozenset[int]:
    return field.read(text.upper().replace(" ", ""))
