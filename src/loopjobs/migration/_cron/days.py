"""The two fields of a cron expression that name days."""

import re
from dataclasses import dataclass
from typing import Final

from loopjobs.migration._cron.dialects import DAY, Dialect, Grammar
from loopjobs.migration._cron.times import DAYS, EVERY_WEEKDAY, WEEKDAYS
from loopjobs.migration._cron.values import UntranslatableCronError

_NEAREST: Final = re.compile(r"\d+W|L?W-\d+|L-\d+W?|LW-\d+", re.ASCII)
_LAST: Final = re.compile(r"(\w+)L", re.ASCII)
_NTH: Final = re.compile(r"(\w+)#([1-5])", re.ASCII)
_NAME_WITH_STEP: Final = re.compile(r"[A-Z]{3}(-[A-Z]{3})?/\d+")
_SATURDAY: Final = 6


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the month, or of the week: numbers, and words for those that move."""

    values: frozenset[int]
    special: tuple[str, ...] = ()


def read_days(text: str) -> Days:
    """Read the days of the month.

    Raises:
        UntranslatableCronError: They are none, or such that no expression here can name them.
    """
    if text in {"*", "?"}:
        return Days(DAYS)
    special, plain = [], []
    for term in text.split(","):
        if term in {"L", "LW"}:
            special.append(term)
        elif _NEAREST.fullmatch(term):
            raise UntranslatableCronError(
                f"{term!r} counts back from the end of the month, or looks for the nearest weekday"
            )
        else:
            plain.append(term)
    return Days(DAY.read(",".join(plain)) if plain else frozenset(), tuple(special))


def read_weekdays(text: str, grammar: Grammar) -> Days:
    """Read the days of the week; 0 of the result is Sunday.

    Raises:
        UntranslatableCronError: They are none, or it is not sure which.
    """
    if text in {"*", "?"}:
        return Days(EVERY_WEEKDAY)
    if text == "L":
        return Days(frozenset({_SATURDAY}))
    if last := _LAST.fullmatch(text):
        return Days(frozenset(), (f"{_weekday(last[1], grammar)}L",))
    if nth := _NTH.fullmatch(text):
        return Days(frozenset(), (f"{WEEKDAYS[_weekday(nth[1], grammar)]}#{nth[2]}",))
    if "#" in text:
        raise UntranslatableCronError(
            f"{text!r} has # beside other days, which means less than said"
        )
    if grammar is Dialect.QUARTZ.value and any(map(_NAME_WITH_STEP.fullmatch, text.split(","))):
        raise UntranslatableCronError(
            f"{text!r} is every so many weeks in Quartz 3, and every so many days in Quartz 4"
        )
    return Days(frozenset((each - grammar.sunday) % 7 for each in grammar.weekday.read(text)))


def _weekday(text: str, grammar: Grammar) -> int:
    return (grammar.weekday.number(text) - grammar.sunday) % 7
