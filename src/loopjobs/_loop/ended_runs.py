"""The last runs of one job, kept small: most of them went well, and four facts tell them."""

from datetime import datetime, timedelta
from typing import Final, TypeAlias

from loopjobs._run.current import run_id_of
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import FAILURES, RunRecord

HISTORY_LENGTH: Final = 50

_SUCCEEDED: Final = Outcome.SUCCEEDED

_PlainRun: TypeAlias = tuple[int, datetime, float, float]
"""Its number, when it began, how long after its slot that was, and how long it took."""


class EndedRuns:
    """Keeps the last runs that ended, and the last one that succeeded.

    A job may run for years, and there may be many: a run that reported nothing and held no lease is
    kept as a tuple that the garbage collector need not look at, and made a record for who asks.
    """

    __slots__ = ("_job", "_last", "_last_success", "_process", "last_success_ended")

    def __init__(self, job: str, process: str) -> None:
        self._job = job
        self._process = process
        self._last: list[_PlainRun | RunRecord] = []
        self._last_success: _PlainRun | RunRecord | None = None
        self.last_success_ended: float | None = None
        """When that run ended, on the monotonic clock; `None` if none has succeeded."""

    def add(self, run: RunInProgress) -> None:
        """Keep a run whose outcome is known."""
        last = self._last
        is_success = run.outcome is _SUCCEEDED
        kept: _PlainRun | RunRecord
        if is_success and run.reported is None and run.fencing_token is None:
            kept = (run.number, run.started_at, run.started - run.due, run.duration)
        else:
            kept = run.record()
        last.append(kept)
        if len(last) > HISTORY_LENGTH:
            del last[0]
        if is_success:
            self._last_success = kept
            self.last_success_ended = run.started + run.duration

    def newest_first(self) -> list[RunRecord]:
        """Return the last runs."""
        return [self._told(each) for each in reversed(self._last)]

    @property
    def last(self) -> RunRecord | None:
        """The last run."""
        return self._told(self._last[-1]) if self._last else None

    @property
    def last_success(self) -> RunRecord | None:
        """The last run that succeeded, however long ago."""
        return None if self._last_success is None else self._told(self._last_success)

    @property
    def last_success_duration(self) -> float | None:
        """How many seconds that run took."""
        kept = self._last_success
        if isinstance(kept, RunRecord):
            return kept.duration
        return None if kept is None else kept[-1]

    @property
    def last_error(self) -> str | None:
        """The error of the last run, if that failed or timed out."""
        kept = self._last[-1] if self._last else None
        if isinstance(kept, RunRecord) and kept.outcome in FAILURES:
            return kept.error
        return None

    def _told(self, kept: _PlainRun | RunRecord) -> RunRecord:
        if isinstance(kept, RunRecord):
            return kept
        number, started_at, behind, duration = kept
        return RunRecord(
            run_id=run_id_of(self._process, number),
            job=self._job,
            outcome=Outcome.SUCCEEDED,
            due_at=started_at - timedelta(seconds=behind),
            started_at=started_at,
            duration=duration,
        )
