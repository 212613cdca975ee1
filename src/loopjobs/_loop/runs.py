"""The runs of one job: those in progress, those that ended, and the books about them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from loopjobs._loop.books import Books
from loopjobs._loop.ended_runs import EndedRuns
from loopjobs._loop.loop_context import LoopContext
from loopjobs._mechanisms.ledger_book import LedgerBook
from loopjobs._mechanisms.slots import Tick
from loopjobs._run.current import run_id_of
from loopjobs._run.run_events import announce_end, announce_start
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._run.run_terms import RunTerms
from loopjobs._words.cancellation import CancellationToken
from loopjobs._words.events import RunOverstayed, SlotsSkipped
from loopjobs._words.options import LoopJobOptions
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import FAILURES, Ledger, RunRecord

# On Python 3.11 finding a member in its enumeration costs as much as counting it.
_SUCCEEDED: Final = Outcome.SUCCEEDED
_EMPTY: Final = LedgerBook()


class Runs(EndedRuns):
    """Begins runs, settles them once, and keeps ledger, history and failures in a row.

    It is its own history, for each object more has to be fetched at every tick.
    """

    __slots__ = (
        "_books", "_context", "are_awaited", "beside", "in_line", "plain_terms",
    )  # fmt: skip

    def __init__(self, job: str, options: LoopJobOptions, context: LoopContext) -> None:
        super().__init__(RunTerms(job, context.process, options, context.stop_token))
        self._context = context
        self.plain_terms: RunTerms | None = None
        """Those of the next run, if they are plain."""
        self._look_whether_plain()
        self.in_line: RunInProgress | None = None
        """The run that the task of the loop is at, until its body has ended."""
        self.beside: dict[int, RunInProgress] | None = None
        """The others whose bodies have not ended, by number, oldest first."""
        self._books: Books | None = None
        self.are_awaited = False
        """Whether somebody may wait for the end of one, to have its place."""

    @property
    def slot_ended(self) -> float:
        """When the last run of a slot ended, on the monotonic clock."""
        books = self._books
        if books is None or books.runs_until < self.count:
            # What ended last is not in them, so it was a run of a slot.
            return self.last_ended
        return books.slot_ended

    def use(self, options: LoopJobOptions) -> None:
        """Begin the next run with these options."""
        if options is not self.terms.options:
            self.terms = replace(self.terms, options=options)
            self._look_whether_plain()

    def count_failures(self, failures: int) -> None:
        """Begin the next run after that many failures in a row."""
        if failures != self.terms.failures:
            self.terms = replace(self.terms, failures=failures)
            self._look_whether_plain()

    def __len__(self) -> int:
        """Return how many bodies have not ended."""
        return (self.in_line is not None) + len(self.beside or ())

    def __bool__(self) -> bool:
        """Whether there is a body that has not ended."""
        return self.in_line is not None or self.beside is not None

    def __iter__(self) -> Iterator[RunInProgress]:
        """Iterate over the runs whose bodies have not ended, oldest first."""
        runs = list((self.beside or {}).values())
        if self.in_line is not None:
            runs.append(self.in_line)
        return iter(sorted(runs, key=_number))

    def begin(self, due: float, planned: float, slot: int | None) -> RunInProgress:
        """Begin the run of a slot, or one by hand.

        Args:
            due: When the slot was due, or since when the run was waited for.
            planned: When it was to start.
            slot: The number of the slot; `None` for a run by hand.
        """
        context = self._context
        run = RunInProgress()
        run.terms, run.rare = self.terms, None
        run.number = next(context.run_numbers)
        run.due, run.slot = due, slot
        run.started = context.monotonic()
        run.wall_offset = context.timer.wall_offset
        run.task = run.outcome = None
        if planned != due:
            run.planned_later = planned
        if run.options.timeout_in_seconds is not None:
            run.own_token = CancellationToken(context.clock)
        if self.in_line is None:
            self.in_line = run
        else:
            self._put_beside(run)
        if not context.announcer.is_quiet:
            announce_start(context.announcer, run)
        return run

    def end(self, run: RunInProgress, outcome: Outcome) -> None:
        """Enter how a run ended, and that its body has.

        Most runs end so that nothing follows from it but counts, which is quickly done.
        """
        is_plain = run.rare is None or run.is_plain
        if is_plain and outcome is _SUCCEEDED and run is self.in_line and not self.terms.failures:
            self._end_plainly(run)
        else:
            self.settle(run, outcome)
            self.leave(run)

    def settle(self, run: RunInProgress, outcome: Outcome) -> None:
        """Enter how a run ended. What is said after the first time changes nothing."""
        if run.outcome is not None:
            return
        context = self._context
        run.outcome, run.is_plain = outcome, False
        run.ended = context.monotonic()
        books, slot_ended = self._open_books(), self.slot_ended
        books.of(is_scheduled=run.is_scheduled).enter(outcome)
        books.runs, books.slot_ended = books.runs + 1, slot_ended
        failures, recovered_after = self.terms.failures, 0
        if outcome is _SUCCEEDED:
            recovered_after = failures
            self.count_failures(0)
        elif outcome in FAILURES:
            self.count_failures(failures + 1)
        self.keep(run)
        books.runs_until = self.count
        if (settled := run.settled) is not None and not settled.done():
            settled.set_result(run.record())
        announce_end(context.announcer, run, self.terms.failures, recovered_after)

    def leave(self, run: RunInProgress) -> None:
        """Note that the body has really ended."""
        if run is self.in_line:
            self.in_line = None
        elif self.beside is not None:
            self.beside.pop(run.number, None)
            self.beside = self.beside or None
        if run.is_scheduled:
            books = self._open_books()
            books.slot_ended, books.runs_until = self._context.monotonic(), self.count
        run.task = None
        if run.rare is not None:
            run.origin = None

    def move_aside(self, run: RunInProgress) -> None:
        """Note that the task of the loop does not wait for that run."""
        if run is self.in_line:
            self.in_line = None
            self._put_beside(run)

    def overstay(self, run: RunInProgress, outcome: Outcome) -> None:
        """Settle a run whose body goes on regardless, and say so."""
        self.settle(run, outcome)
        lasts = self._context.monotonic() - run.started
        self._context.announcer.announce(RunOverstayed(run.job, run.run_id, lasts))

    def skip(self, outcome: Outcome, count: int, why: str | None = None) -> None:
        """Enter slots that end without a run."""
        self._open_books().of_slots.enter(outcome, count)
        age = self.oldest_age() if outcome is Outcome.SKIPPED_RUNNING else None
        self._context.announcer.announce(SlotsSkipped(self.terms.job, outcome, count, age, why))

    def refuse(self, tick: Tick, outcome: Outcome, why: str | None = None) -> RunRecord:
        """Enter a run by hand that did not come about, and return its record."""
        context = self._context
        self._open_books().by_hand.enter(outcome)
        return RunRecord(
            run_id=run_id_of(context.process, next(context.run_numbers)),
            job=self.terms.job,
            outcome=outcome,
            due_at=context.clock.now() - timedelta(seconds=context.monotonic() - tick.due),
            started_at=None,
            duration=0.0,
            error=why,
        )

    @property
    def ledger(self) -> Ledger:
        """What has become of the slots."""
        books, in_flight = self._books, self._in_flight(is_scheduled=True)
        if books is None:
            return _EMPTY.read(in_flight, self.count)
        return books.of_slots.read(in_flight, self.count - books.runs)

    @property
    def by_hand(self) -> Ledger:
        """What has become of the runs by hand."""
        book = _EMPTY if self._books is None else self._books.by_hand
        return book.read(self._in_flight(is_scheduled=False))

    @property
    def overstayed(self) -> int:
        """How many bodies go on although their runs are settled."""
        return sum(run.outcome is not None for run in self)

    def success_age(self) -> float | None:
        """Return the seconds since the end of the last run that succeeded."""
        ended = self.last_success_ended
        return None if ended is None else self._context.monotonic() - ended

    def reporting(self) -> dict[str, float] | None:
        """Return the counters that the oldest run in progress has reported so far."""
        oldest = next(iter(self), None)
        reported = None if oldest is None else oldest.reported
        return None if reported is None else dict(reported)

    def oldest_age(self) -> float | None:
        """Return the seconds since the begin of the oldest run in progress."""
        oldest = next(iter(self), None)
        return None if oldest is None else self._context.monotonic() - oldest.started

    def _end_plainly(self, run: RunInProgress) -> None:
        context = self._context
        run.ended = context.monotonic()
        run.outcome = _SUCCEEDED
        self.keep_plain(run)
        self.in_line = run.task = None
        if not context.announcer.is_quiet:
            announce_end(context.announcer, run, 0, 0)

    def _look_whether_plain(self) -> None:
        self.plain_terms = self.terms if self.terms.are_plain else None

    def _in_flight(self, *, is_scheduled: bool) -> int:
        return sum(run.outcome is None and run.is_scheduled is is_scheduled for run in self)

    def _open_books(self) -> Books:
        self._books = books = self._books or Books()
        return books

    def _put_beside(self, run: RunInProgress) -> None:
        if self.beside is None:
            self.beside = {}
        self.beside[run.number] = run


def _number(run: RunInProgress) -> int:
    return run.number
