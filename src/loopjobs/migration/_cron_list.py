"""Reads lists of recurring jobs, as Hangfire has them: id, cron, time zone, method."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from loopjobs.migration._cron import Dialect
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._facts import OldJob, OldScheduler, OldTrigger, Scheduler, calendar_of
from loopjobs.migration._findings import Finding, Topic
from loopjobs.migration._json_files import Node

LISTS: Final = ("RecurringJobs", "Jobs")
_ID: Final = ("Id", "RecurringJobId", "JobId", "Name")
_CRON: Final = ("Cron", "CronExpression", "Expression", "Schedule")
_ZONE: Final = ("TimeZoneId", "TimeZone")
_METHOD: Final = ("Method", "Job", "Type")
_DEFAULT_QUEUE: Final = "default"
_MISFIRES: Final = {"0": None, "relaxed": None, "1": "Strict", "2": "Ignorable"}


def read_json_list(nodes: Iterable[Node], where: str) -> OldScheduler:
    """Read objects with the keys `Id`, `Cron`, `TimeZoneId` and `Method`.

    Raises:
        MigrationError: One of them has no id, or no cron expression.
    """
    return OldScheduler(
        Scheduler.HANGFIRE, where, tuple(map(recurring_job, nodes)), is_clustered=True
    )


def read_csv_list(text: str, where: str) -> OldScheduler:
    """Read lines under a line of names: `id,cron,time_zone,method`.

    Raises:
        MigrationError: There is no such line of names, or a job has no id or cron expression.
    """
    first = text.partition("\n")[0]
    if not first.strip():
        raise MigrationError(f"{where}: there is no line of names. Begin with id,cron,time_zone.")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().replace("_", "") for name in rows.fieldnames or ()]
        nodes = []
        for row in rows:
            values = {name: row[old] for name, old in zip(names, row, strict=False) if row[old]}
            nodes.append(Node(values, f"{where}, line {rows.line_num}"))
    except (csv.Error, AttributeError, TypeError) as error:
        line = rows.line_num
        raise MigrationError(
            f"{where}, line {line}: this is not CSV: {error}. Correct it."
        ) from None
    return read_json_list(nodes, where)


def recurring_job(node: Node) -> OldJob:
    """Read one of them.

    Raises:
        MigrationError: It has no id, or no cron expression.
    """
    if not node.is_object:
        raise node.error("a recurring job must be an object", "Give it an Id and a Cron")
    name, expression = node.need(*_ID), node.need(*_CRON)
    misfire = (node.text("Misfire", "MisfireHandling") or "0").casefold()
    trigger = OldTrigger(
        name=name,
        where=node.where,
        # Without a zone, Hangfire takes UTC.
        schedule=calendar_of(expression, Dialect.HANGFIRE, node.text(*_ZONE) or "UTC"),
        misfire=_MISFIRES.get(misfire, misfire.capitalize()),
    )
    queue = node.text("Queue") or _DEFAULT_QUEUE
    findings = [] if queue == _DEFAULT_QUEUE else [_queue(queue)]
    return OldJob(
        name=name,
        where=node.where,
        code=node.text(*_METHOD) or name,
        triggers=(trigger,),
        # Methods are called Run or Send; the id is the name that people know.
        class_name=name,
        description=node.text("Description") or "",
        findings=tuple(findings),
    )


def _queue(name: str) -> Finding:
    return Finding(
        Topic.QUEUES,
        f"It waited in the queue {name!r}; here are no queues: a service runs the jobs that it "
        "registers.",
    )
