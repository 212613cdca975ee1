"""Reads the tables `QRTZ_*` of Quartz.NET."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
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
from loopjobs.migration._findings import Finding, Topic
from loopjobs.migration._quartz_words import (
    DEFAULT_GROUP,
    Daily,
    calendar_interval,
    misfire_name,
    overlap_of,
    seconds_of,
    simple_schedule,
    stated_priority,
)
from loopjobs.migration._tables.database import Database, Row
from loopjobs.migration._tables.job_data import read_job_data
from loopjobs.migration._tables.values import instant, is_true, number, text

_JOBS: Final = (
    "sched_name", "job_name", "job_group", "description", "job_class_name",
    "is_nonconcurrent", "is_update_data", "requests_recovery", "job_data",
)  # fmt: skip
_TRIGGERS: Final = (
    "sched_name", "trigger_name", "trigger_group", "job_name", "job_group", "priority",
    "trigger_state", "trigger_type", "start_time", "end_time", "calendar_name", "misfire_instr",
    "job_data", "overlap_policy",
)  # fmt: skip
_LATER: Final = frozenset({"overlap_policy", "time_zone_id"})
_KEY: Final = ("sched_name", "trigger_name", "trigger_group")
_DETAILS: Final = {
    "SIMPLE": ("SIMPLE_TRIGGERS", ("repeat_count", "repeat_interval")),
    "CRON": ("CRON_TRIGGERS", ("cron_expression", "time_zone_id")),
    "SIMPROP": (
        "SIMPROP_TRIGGERS",
        ("str_prop_1", "str_prop_2", "str_prop_3", "int_prop_1", "long_prop_1", "time_zone_id"),
    ),
}
_ENDED: Final = frozenset({"COMPLETE", "DELETED"})
_PAUSED: Final = frozenset({"PAUSED", "PAUSED_BLOCKED"})
_MILLISECONDS: Final = 1000
_TIMES: Final = 6
_LAST_SECOND: Final = 86_399

_Details = Mapping[tuple[object, ...], Row]


def read_quartz_tables(database: Database, prefix: str, now: datetime) -> Iterator[OldScheduler]:
    """Yield each scheduler that has jobs there; nothing if there are no such tables."""
    if not database.has(f"{prefix}JOB_DETAILS"):
        return
    jobs = database.rows(f"{prefix}JOB_DETAILS", _JOBS)
    triggers = _rows(database, f"{prefix}TRIGGERS", _TRIGGERS)
    details = {kind: _details(database, prefix, kind) for kind in _DETAILS}
    clustered = {row["sched_name"] for row in database.rows(f"{prefix}SCHEDULER_STATE", _KEY[:1])}
    for name in dict.fromkeys(row["sched_name"] for row in jobs):
        found = [row for row in jobs if row["sched_name"] == name]
        own = [row for row in triggers if row["sched_name"] == name]
        yield OldScheduler(
            Scheduler.QUARTZ,
            f"{database.where}, scheduler {name}",
            tuple(_job(row, own, details, database.where, now) for row in found),
            # Only those of a cluster check in.
            is_clustered=name in clustered,
        )


def _rows(database: Database, table: str, columns: Sequence[str]) -> list[Row]:
    """Return the rows; a column that came with a later version may be missing."""
    missing = _LATER - database.columns(table)
    there = [column for column in columns if column not in missing]
    absent = dict.fromkeys(missing & {*columns})
    return [{**row, **absent} for row in database.rows(table, there)]


def _details(database: Database, prefix: str, kind: str) -> _Details:
    table, columns = _DETAILS[kind]
    rows = _rows(database, f"{prefix}{table}", (*_KEY, *columns))
    return {tuple(row[column] for column in _KEY): row for row in rows}


def _job(
    row: Row, triggers: Sequence[Row], details: Mapping[str, _Details], where: str, now: datetime
) -> OldJob:
    data = read_job_data(row["job_data"])
    group = text(row["job_group"])
    own = [each for each in triggers if (each["job_name"], each["job_group"]) == (
        row["job_name"], row["job_group"])]  # fmt: skip
    return OldJob(
        name=text(row["job_name"]),
        group=None if group == DEFAULT_GROUP else group,
        where=where,
        code=text(row["job_class_name"]),
        triggers=tuple(_trigger(each, details, where, now) for each in own),
        description=text(row["description"]),
        data=data.values,
        unread_data=data.unread,
        overlaps=not is_true(row["is_nonconcurrent"]),
        keeps_data=is_true(row["is_update_data"]),
        recovers=is_true(row["requests_recovery"]),
    )


def _trigger(row: Row, details: Mapping[str, _Details], where: str, now: datetime) -> OldTrigger:
    key = tuple(row[column] for column in _KEY)
    kind, state = text(row["trigger_type"]), text(row["trigger_state"])
    start, end = instant(row["start_time"]), instant(row["end_time"])
    data = read_job_data(row["job_data"])
    schedule = _schedule(kind, details, key)
    if state in _ENDED or (end is not None and end <= now):
        schedule = Unmovable(state.lower(), "it has ended")
    return OldTrigger(
        name=text(row["trigger_name"]),
        where=where,
        schedule=schedule,
        starts_at=start.isoformat() if start is not None and start > now else None,
        ends_at=end.isoformat() if end is not None and end > now else None,
        misfire=misfire_name(number(row["misfire_instr"]), is_simple=kind == "SIMPLE"),
        priority=stated_priority(number(row["priority"])),
        calendar=text(row["calendar_name"]) or None,
        data=data.values,
        is_paused=state in _PAUSED,
        overlap=overlap_of(number(row["overlap_policy"])),
        findings=tuple(_findings(state, data.unread)),
    )


def _findings(state: str, unread: str | None) -> Iterator[Finding]:
    if state == "ERROR":
        what = "It is in the state ERROR, so it does not run: its job could not be made. Ask why."
        yield Finding(Topic.STATE, what)
    if unread is not None:
        yield Finding(Topic.JOB_DATA, f"The job data of its trigger was not read: {unread}.")


def _schedule(kind: str, details: Mapping[str, _Details], key: tuple[object, ...]) -> Schedule:
    if kind not in _KINDS:
        return Unmovable(kind, "its schedule is a serialized object, or of a kind not known here")
    table, read = _KINDS[kind]
    row = details[table].get(key)
    if row is None:
        return Unmovable(kind, "the row with its times is missing")
    return read(row)


def _simple(row: Row) -> Schedule:
    interval = number(row["repeat_interval"]) or 0
    return simple_schedule(interval / _MILLISECONDS, number(row["repeat_count"]) or 0)


def _cron(row: Row) -> Schedule:
    zone = text(row["time_zone_id"]) or None
    return calendar_of(text(row["cron_expression"]), Dialect.QUARTZ, zone)


def _calendar_interval(row: Row) -> Schedule:
    return calendar_interval(number(row["int_prop_1"]) or 0, text(row["str_prop_1"]))


def _daily(row: Row) -> Schedule:
    count, unit = number(row["int_prop_1"]) or 0, text(row["str_prop_1"])
    every = seconds_of(count, unit)
    days = [each for each in text(row["str_prop_2"]).split(",") if each]
    times = [each for each in text(row["str_prop_3"]).split(",") if each]
    if every is None or not all(each.isdecimal() for each in (*days, *times)):
        return Unmovable(f"every {count} {unit}", "its unit, days or times are not known here")
    hours = [int(each) for each in times] if len(times) == _TIMES else []
    repeat_count = number(row["long_prop_1"])
    return Daily(
        first=_second_of_day(hours[:3]) if hours else 0,
        last=_second_of_day(hours[3:]) if hours else _LAST_SECOND,
        every=every,
        weekdays=frozenset(int(each) % 7 for each in days) or frozenset(range(7)),
        repeat_count=-1 if repeat_count is None else repeat_count,
        time_zone=text(row["time_zone_id"]) or None,
    ).schedule()


def _second_of_day(parts: Sequence[int]) -> int:
    hour, minute, second = parts
    return hour * 3600 + minute * 60 + second


_KINDS: Final[Mapping[str, tuple[str, Callable[[Row], Schedule]]]] = {
    "SIMPLE": ("SIMPLE", _simple),
    "CRON": ("CRON", _cron),
    "CAL_INT": ("SIMPROP", _calendar_interval),
    "DAILY_I": ("SIMPROP", _daily),
}
