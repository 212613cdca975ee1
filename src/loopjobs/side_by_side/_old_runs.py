"""Hears APScheduler 3, and notes what it does."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol, cast

from loopjobs import Clock
from loopjobs._extras import brought_by
from loopjobs.side_by_side._entries import Entry, Kind, Side
from loopjobs.side_by_side._handover import Answer
from loopjobs.side_by_side._journal import Journal

_MOST_PENDING: Final = 1_000

MISFIRE: Final = "misfire"
MAX_INSTANCES: Final = "max_instances"


class ListenedScheduler(Protocol):
    """What is asked of a scheduler of APScheduler 3."""

    def add_listener(self, callback: Callable[[object], None], mask: int = ...) -> None:
        """Call back with each event of these kinds."""
        ...


class _Event(Protocol):
    code: int


class _Submitted(Protocol):
    job_id: str
    scheduled_run_times: Sequence[datetime]


class _Ended(Protocol):
    job_id: str
    scheduled_run_time: datetime
    retval: object


class OldRuns:
    """A listener of APScheduler 3 that keeps a journal of its runs.

    Args:
        journal: Where to.
        clock: When something was heard.
        jobs: The names of the jobs here by their ids there, where these differ.
    """

    def __init__(
        self, journal: Journal, clock: Clock, *, jobs: Mapping[str, str] | None = None
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._jobs = dict(jobs or {})
        self._lock = threading.Lock()
        self._submitted: dict[tuple[str, datetime], datetime] = {}
        self._seconds: dict[str, float] = {}
        self._hear: dict[int, Callable[[object], None]] = {}

    def listen_to(self, scheduler: ListenedScheduler) -> None:
        """Hear that scheduler from now on.

        Raises:
            ModuleNotFoundError: APScheduler is not installed; the message says how to install it.
        """
        with brought_by("apscheduler", "loopjobs.side_by_side"):
            from apscheduler import events  # noqa: PLC0415 - only who moves from it has it

        self._hear = {
            events.EVENT_JOB_SUBMITTED: self._note_submitted,
            events.EVENT_JOB_EXECUTED: self._note_executed,
            events.EVENT_JOB_ERROR: lambda event: self._note_run(event, "failed"),
            events.EVENT_JOB_MISSED: self._note_missed,
            events.EVENT_JOB_MAX_INSTANCES: self._note_max_instances,
            events.EVENT_SCHEDULER_STARTED: lambda _: self._note_whole(Kind.BEGIN),
            events.EVENT_SCHEDULER_RESUMED: lambda _: self._note_whole(Kind.BEGIN),
            events.EVENT_SCHEDULER_PAUSED: lambda _: self._note_whole(Kind.END),
            events.EVENT_SCHEDULER_SHUTDOWN: lambda _: self._note_whole(Kind.END),
        }
        scheduler.add_listener(self, sum(self._hear))

    def __call__(self, event: object) -> None:
        """Note one event; called by APScheduler, on whatever thread that is."""
        hear = self._hear.get(cast("_Event", event).code)
        if hear is not None:
            with self._lock:
                hear(event)

    def seconds_of(self, job: str) -> float:
        """Return how long the last run of that job took; 0 before the first."""
        return self._seconds.get(job, 0.0)

    def _name(self, job_id: str) -> str:
        return self._jobs.get(job_id, job_id)

    def _note_submitted(self, event: object) -> None:
        heard = cast("_Submitted", event)
        now = self._clock.now()
        for due in heard.scheduled_run_times:
            self._submitted[heard.job_id, due] = now
        while len(self._submitted) > _MOST_PENDING:
            # A thread may be told of the end of a run before its begin; nobody asks for that again.
            self._submitted.pop(next(iter(self._submitted)), None)

    def _note_executed(self, event: object) -> None:
        answer = cast("_Ended", event).retval
        what = answer.what if isinstance(answer, Answer) else "succeeded"
        is_run = not isinstance(answer, Answer) or answer.is_run
        self._note_run(event, what, Kind.RUN if is_run else Kind.SKIP)

    def _note_run(self, event: object, what: str, kind: Kind = Kind.RUN) -> None:
        heard = cast("_Ended", event)
        name, now = self._name(heard.job_id), self._clock.now()
        due = heard.scheduled_run_time
        started = self._submitted.pop((heard.job_id, due), None)
        seconds = None if started is None else (now - started).total_seconds()
        if kind is Kind.SKIP:
            self._skip(name, what, due)
            return
        if seconds is not None:
            self._seconds[name] = seconds
        entry = Entry(Side.OLD, kind, name, now, what, due.astimezone(UTC), started, seconds)
        self._journal.append(entry)

    def _note_missed(self, event: object) -> None:
        heard = cast("_Ended", event)
        self._submitted.pop((heard.job_id, heard.scheduled_run_time), None)
        self._skip(self._name(heard.job_id), MISFIRE, heard.scheduled_run_time)

    def _note_max_instances(self, event: object) -> None:
        heard = cast("_Submitted", event)
        for due in heard.scheduled_run_times:
            self._skip(self._name(heard.job_id), MAX_INSTANCES, due)

    def _skip(self, name: str, what: str, due: datetime) -> None:
        now = self._clock.now()
        self._journal.append(Entry(Side.OLD, Kind.SKIP, name, now, what, due.astimezone(UTC)))

    def _note_whole(self, kind: Kind) -> None:
        self._journal.append(Entry(Side.OLD, kind, "", self._clock.now()))
