"""Schedules as options."""

from dataclasses import dataclass
from typing import Final

from loopjobs.migration._facts import Calendar, Every, OldTrigger, Value
from loopjobs.migration._findings import Finding, Topic
from loopjobs.migration._time_zones import iana_zone

_ONE_HOUR: Final = 3600
_QUARTER_OF_AN_HOUR: Final = 900
"""Clocks of time zones differ by whole quarters of an hour."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What whoever moves has decided."""

    time_zone: str | None = None
    """Of schedules that name none: where the old scheduler ran."""
    intervals: bool = False
    """Whether a cron expression that is an interval becomes one."""


def schedule_settings(
    schedule: Every | Calendar, trigger: OldTrigger, preferences: Preferences
) -> tuple[dict[str, Value], list[Finding]]:
    """Return the options that say when, and what they cannot say."""
    settings: dict[str, Value]
    findings: list[Finding]
    if isinstance(schedule, Every):
        settings, findings = {"IntervalInSeconds": _number(schedule.seconds)}, []
    else:
        settings, findings = _calendar(schedule, preferences)
    if trigger.starts_in and "IntervalInSeconds" in settings:
        settings["InitialDelayInSeconds"] = _number(trigger.starts_in)
    if trigger.jitter and "IntervalInSeconds" in settings:
        settings["JitterInSeconds"] = _number(trigger.jitter)
    return settings, findings


def _calendar(
    schedule: Calendar, preferences: Preferences
) -> tuple[dict[str, Value], list[Finding]]:
    interval = schedule.times.interval()
    if preferences.intervals and interval is not None and interval <= _ONE_HOUR:
        what = f"It ran by the clock; here every {interval} s from the start of the process."
        return {"IntervalInSeconds": interval}, [Finding(Topic.PHASE, what)]
    settings: dict[str, Value] = {"Cron": str(schedule.times)}
    if interval is not None and _QUARTER_OF_AN_HOUR % interval == 0:
        return settings, []
    stated = schedule.time_zone or preferences.time_zone
    if stated is None:
        what = (
            "It names no time zone, so the old scheduler took that of its machine; here it is UTC. "
            "Give --time-zone, or TimeZone in the section."
        )
        return settings, [Finding(Topic.TIME_ZONES, what)]
    # One that is not known stays as it is written, and is refused with its name.
    zone = iana_zone(stated) or stated
    if zone != "UTC":
        settings["TimeZone"] = zone
    return settings, []


def _number(seconds: float) -> int | float:
    return int(seconds) if float(seconds).is_integer() else seconds
