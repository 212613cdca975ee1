"""Reads the table `apscheduler_jobs` of APScheduler 3. Its pickles are read, never loaded."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from loopjobs.migration._facts import OldJob, OldScheduler, OldTrigger, Scheduler, Unmovable
from loopjobs.migration._findings import Finding, Topic
from loopjobs.migration._tables.apscheduler_triggers import read_trigger, seconds_of_jitter
from loopjobs.migration._tables.database import Database, Row
from loopjobs.migration._tables.pickle_facts import UnreadablePickleError, read_pickle
from loopjobs.migration._tables.values import number, text

_TABLE: Final = "apscheduler_jobs"
_COLUMNS: Final = ("id", "next_run_time", "job_state")
_DEFAULT_EXECUTOR: Final = "default"


def read_apscheduler_table(database: Database) -> Iterator[OldScheduler]:
    """Yield the jobs there; nothing if there is no such table."""
    if not database.has(_TABLE):
        return
    rows = database.rows(_TABLE, _COLUMNS)
    jobs = tuple(_job(row, database.where) for row in rows)
    # It has no cluster: two schedulers on one table run each job twice.
    yield OldScheduler(Scheduler.APSCHEDULER, database.where, jobs, is_clustered=False)


def _job(row: Row, where: str) -> OldJob:
    name, blob = text(row["id"]), row["job_state"]
    try:
        content = bytes(blob) if isinstance(blob, bytes | bytearray | memoryview) else b""
        state = read_pickle(content)
    except UnreadablePickleError as error:
        return _unreadable(name, where, f"its pickle cannot be read: {error}")
    if not isinstance(state, dict) or "trigger" not in state:
        return _unreadable(name, where, "its pickle does not hold the state of a job")
    try:
        return _read(name, where, state, is_paused=row["next_run_time"] is None)
    except (LookupError, TypeError, ValueError):
        return _unreadable(name, where, "its pickle is not as APScheduler writes it")


def _unreadable(name: str, where: str, why: str) -> OldJob:
    return OldJob(name, where, name, (OldTrigger(name, where, Unmovable("unknown", why)),))


def _read(name: str, where: str, state: Mapping[str, object], *, is_paused: bool) -> OldJob:
    found = read_trigger(state["trigger"])
    grace = state.get("misfire_grace_time")
    trigger = OldTrigger(
        name=name,
        where=where,
        schedule=found.schedule,
        # The first run of an interval comes when it is over for the first time.
        starts_in=found.first_after,
        ends_at=found.ends_at,
        jitter=seconds_of_jitter(found, number(found.state.get("jitter")) or 0),
        is_paused=is_paused,
        findings=tuple(_findings(state, grace, jitter=bool(found.state.get("jitter")))),
    )
    most = number(state.get("max_instances")) or 1
    arguments, keywords = state.get("args"), state.get("kwargs")
    data = {
        **_numbered(arguments if isinstance(arguments, list | tuple) else ()),
        **{text(key): value for key, value in _dict(keywords).items()},
    }
    return OldJob(
        name=name,
        where=where,
        code=text(state.get("func")) or name,
        triggers=(trigger,),
        data=data,
        overlaps=most > 1,
        most_at_once=most,
    )


def _dict(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


def _numbered(arguments: Sequence[object]) -> dict[str, object]:
    return {f"argument_{n}": value for n, value in enumerate(arguments, 1)}


def _findings(state: Mapping[str, object], grace: object, *, jitter: bool) -> Iterator[Finding]:
    executor = text(state.get("executor"))
    if executor != _DEFAULT_EXECUTOR:
        what = (
            f"It ran in the executor {executor!r}; here it runs in the event loop, or in a thread "
            "if execute is a plain function."
        )
        yield Finding(Topic.QUEUES, what)
    if grace != 1:
        shown = "any time" if grace is None else f"{grace} s"
        what = (
            f"A run could be late by {shown} (misfire_grace_time). What a stall swallowed is "
            "counted here, and the last of it runs late, once."
        )
        yield Finding(Topic.MISFIRES, what)
    if state.get("coalesce") is False:
        what = "Runs that were missed were all made up (coalesce=False); here only the last one is."
        yield Finding(Topic.MISFIRES, what)
    if jitter:
        what = (
            "Its jitter went both ways; here a tick is only ever late, by less than its interval."
        )
        yield Finding(Topic.START_AND_END, what)
