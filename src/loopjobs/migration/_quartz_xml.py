"""Reads `quartz_jobs.xml`: job scheduling data of Quartz.NET, version 2.0."""

from collections.abc import Iterator
from typing import Final

from loopjobs.migration._cron import Dialect
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._facts import (
    OldJob,
    OldScheduler,
    OldTrigger,
    Schedule,
    Scheduler,
    Unmovable,
    calendar_of,
)
from loopjobs.migration._numbers import whole_number
from loopjobs.migration._quartz_words import (
    DEFAULT_GROUP,
    calendar_interval,
    simple_schedule,
    stated_misfire,
    stated_overlap,
    stated_priority,
)
from loopjobs.migration._xml import Element, parse_xml

_ROOT: Final = "job-scheduling-data"
_MILLISECONDS: Final = 1000


def read_quartz_xml(content: bytes, where: str) -> OldScheduler:
    """Read the jobs and triggers of a file.

    Raises:
        MigrationError: It is no such file, or something in it is missing or wrong.
    """
    root = parse_xml(content, where)
    if root.name != _ROOT:
        raise MigrationError(
            f"{where}, line {root.line}: the document is <{root.name}>, not <{_ROOT}>. "
            "Give the file that Quartz reads its jobs from."
        )
    return _File(where).read(root)


class _File:
    """One file; errors say where in it."""

    def __init__(self, where: str) -> None:
        self._where = where

    def read(self, root: Element) -> OldScheduler:
        schedules = root.all("schedule")
        found = [job for schedule in schedules for job in schedule.all("job")]
        outer = [trigger for schedule in schedules for trigger in schedule.all("trigger")]
        triggers: dict[tuple[str, str], list[OldTrigger]] = {}
        for element in outer:
            kind = self._kind(element)
            key = (self._need(kind, "job-name"), kind.value("job-group") or DEFAULT_GROUP)
            triggers.setdefault(key, []).append(self._trigger(kind))
        jobs = tuple(self._job(element, triggers) for element in found)
        strays = [each for left in triggers.values() for each in left]
        remarks = [
            f"{each.where}: the trigger {each.name} is for a job that is not in this file."
            for each in strays
        ]
        return OldScheduler(Scheduler.QUARTZ, self._where, jobs, remarks=tuple(remarks))

    def _job(self, element: Element, triggers: dict[tuple[str, str], list[OldTrigger]]) -> OldJob:
        name, group = self._need(element, "name"), element.value("group") or DEFAULT_GROUP
        return OldJob(
            name=name,
            group=None if group == DEFAULT_GROUP else group,
            where=self._at(element),
            code=self._need(element, "job-type", "job-class"),
            triggers=tuple(triggers.pop((name, group), ())),
            description=element.value("description") or "",
            data=dict(self._data(element)),
            recovers=element.value("recover") in {"true", "1"},
        )

    def _kind(self, element: Element) -> Element:
        if not element.children:
            raise self._error(element, "the trigger is empty", "Say simple, cron or another kind")
        return element.children[0]

    def _trigger(self, kind: Element) -> OldTrigger:
        delay = kind.value("start-time-seconds-in-future")
        return OldTrigger(
            name=self._need(kind, "name"),
            where=self._at(kind),
            schedule=self._schedule(kind),
            starts_in=float(self._number(kind, delay)) if delay else 0.0,
            starts_at=kind.value("start-time"),
            ends_at=kind.value("end-time"),
            misfire=stated_misfire(kind.value("misfire-instruction")),
            priority=stated_priority(self._number(kind, kind.value("priority") or "5")),
            calendar=kind.value("calendar-name"),
            data=dict(self._data(kind)),
            overlap=stated_overlap(kind.value("overlap-policy")),
        )

    def _schedule(self, kind: Element) -> Schedule:
        match kind.name:
            case "simple":
                count = self._number(kind, kind.value("repeat-count") or "0")
                interval = self._number(kind, kind.value("repeat-interval") or "0")
                return simple_schedule(interval / _MILLISECONDS, count)
            case "cron":
                expression = self._need(kind, "cron-expression")
                return calendar_of(expression, Dialect.QUARTZ, kind.value("time-zone"))
            case "calendar-interval":
                count = self._number(kind, self._need(kind, "repeat-interval"))
                return calendar_interval(count, self._need(kind, "repeat-interval-unit"))
            case name:
                return Unmovable(name, f"a trigger of the kind <{name}> is not known here")

    def _data(self, element: Element) -> Iterator[tuple[str, str]]:
        data = element.first("job-data-map")
        for entry in data.all("entry") if data else ():
            yield self._need(entry, "key"), entry.value("value") or ""

    def _need(self, element: Element, *names: str) -> str:
        value = element.value(*names)
        if value is None:
            raise self._error(element, f"<{element.name}> has no <{names[0]}>", "Add it")
        return value

    def _number(self, element: Element, text: str) -> int:
        number = whole_number(text)
        if number is None:
            what = f"{text[:40]!r} in <{element.name}> is not a whole number"
            raise self._error(element, what, "Correct it")
        return number

    def _at(self, element: Element) -> str:
        return f"{self._where}, line {element.line}"

    def _error(self, element: Element, what: str, remedy: str) -> MigrationError:
        return MigrationError(f"{self._at(element)}: {what}. {remedy}.")
