"""The slots of a calendar: a cron expression in a time zone."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from loopjobs._words.cron import CronExpression
from loopjobs._words.zone import Stretch, Zone

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - what a clock on the wall shows
_SECOND: Final = timedelta(seconds=1)
_CLOSE: Final = timedelta(milliseconds=10)


class Calendar:
    """The instants at which a clock on the wall shows a time that a cron expression matches.

    When the clock is put forward, times of day that it passes over are due at the change, once;
    when it is put back, times of day that it shows twice are due the first time. An expression that
    names a pace and no times of day, for a field of it down from the hour begins with a star, is
    due whenever the clock shows a time that matches: twice in the hour that comes twice, and not at
    all in the one that is left out.

    Args:
        cron: Five fields, or six with seconds first.
        time_zone: The name of a zone in the database of IANA.

    Raises:
        ValueError: one of them is none.
        ImportError: what reads cron expressions is not installed.
    """

    __slots__ = ("_expression", "_zone", "cron")

    def __init__(self, cron: str, time_zone: str) -> None:
        self.cron = cron
        """The expression."""
        self._expression = CronExpression(cron)
        self._zone = Zone(time_zone)

    @property
    def time_zone(self) -> str:
        """The name of the zone."""
        return self._zone.name

    @property
    def shortest_gap(self) -> float:
        """The shortest time between two slots in seconds, changes of the clock aside."""
        return self._expression.shortest_gap

    @property
    def longest_gap(self) -> float:
        """The longest time between two slots in seconds, changes of the clock aside."""
        return self._expression.longest_gap

    @property
    def in_words(self) -> str:
        """What it says, as in `at 03:00 every day (Europe/Berlin)`."""
        words = self._expression.in_words
        return f"{words[:1].lower()}{words[1:]} ({self.time_zone})"

    def at_or_after(self, instant: datetime) -> datetime:
        """Return the first slot from an instant on, in UTC.

        Raises:
            OverflowError: it lies past the year 9999.
        """
        return _instant(self._first_from(-((_EPOCH - instant) // _SECOND)))

    def after(self, instant: datetime) -> datetime:
        """Return the first slot that is later than an instant, in UTC.

        Raises:
            OverflowError: it lies past the year 9999.
        """
        return _instant(self._first_from((instant - _EPOCH) // _SECOND + 1))

    def last_by(self, instant: datetime) -> datetime:
        """Return the last slot that is not later than an instant, in UTC."""
        second = (instant - _EPOCH) // _SECOND
        guess = self._guess(second)
        if guess is not None:
            return _instant(guess)
        width = 1
        while (low := self._first_from(second - width)) > second:
            width *= 2
        high = second + 1
        while high - low > 1:
            middle = self._first_from((low + high) // 2)
            if middle <= second:
                low = middle
            else:
                high = (low + high) // 2
        return _instant(low)

    def gap_at(self, instant: datetime) -> float:
        """Return the seconds from the last slot by an instant to the one after it."""
        return (self.after(instant) - self.last_by(instant)).total_seconds()

    def count(self, first: datetime, last: datetime) -> int:
        """Return how many slots there are between two instants, both included."""
        second, end = -((_EPOCH - first) // _SECOND), (last - _EPOCH) // _SECOND + 1
        count = 0
        while second < end:
            stretch = self._zone.stretch_at(second)
            count += self._count_in(stretch, second, min(end, stretch.end))
            second = stretch.end
        return count

    def _guess(self, second: int) -> int | None:
        """Return the last slot where no change of the clock is between it and an instant."""
        offset = self._zone.stretch_at(second).offset
        found = self._expression.last_by(_shown(second + offset))
        if found is None:
            return None
        slot = (found - _LOCAL_EPOCH) // _SECOND - offset
        is_it = self._first_from(slot) == slot and self._first_from(slot + 1) > second
        return slot if is_it else None

    def _first_from(self, second: int) -> int:
        while True:
            stretch = self._zone.stretch_at(second)
            found = self._first_in(stretch, second)
            if found < stretch.end:
                return found
            second = stretch.end

    def _first_in(self, stretch: Stretch, second: int) -> int:
        """Return the first slot as if the clock did not change any more."""
        if second == stretch.begin and self._is_due_at_jump(stretch):
            return second
        return self._first_local(self._local(stretch, second)) - stretch.offset

    def _count_in(self, stretch: Stretch, second: int, end: int) -> int:
        low, at_jump = self._local(stretch, second), 0
        if second == stretch.begin and self._is_due_at_jump(stretch):
            low, at_jump = low + 1, 1
        until = end + stretch.offset
        if low >= until:
            return at_jump
        return at_jump + self._expression.count(_shown(low), _shown(until))

    def _local(self, stretch: Stretch, second: int) -> int:
        """Return what the clock shows; times of day that it shows again do not count again."""
        local = second + stretch.offset
        if stretch.jump < 0 and self._expression.is_fixed:
            return max(local, stretch.begin + stretch.offset - stretch.jump)
        return local

    def _is_due_at_jump(self, stretch: Stretch) -> bool:
        """Return whether there is a time of day among those that the clock has passed over."""
        if stretch.jump <= 0 or not self._expression.is_fixed:
            return False
        local = stretch.begin + stretch.offset
        return self._first_local(local - stretch.jump) <= local

    def _first_local(self, local: int) -> int:
        found = self._expression.at_or_after(_shown(local))
        if found is None:
            raise OverflowError(f"cron {self.cron}: its next slot lies past the year 9999")
        return (found - _LOCAL_EPOCH) // _SECOND


@lru_cache(maxsize=1_024)
def calendar_of(cron: str, time_zone: str) -> Calendar:
    """Return the calendar of an expression in a zone; reading one takes a while.

    Raises:
        ValueError: one of them is none.
        ImportError: what reads cron expressions is not installed.
    """
    return Calendar(cron, time_zone)


def slot_near(instant: datetime) -> datetime:
    """Return the whole second that an instant was meant for.

    Where a slot is reckoned from two clocks, the time between looking at one and at the other is in
    it.
    """
    second = (instant + _SECOND / 2).replace(microsecond=0)
    return second if abs(second - instant) < _CLOSE else instant


def _instant(second: int) -> datetime:
    return _EPOCH + timedelta(seconds=second)


def _shown(local: int) -> datetime:
    return _LOCAL_EPOCH + timedelta(seconds=local)
