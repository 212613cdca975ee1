"""The last runs of one job, kept small: most of them went well, and a few numbers tell them."""

import math
from datetime import timedelta
from struct import Struct
from typing import Final

from loopjobs._run.current import instant_of, run_id_of
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._run.run_terms import RunTerms
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import FAILURES, RunRecord

HISTORY_LENGTH: Final = 50

_SUCCEEDED: Final = Outcome.SUCCEEDED

# The number of a run, when it was due, began and ended on the monotonic clock, and what the wall
# clock showed beyond that.
_FACTS: Final = Struct("qdddd")
SIZE: Final = _FACTS.size
pack_facts: Final = _FACTS.pack_into
_NUMBER: Final = Struct("q")
_FEW: Final = 2


class EndedRuns:
    """Keeps the last runs that ended, and the last one that succeeded.

    A job may run for years, and there may be many: a run that reported nothing and held no lease is
    kept as numbers in a ring of bytes, of which the garbage collector knows nothing and each tick
    touches a line of memory or two. It is made a record for who asks. The ring grows with the runs:
    a job that had two of them has room for two.
    """

    __slots__ = (
        "_last_success", "_records", "facts", "laps", "place", "plain_room", "terms",
    )  # fmt: skip

    def __init__(self, terms: RunTerms) -> None:
        self.terms = terms
        """What the next run begins with."""
        self.facts = bytearray()
        self.laps = 0
        """How often the ring was full and began anew."""
        self.place = 0
        """Where the next run goes; in a full ring the oldest is there, or at its begin."""
        self.plain_room = 0
        """Up to which place a run of which there is nothing to say may be put there at once."""
        self._records: dict[int, RunRecord] | None = None
        """The runs in the ring of which there is more to say, by number."""
        self._last_success: tuple[RunRecord, float] | None = None
        """The last run that succeeded and when it ended, if that is not the last run of all."""

    def keep(self, run: RunInProgress) -> None:
        """Keep a run whose outcome is known."""
        is_success = run.outcome is _SUCCEEDED
        if is_success and run.reported is None and run.fencing_token is None:
            self.keep_plain(run)
            return
        if not is_success:
            self._keep_last_success()
        record = run.record()
        self._put(run)
        if self._records is None:
            self._records = {}
        self._records[run.number] = record
        self._look_for_plain_room()
        if is_success:
            self._last_success = None

    def keep_plain(self, run: RunInProgress) -> None:
        """Keep a run that succeeded, and of which there is nothing else to say."""
        self._put(run)
        self._last_success = None

    @property
    def count(self) -> int:
        """How many there ever were."""
        return self.laps * HISTORY_LENGTH + self.place

    @property
    def last_ended(self) -> float:
        """When the last run ended, on the monotonic clock; never, before the first."""
        if not self.place:
            return -math.inf
        ended: float = _FACTS.unpack_from(self.facts, (self.place - 1) * SIZE)[3]
        return ended

    def newest_first(self) -> list[RunRecord]:
        """Return the last runs."""
        # Numbers count from 1: a place with none has had no run.
        places = [*range(self.place, self._room()), *range(self.place)]
        return [self._record_at(place) for place in reversed(places) if self._number_at(place)]

    @property
    def last(self) -> RunRecord | None:
        """The last run."""
        return self._record_at(self.place - 1) if self.place else None

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
        if self._records is None or not self.place:
            return None
        kept = self._records.get(self._number_at(self.place - 1))
        return None if kept is None or kept.outcome not in FAILURES else kept.error

    def _put(self, run: RunInProgress) -> None:
        if self.place == self._room():
            self._make_room()
        place, facts = self.place, self.facts
        if self._records:
            self._records.pop(self._number_at(place), None)
        start = place * SIZE
        pack_facts(facts, start, run.number, run.due, run.started, run.ended, run.wall_offset)
        self.place = place + 1
        self._look_for_plain_room()

    def _keep_last_success(self) -> None:
        """Keep the last run, if that went well, beyond its place in the ring."""
        if self._last_success is None and (span := self._last_span()) is not None:
            self._last_success = self._record_at(self.place - 1), span[1]

    def _room(self) -> int:
        return len(self.facts) // SIZE

    def _make_room(self) -> None:
        """Make the ring larger, or go back to its begin."""
        room = self._room()
        if room == HISTORY_LENGTH:
            self.laps += 1
            self.place = 0
        else:
            self.facts += bytes(SIZE * min(max(4 * room, _FEW), HISTORY_LENGTH - room))

    def _look_for_plain_room(self) -> None:
        self._records = self._records or None
        # Where there is more to say of any, what was said has to be forgotten in time.
        self.plain_room = self._room() if self._records is None else 0

    def _number_at(self, place: int) -> int:
        number: int = _NUMBER.unpack_from(self.facts, place * SIZE)[0]
        return number

    def _last_span(self) -> tuple[float, float] | None:
        """Return when the last run began and ended, if that went well."""
        if not self.place:
            return None
        facts = _FACTS.unpack_from(self.facts, (self.place - 1) * SIZE)
        number, _, started, ended, _ = facts
        kept = None if self._records is None else self._records.get(number)
        return (started, ended) if kept is None or kept.outcome is _SUCCEEDED else None

    def _record_at(self, place: int) -> RunRecord:
        number, due, started, ended, offset = _FACTS.unpack_from(self.facts, place * SIZE)
        if self._records is not None and (kept := self._records.get(number)) is not None:
            return kept
        started_at = instant_of(started + offset)
        return RunRecord(
            run_id=run_id_of(self.terms.process, number),
            job=self.terms.job,
            outcome=Outcome.SUCCEEDED,
            due_at=started_at - timedelta(seconds=started - due),
            started_at=started_at,
            duration=ended - started,
        )
