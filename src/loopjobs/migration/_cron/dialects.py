"""How other schedulers write times of the calendar."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from loopjobs.migration._cron.times import WEEKDAYS, DayRule
from loopjobs.migration._cron.values import Field

_MONTH_NAMES: Final = (
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
)  # fmt: skip

SECOND: Final = Field("second", 0, 59)
MINUTE: Final = Field("minute", 0, 59)
HOUR: Final = Field("hour", 0, 23)
DAY: Final = Field("day of the month", 1, 31)
MONTH: Final = Field("month", 1, 12, {name: n for n, name in enumerate(_MONTH_NAMES, 1)})


@dataclass(frozen=True, slots=True)
class Grammar:
    """Fields, numbers and rules of one scheduler."""

    name: str
    field_counts: tuple[int, ...]
    """Six begin with the seconds; five have none; the seventh is the year."""
    weekday: Field
    sunday: int
    """The number of Sunday."""
    rule: DayRule
    """Which days count if both the day of the month and the weekday are limited."""


def weekday_field(low: int, high: int, sunday: int) -> Field:
    """Return the weekdays, by number and by name."""
    names = {name: low + (sunday - low + n) % 7 for n, name in enumerate(WEEKDAYS)}
    return Field("day of the week", low, high, names, modulus=7)


class Dialect(Enum):
    """Whose cron expressions they are."""

    QUARTZ = Grammar("Quartz", (6, 7), weekday_field(1, 7, 1), 1, DayRule.EITHER)
    """Six fields, seconds first, or seven with the year. Sunday is 1."""
    HANGFIRE = Grammar("Hangfire", (5, 6), weekday_field(0, 7, 0), 0, DayRule.BOTH)
    """Five fields, or six, seconds first. Sunday is 0 or 7."""
