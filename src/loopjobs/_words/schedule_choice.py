"""Interval or calendar: which of the two a section and its class have chosen."""

from collections.abc import Callable, Mapping
from typing import Final, Self

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from loopjobs._words.calendar import calendar_of
from loopjobs._words.zone import Zone

_INTERVAL: Final = "interval_in_seconds"
_CRON: Final = "cron"


class _BesideInterval(str):
    """An expression that was given although an interval was given as well."""

    __slots__ = ()


class _Gap(float):
    """The longest time between two slots of a calendar, in seconds: its interval."""

    __slots__ = ()


class _RefusedGap(float):
    """One that breaks a rule of the interval; nobody has given that, so the calendar is wrong."""

    def __new__(cls, gap: float, rule: str) -> Self:
        made = super().__new__(cls, gap)
        made.rule = rule
        return made

    rule: str


def choose(given: Mapping[object, object], fields: Mapping[str, FieldInfo]) -> dict[object, object]:
    """Return what was given, made so that exactly one of the two is in force.

    What was given counts for more than the default that a class has for the other one, and null
    gives nothing. An interval is always there: that of a calendar is the longest time between two
    of its slots.
    """
    interval_key, cron_key = (_key_of(given, fields, name) for name in (_INTERVAL, _CRON))
    is_null = {key for key in (interval_key, cron_key) if given.get(key) is None}
    chosen = {key: value for key, value in given.items() if key not in is_null}
    cron = chosen.get(cron_key)
    if interval_key in chosen:
        chosen[cron_key] = _BesideInterval(cron) if isinstance(cron, str) else cron
        return chosen
    if cron is None:
        cron = fields[_CRON].get_default()
    if cron is not None:
        _set_interval(chosen, interval_key, cron, fields[_INTERVAL])
    return chosen


def check_defaults(name: str, fields: Mapping[str, FieldInfo]) -> None:
    """Look whether a class leaves open which of the two is in force.

    Raises:
        TypeError: it does.
    """
    if not fields[_INTERVAL].is_required() and fields[_CRON].get_default() is not None:
        raise TypeError(
            f"{name} has defaults for both interval_in_seconds and cron; exactly one of the two can"
            " be in force: declare interval_in_seconds: float without one, or cron: str | None ="
            " None"
        )


def refuse_both(cron: object) -> object:
    """Let an expression pass that is not given beside an interval."""
    if isinstance(cron, _BesideInterval):
        raise PydanticCustomError(
            "schedule", "is given beside IntervalInSeconds: exactly one of the two must be"
        )
    return cron


def check_cron(cron: str, interval: object) -> None:
    """Let an expression pass that is one, and whose slots do not lie too far apart."""
    try:
        calendar_of(cron, "UTC")
    except (ImportError, ValueError) as error:
        raise _refusal(error) from None
    if isinstance(interval, _RefusedGap):
        raise PydanticCustomError(
            "calendar",
            "has up to {gap} seconds from one slot to the next; that {rule}",
            {"gap": f"{interval:.0f}", "rule": interval.rule},
        )


def hold_interval(value: object, rules: Callable[[object], float]) -> float:
    """Apply the rules of the interval; what the calendar breaks of them is told of the calendar."""
    try:
        return rules(value)
    except ValidationError as error:
        if not isinstance(value, _Gap):
            raise
        return _RefusedGap(value, error.errors()[0]["msg"].removeprefix("Input "))


def check_time_zone(name: str) -> None:
    """Let the name of a zone pass."""
    try:
        Zone(name)
    except ValueError as error:
        raise _refusal(error) from None


def gap_of(cron: str) -> float:
    """Return the shortest time between two slots of an expression, in seconds."""
    return calendar_of(cron, "UTC").shortest_gap


def _refusal(error: Exception) -> PydanticCustomError:
    return PydanticCustomError("calendar", "{why}", {"why": str(error)})


def _key_of(given: Mapping[object, object], fields: Mapping[str, FieldInfo], name: str) -> str:
    """Return what a field was given under: its alias, or its name."""
    alias = fields[name].alias
    return alias if alias is not None and alias in given else name


def _set_interval(chosen: dict[object, object], key: str, cron: object, field: FieldInfo) -> None:
    """Have the interval of a calendar; of an expression that is none somebody else complains."""
    longest = _longest_gap(cron)
    if longest is not None or field.is_required():
        chosen[key] = _Gap(longest or 1.0)


def _longest_gap(cron: object) -> float | None:
    try:
        return calendar_of(cron, "UTC").longest_gap if isinstance(cron, str) else None
    except (ValueError, ImportError):
        return None
