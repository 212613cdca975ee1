"""The triggers of APScheduler 3, as their pickles tell them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from loopjobs.migration._cron import UntranslatableCronError, translate_apscheduler_fields
from loopjobs.migration._facts import Calendar, Every, Schedule, Unmovable
from loopjobs.migration._tables.pickle_facts import Inert
from loopjobs.migration._tables.values import number

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_NAMES: Final[Mapping[str, tuple[str, ...] | None]] = {
    "RangeExpression": None,
    "WeekdayRangeExpression": _WEEKDAYS,
    "MonthRangeExpression": ("", *_MONTHS),
}
_POSITIONS: Final = ("1st", "2nd", "3rd", "4th", "5th", "last")
_SECONDS_OF_A_DAY: Final = 86_400
_DATE_BYTES: Final = 10


@dataclass(frozen=True, slots=True)
class FoundTrigger:
    """What a trigger says."""

    schedule: Schedule
    first_after: float = 0.0
    ends_at: str | None = None
    state: Mapping[str, object] = field(default_factory=dict)


def read_trigger(value: object) -> FoundTrigger:
    """Read one; of those that are not known it says so."""
    if not isinstance(value, Inert) or not isinstance(value.state, dict):
        return FoundTrigger(Unmovable("unknown", "its trigger is of a kind not known here"))
    state: Mapping[str, object] = value.state
    ends_at = _date(state.get("end_date"))
    match value.kind:
        case "IntervalTrigger":
            seconds = _seconds(state.get("interval"))
            if seconds is None or seconds <= 0:
                why = "its interval cannot be read"
                return FoundTrigger(Unmovable("an interval", why), state=state)
            return FoundTrigger(Every(seconds), seconds, ends_at, state)
        case "CronTrigger":
            return FoundTrigger(_cron(state), 0.0, ends_at, state)
        case "DateTrigger":
            when = _date(state.get("run_date")) or "once"
            return FoundTrigger(Unmovable(when, "it runs once; a loop has no end"), state=state)
        case kind:
            why = f"the trigger {kind} has no counterpart; write the Cron that was meant"
            return FoundTrigger(Unmovable(kind, why), state=state)


def seconds_of_jitter(found: FoundTrigger, jitter: float) -> float:
    """Return the jitter if it can be had: it must be less than the interval."""
    schedule = found.schedule
    return jitter if isinstance(schedule, Every) and jitter < schedule.seconds else 0.0


def _cron(state: Mapping[str, object]) -> Schedule:
    fields: dict[str, str] = {}
    listed = state.get("fields")
    for each in listed if isinstance(listed, list) else ():
        details = each.state if isinstance(each, Inert) else None
        if not isinstance(details, dict) or not isinstance(details.get("expressions"), list):
            return Unmovable("cron", "its fields cannot be read")
        texts = [_expression(one) for one in details["expressions"]]
        if None in texts:
            return Unmovable("cron", f"its field {details['name']} cannot be read")
        fields[str(details["name"])] = ",".join(filter(None, texts))
    shown = " ".join(f"{name}={text}" for name, text in fields.items() if text != "*")
    try:
        times = translate_apscheduler_fields(fields)
    except UntranslatableCronError as error:
        return Unmovable(shown, f"the cron expression has no counterpart: {error}")
    return Calendar(times, shown, _zone(state.get("timezone")))


def _expression(value: object) -> str | None:
    """Spell one expression of a field; `None` if it cannot be read."""
    if not isinstance(value, Inert):
        return None
    state: Mapping[str, object] = value.state if isinstance(value.state, dict) else {}
    match value.kind:
        case "AllExpression":
            return f"*{_step(state)}"
        case "LastDayOfMonthExpression":
            return "last"
        case "WeekdayPositionExpression":
            nth, day = number(state.get("option_num")), number(state.get("weekday"))
            return None if nth is None or day is None else f"{_POSITIONS[nth]} {_WEEKDAYS[day]}"
        case _:
            return _range(value.kind, state)


def _range(kind: str, state: Mapping[str, object]) -> str | None:
    first, last = number(state.get("first")), number(state.get("last"))
    if kind not in _NAMES or first is None:
        return None
    names = _NAMES[kind]
    ends = [
        str(each) if names is None else names[each] for each in (first, last) if each is not None
    ]
    return f"{'-'.join(dict.fromkeys(ends))}{_step(state)}"


def _step(state: Mapping[str, object]) -> str:
    return f"/{state['step']}" if state.get("step") else ""


def _seconds(value: object) -> float | None:
    if isinstance(value, Inert) and value.kind == "timedelta":
        numbers = [number(each) or 0 for each in (*value.arguments, 0, 0, 0)]
        return numbers[0] * _SECONDS_OF_A_DAY + numbers[1] + numbers[2] / 1_000_000
    return None


def _date(value: object) -> str | None:
    """Spell an instant out of the ten bytes that a datetime is pickled as."""
    if not isinstance(value, Inert) or not value.arguments:
        return None
    content = value.arguments[0]
    raw = content.encode("latin-1") if isinstance(content, str) else content
    if not isinstance(raw, bytes) or len(raw) < _DATE_BYTES:
        return None
    year, month, day = raw[0] * 256 + raw[1], raw[2], raw[3]
    zone = _zone(value.arguments[1]) if len(value.arguments) > 1 else None
    shown = f"{year:04}-{month:02}-{day:02} {raw[4]:02}:{raw[5]:02}:{raw[6]:02}"
    return f"{shown} {zone}" if zone else shown


def _zone(value: object) -> str | None:
    """Name a time zone of zoneinfo, pytz or the standard library."""
    if not isinstance(value, Inert):
        return None
    if value.name == "datetime.timezone":
        offset = _seconds(value.arguments[0]) if value.arguments else None
        return "UTC" if offset == 0 else f"UTC offset of {offset:g} s" if offset else None
    if value.name == "pytz._UTC":
        return "UTC"
    return next((each for each in value.arguments if isinstance(each, str)), None)
