"""Reads the section `Quartz` of `appsettings.json`, and `quartz_jobs.json`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from loopjobs.migration._cron import Dialect
from loopjobs.migration._facts import (
    OldJob,
    OldScheduler,
    OldTrigger,
    Schedule,
    Scheduler,
    Unmovable,
    calendar_of,
)
from loopjobs.migration._json_files import Node
from loopjobs.migration._quartz_words import (
    DEFAULT_GROUP,
    Daily,
    calendar_interval,
    read_time_span,
    seconds_of,
    simple_schedule,
    stated_misfire,
    stated_overlap,
    stated_priority,
)

_WEEKDAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_END_OF_DAY: Final = "23:59:59"
_CRON_FIELDS: Final = (6, 7)


def read_quartz_json(section: Node) -> list[OldScheduler]:
    """Read the section, or the document that a scheduling plugin reads.

    Raises:
        MigrationError: Something in it is missing or wrong.
    """
    named = section.get("Schedulers")
    if named is not None:
        return [_scheduler(each) for _, each in named.items()]
    return [_scheduler(section)]


def _scheduler(section: Node) -> OldScheduler:
    properties = {key.casefold(): value for key, value in _flat(section, "quartz")}
    schedule = section.get("Schedule", "Scheduling") or Node({}, section.where)
    triggers: dict[tuple[str, str], list[OldTrigger]] = {}
    for node in schedule.each("Triggers"):
        key = (node.need("JobName"), node.text("JobGroup") or DEFAULT_GROUP)
        triggers.setdefault(key, []).append(_trigger(node))
    jobs = [_job(node, triggers) for node in schedule.each("Jobs")]
    jobs += _jobs_by_name(section)
    strays = [each for left in triggers.values() for each in left]
    return OldScheduler(
        Scheduler.QUARTZ,
        section.where,
        tuple(jobs),
        is_clustered=properties.get("quartz.jobstore.clustered", "false").casefold() == "true",
        remarks=(*_elsewhere(properties), *_stray(strays)),
    )


def _flat(node: Node, path: str) -> Iterator[tuple[str, str]]:
    """Yield the properties as Quartz names them, whether they are flat or nested."""
    for key, below in node.items():
        name = key if key.casefold().startswith("quartz.") else f"{path}.{key}"
        if below.is_object:
            yield from _flat(below, name)
        elif isinstance(below.value, str | bool | int):
            yield name, str(below.value)


def _elsewhere(properties: Mapping[str, str]) -> Iterator[str]:
    for key, value in properties.items():
        if key.startswith("quartz.plugin.") and key.endswith(".filenames"):
            yield f"Quartz also reads jobs from {value}: give that file as well."
    if "adojobstore" in properties.get("quartz.jobstore.type", "").casefold():
        yield "Quartz keeps its jobs in a database: give its URL as well."


def _stray(triggers: list[OldTrigger]) -> Iterator[str]:
    for each in triggers:
        yield f"{each.where}: the trigger {each.name} is for a job that is not in this file."


def _jobs_by_name(section: Node) -> Iterator[OldJob]:
    """Yield jobs of the common habit `"Quartz": {"RestockJob": "0 0/5 * * * ?"}`."""
    for key, node in section.items():
        text = node.value
        if key.casefold().startswith("quartz.") or not isinstance(text, str):
            continue
        if len(text.split()) in _CRON_FIELDS:
            trigger = OldTrigger(key, node.where, calendar_of(text, Dialect.QUARTZ, None))
            yield OldJob(key, node.where, key, (trigger,))


def _job(node: Node, triggers: dict[tuple[str, str], list[OldTrigger]]) -> OldJob:
    name, group = node.need("Name"), node.text("Group") or DEFAULT_GROUP
    return OldJob(
        name=name,
        group=None if group == DEFAULT_GROUP else group,
        where=node.where,
        code=node.need("JobType"),
        triggers=tuple(triggers.pop((name, group), ())),
        description=node.text("Description") or "",
        data=_data(node),
        recovers=node.text("Recover") == "true",
    )


def _trigger(node: Node) -> OldTrigger:
    found = [(node.get(kind), read) for kind, read in _KINDS.items()]
    kinds = [(schedule, read) for schedule, read in found if schedule is not None]
    if len(kinds) != 1:
        raise node.error("it must have one schedule", f"Give one of {', '.join(_KINDS)}")
    ((schedule, read),) = kinds
    priority = node.number("Priority", 5)
    return OldTrigger(
        name=node.need("Name"),
        where=node.where,
        schedule=read(schedule),
        starts_in=node.number("StartTimeSecondsInFuture", 0),
        starts_at=node.text("StartTime"),
        ends_at=node.text("EndTime"),
        misfire=stated_misfire(schedule.text("MisfireInstruction")),
        priority=stated_priority(priority),
        calendar=node.text("CalendarName"),
        data=_data(node),
        overlap=stated_overlap(node.text("OverlapPolicy")),
    )


def _data(node: Node) -> Mapping[str, object]:
    data = node.get("JobDataMap")
    return {} if data is None else {key: each.value for key, each in data.items()}


def _simple(node: Node) -> Schedule:
    interval = _time_span(node, "Interval", "00:00:00")
    return simple_schedule(interval, node.number("RepeatCount", 0))


def _cron(node: Node) -> Schedule:
    return calendar_of(node.need("Expression"), Dialect.QUARTZ, node.text("TimeZone"))


def _calendar_interval(node: Node) -> Schedule:
    return calendar_interval(node.number("RepeatInterval", 1), node.need("RepeatIntervalUnit"))


def _daily(node: Node) -> Schedule:
    count, unit = node.number("RepeatInterval", 1), node.text("RepeatIntervalUnit") or "Minute"
    every = seconds_of(count, unit)
    names = [str(each.value).casefold() for each in node.each("DaysOfWeek")] or _WEEKDAYS
    unknown = [name for name in names if name not in _WEEKDAYS]
    if every is None or unknown:
        return Unmovable(f"every {count} {unit}", "its unit or its days are not known here")
    return Daily(
        first=int(_time_span(node, "StartTimeOfDay", "00:00:00")),
        last=int(_time_span(node, "EndTimeOfDay", _END_OF_DAY)),
        every=every,
        weekdays=frozenset(_WEEKDAYS.index(name) for name in names),
        repeat_count=node.number("RepeatCount", -1),
        time_zone=node.text("TimeZone"),
    ).schedule()


def _time_span(node: Node, name: str, default: str) -> float:
    try:
        return read_time_span(node.text(name) or default)
    except ValueError as error:
        raise node.error(f"{name}: {error}", "Correct it") from None


_KINDS: Final[Mapping[str, Callable[[Node], Schedule]]] = {
    "Simple": _simple,
    "Cron": _cron,
    "CalendarInterval": _calendar_interval,
    "DailyTimeInterval": _daily,
}
