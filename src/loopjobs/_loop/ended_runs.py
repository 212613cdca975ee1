"""The last runs of one job, kept small: most of them went well, and a few numbers tell them."""

from datetime import timedelta
from struct import Struct
from typing import Final

from loopjobs._run.current import instant_of, run_id_of
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import FAILURES, RunRecord

HISTORY_LENGTH: Final = 50

_SUCCEEDED: Final = Outcome.SUCCEEDED

# The number of a run, when it was due, began and ended on the monotonic clock, and what the wall
# clock showed beyond that.
_FACTS: Final = Struct("qdddd")
_SIZE: Final = _FACTS.size
_FULL: Final = HISTORY_LENGTH * _SIZE
_LEAST: Final = 2 * _SIZE
_NUMBER: Final = Struct("q")
_pack_into: Final = _FACTS.pack_into


class EndedRuns:
    """Keeps the last runs that ended, and the last one that succeeded.

    A job may run for years, and there may be many: a run that reported nothing and held no lease is
    kept as numbers in a ring of bytes, of which the garbage collector knows nothing and each tick
    touches a line of memory or two. It is made a record for who asks. The ring grows with the runs:
    a job that had two of them has room for two.
    """

    __slots__ = (
        "_end", "_facts", "_job", "_last_success", "_process", "_records",
    )  # fmt: skip

    def __init__(self, job: str, process: str) -> None:
        self._job = job
        self._process = process
        self._facts = bytearray()
        self._end = 0
        """Where the facts of the last run end; those of the oldest begin there in a full ring."""
        self._records: dict[int, RunRecord] | None = None
        """The runs in the ring of which there is more to say, by number."""
        self._last_success: tuple[RunRecord, float] | None = None
        """The last run that succeeded and when it ended, if that is not the last run of all."""

    def add(self, run: RunInProgress) -> None:
        """Keep a run whose outcome is known."""
        is_success = run.outcome is _SUCCEEDED
        if is_success and run.reported is None and run.fencing_token is None:
            self.add_plain(run)
            return
        if not is_success:
            self._keep_last_success()
        record = run.record()
        self._keep(run)
        if self._records is None:
            self._records = {}
        self._records[run.number] = record
        if is_success:
            self._last_success = None

    def add_plain(self, run: RunInProgress) -> None:
        """Keep a run that succeeded, and of which there is nothing else to say."""
        end = self._end
        if end == len(self._facts) or self._records is not None:
            self._keep(run)
            self._last_success = None
            return
        _pack_into(self._facts, end, run.number, run.due, run.started, run.ended, run.wall_offset)
        self._end = end + _SIZE

    def newest_first(self) -> list[RunRecord]:
        """Return the last runs."""
        # Numbers count from 1: a place with none has had no run.
        places = [*range(self._end, len(self._facts), _SIZE), *range(0, self._end, _SIZE)]
        return [self._record_at(start) for start in reversed(places) if self._number_at(start)]

    @property
    def last(self) -> RunRecord | None:
        """The last run."""
        return self._record_at(self._end - _SIZE) if self._end else None

    @property
    def last_success(self) -> RunRecord | None:
        """The last run that succeeded, however long ago."""
        if self._last_success is not None:
            return self._last_success[0]
        return None if self._last_span() is None else self.last

    @property
    def last_success_duration(self) -> float | None:
        """How many seconds that run took."""
        if self._last_success is not None:
            return self._last_success[0].duration
        return None if (span := self._last_span()) is None else span[1] - span[0]

    @property
    def last_success_ended(self) -> float | None:
        """When that run ended, on the monotonic clock."""
        if self._last_success is not None:
            return self._last_success[1]
        return None if (span := self._last_span()) is None else span[1]

    @property
    def last_error(self) -> str | None:
        """The error of the last run, if that failed or timed out."""
        if self._records is None or not self._end:
            return None
        kept = self._records.get(self._number_at(self._end - _SIZE))
        return None if kept is None or kept.outcome not in FAILURES else kept.error

    def _keep(self, run: RunInProgress) -> None:
        end = self._end
        if end == len(self._facts):
            end = self._make_room()
        if self._records:
            self._records.pop(self._number_at(end), None)
        _pack_into(self._facts, end, run.number, run.due, run.started, run.ended, run.wall_offset)
        self._end = end + _SIZE
        if not self._records:
            self._records = None

    def _keep_last_success(self) -> None:
        """Keep the last run, if that went well, beyond its place in the ring."""
        if self._last_success is None and (span := self._last_span()) is not None:
            self._last_success = self._record_at(self._end - _SIZE), span[1]

    def _make_room(self) -> int:
        """Return where the next run goes if the last one has the last place."""
        size = len(self._facts)
        if size == _FULL:
            return 0
        self._facts += bytes(min(max(4 * size, _LEAST), _FULL - size))
        return size

    def _number_at(self, start: int) -> int:
        number: int = _NUMBER.unpack_from(self._facts, start)[0]
        return number

    def _last_span(self) -> tuple[float, float] | None:
        """Return when the last run began and ended, if that went well."""
        start = self._end - _SIZE
        if start < 0:
            return None
        number, _, started, ended, _ = _FACTS.unpack_from(self._facts, start)
        kept = None if self._records is None else self._records.get(number)
        return (started, ended) if kept is None or kept.outcome is _SUCCEEDED else None

    def _record_at(self, start: int) -> RunRecord:
        number, due, started, ended, offset = _FACTS.unpack_from(self._facts, start)
        if self._records is not None and (kept := self._records.get(number)) is not None:
            return kept
        started_at = instant_of(started + offset)
        return RunRecord(
            run_id=run_id_of(self._process, number),
            job=self._job,
            outcome=Outcome.SUCCEEDED,
            due_at=started_at - timedelta(seconds=started - due),
            started_at=started_at,
            duration=ended - started,
        )
