"""Time zones: how far the clock on the wall is ahead of UTC, and when that changes."""

import difflib
from datetime import UTC, datetime, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

_DAY: Final = 86_400
_STEP: Final = 7 * _DAY
_HORIZON: Final = 400 * _DAY
# With a week to spare for the distance from UTC.
_LAST: Final = int(datetime(9999, 12, 24, tzinfo=UTC).timestamp())


class Stretch(NamedTuple):
    """A time without a change of the clock on the wall. Instants are seconds since 1970 in UTC."""

    begin: int
    end: int
    """The first instant after it."""
    offset: int
    """Seconds that the clock on the wall is ahead of UTC."""
    jump: int
    """Seconds by which the clock was put forward at its begin; negative if back, 0 if neither."""


class Zone:
    """One time zone.

    Args:
        name: Its name in the database of IANA, such as `Europe/Berlin`; or `UTC`.

    Raises:
        ValueError: there is none of that name; says which was meant.
    """

    __slots__ = ("_last", "_zone", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._zone = _zone(name)
        self._last = Stretch(0, 0, 0, 0)

    def stretch_at(self, instant: int) -> Stretch:
        """Return the stretch that an instant is in, as far as a year ahead and a day back.

        Raises:
            OverflowError: the instant lies past the year 9999.
        """
        if instant >= _LAST:
            raise OverflowError("there is no slot before the end of the year 9999")
        last = self._last
        if not last.begin <= instant < last.end:
            self._last = last = self._look_around(instant)
        return last

    def _look_around(self, instant: int) -> Stretch:
        offset, begin = self._offset(instant), instant - _DAY
        jump = offset - self._offset(begin)
        if jump:
            begin = self._change_between(begin, instant)
        end = min(instant + _HORIZON, _LAST)
        for ahead in range(instant, end - _STEP, _STEP):
            if self._offset(ahead + _STEP) != offset:
                end = self._change_between(ahead, ahead + _STEP)
                break
        return Stretch(begin, end, offset, jump)

    def _change_between(self, before: int, after: int) -> int:
        """Return the first instant at which the clock shows what it shows at the later one."""
        offset = self._offset(after)
        while after - before > 1:
            middle = (before + after) // 2
            if self._offset(middle) == offset:
                after = middle
            else:
                before = middle
        return after

    def _offset(self, instant: int) -> int:
        found = datetime.fromtimestamp(instant, self._zone).utcoffset()
        return 0 if found is None else int(found.total_seconds())


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"must be a time zone of IANA or UTC{_hint(name)}") from None


def _hint(name: str) -> str:
    names = {each.casefold(): each for each in available_timezones()}
    if not names:
        return "; this machine knows none: pip install 'loopjobs[cron]'"
    found = difflib.get_close_matches(name.casefold(), names, n=1, cutoff=0.75)
    return f"; did you mean {names[found[0]]!r}?" if found else ", such as 'Europe/Berlin'"
