"""The runs of one job: those in progress, those that ended, and the books about them."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from loopjobs._loop.ended_runs import EndedRuns
from loopjobs._loop.loop_context import LoopContext
from loopjobs._mechanisms.ledger_book import LedgerBook
from loopjobs._mechanisms.ticker import Tick
from loopjobs._run.current import run_id_of
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.cancellation import CancellationTokenSource
from loopjobs._words.events import RunEnded, RunOverstayed, RunStarted, SlotsSkipped
from loopjobs._words.options import LoopJobOptions
from loopjobs._words.outcomes import Outcome
from loopjobs._words.records import FAILURES, RunRecord

# On Python 3.11 finding a member in its enumeration costs as much as counting it.
_SUCCEEDED: Final = Outcome.SUCCEEDED


class Runs:
    """Begins runs, settles them once, and keeps ledger, history and failures in a row."""

    __slots__ = (
        "_announcer", "_clock", "_context", "_job", "_now", "by_hand", "consecutive_failures",
        "ended", "in_progress", "ledger",
    )  # fmt: skip

    def __init__(self, job: str, context: LoopContext) -> None:
        self._job = job
        self._context = context
        self._clock = context.clock
        self._now = context.monotonic
        self._announcer = context.announcer
        self.in_progress: dict[int, RunInProgress] = {}
        """The runs whose bodies have not ended, by number, oldest first."""
        self.ended = EndedRuns(job, context.process)
        self.ledger = LedgerBook()
        self.by_hand = LedgerBook()
        self.consecutive_failures = 0

    def __len__(self) -> int:
        """Return how many bodies have not ended."""
        return len(self.in_progress)

    def __iter__(self) -> Iterator[RunInProgress]:
        """Iterate over the runs whose bodies have not ended, oldest first."""
        return iter(tuple(self.in_progress.values()))

    def begin(  # noqa: PLR0915 - to call somebody takes as long as half of these statements
        self, tick: Tick, options: LoopJobOptions
    ) -> RunInProgress:
        """Begin the run of a slot, or one by hand."""
        context, clock = self._context, self._clock
        run = RunInProgress()
        run.job = self._job
        run.process = context.process
        run.number = number = context.next_run_number()
        run.started = now = self._now()
        run.options = options
        run.attempt = self.consecutive_failures + 1
        run.token = CancellationTokenSource.of_run(clock)
        run.due, planned, run.slot = tick
        run.lateness = now - planned if now > planned else 0.0
        run.task = run.outcome = run.returned = run.settled = None
        run.reported = run.fencing_token = None
        run.has_timed_out = run.has_lost_lease = False
        if run.slot is None:
            run.is_scheduled, book = False, self.by_hand
            run.started_wall = clock.now().timestamp()
        else:
            run.is_scheduled, book = True, self.ledger
            run.started_wall = context.timer.wall_at(now)
        book.due += 1
        book.in_flight += 1
        self.in_progress[number] = run
        if context.run_meters is not None:
            context.run_meters.note_start(run)
        announcer = self._announcer
        if not announcer.is_alone and announcer.has_listeners:
            self._announce_start(run)
        return run

    def end(self, run: RunInProgress, outcome: Outcome) -> None:
        """Enter how a run ended, and that its body has.

        Most runs end so that nothing follows from it but counts, which is quickly done.
        """
        if (
            outcome is not _SUCCEEDED
            or run.outcome is not None
            or run.reported is not None
            or run.fencing_token is not None
            or run.settled is not None
            or self.consecutive_failures
            or not run.is_scheduled
        ):
            self.settle(run, outcome)
            self.leave(run)
            return
        ended, book = self._now(), self.ledger
        run.outcome = outcome
        run.duration = ended - run.started
        book.in_flight -= 1
        book.succeeded += 1
        self.ended.add_plain(run, ended)
        del self.in_progress[run.number]
        run.task = None
        if (meters := self._context.run_meters) is not None:
            meters.note_end(run, outcome, run.duration)
        announcer = self._announcer
        is_heard = not announcer.is_alone and announcer.has_listeners
        if is_heard or announcer.log_lines.writes_every_run:
            self._announce_end(run, 0)

    def settle(self, run: RunInProgress, outcome: Outcome) -> None:
        """Enter how a run ended. What is said after the first time changes nothing."""
        if run.outcome is not None:
            return
        run.outcome = outcome
        run.duration = self._clock.monotonic() - run.started
        (self.ledger if run.is_scheduled else self.by_hand).settle(outcome)
        recovered_after = 0
        if outcome is _SUCCEEDED:
            recovered_after, self.consecutive_failures = self.consecutive_failures, 0
        elif outcome in FAILURES:
            self.consecutive_failures += 1
        self.ended.add(run)
        if (meters := self._context.run_meters) is not None:
            meters.note_end(run, outcome, run.duration)
        if run.settled is not None and not run.settled.done():
            run.settled.set_result(run.record())
        self._announce_end(run, recovered_after)

    def leave(self, run: RunInProgress) -> None:
        """Note that the body has really ended."""
        self.in_progress.pop(run.number, None)
        run.task = run.origin = None

    def overstay(self, run: RunInProgress, outcome: Outcome) -> None:
        """Settle a run whose body goes on regardless, and say so."""
        self.settle(run, outcome)
        self._announcer.announce(
            RunOverstayed(self._job, run.run_id, self._clock.monotonic() - run.started)
        )

    def skip(self, outcome: Outcome, count: int, why: str | None = None) -> None:
        """Enter slots that end without a run."""
        self.ledger.enter(outcome, count)
        age = self.oldest_age() if outcome is Outcome.SKIPPED_RUNNING else None
        self._announcer.announce(SlotsSkipped(self._job, outcome, count, age, why))

    def refuse(self, tick: Tick, outcome: Outcome, why: str | None = None) -> RunRecord:
        """Enter a run by hand that did not come about, and return its record."""
        self.by_hand.enter(outcome)
        return RunRecord(
            run_id=run_id_of(self._context.process, self._context.next_run_number()),
            job=self._job,
            outcome=outcome,
            due_at=self._clock.now() - timedelta(seconds=self._clock.monotonic() - tick.due),
            started_at=None,
            duration=0.0,
            error=why,
        )

    def watch(self, run: RunInProgress) -> asyncio.Future[RunRecord]:
        """Return a future of the record of that run."""
        run.settled = asyncio.get_running_loop().create_future()
        return run.settled

    @property
    def overstayed(self) -> int:
        """How many bodies go on although their runs are settled."""
        return sum(run.outcome is not None for run in self)

    def success_age(self) -> float | None:
        """Return the seconds since the end of the last run that succeeded."""
        ended = self.ended.last_success_ended
        return None if ended is None else self._clock.monotonic() - ended

    def reporting(self) -> dict[str, float] | None:
        """Return the counters that the oldest run in progress has reported so far."""
        oldest = next(iter(self), None)
        return None if oldest is None or oldest.reported is None else dict(oldest.reported)

    def oldest_age(self) -> float | None:
        """Return the seconds since the begin of the oldest run in progress."""
        oldest = next(iter(self), None)
        return None if oldest is None else self._clock.monotonic() - oldest.started

    def _announce_start(self, run: RunInProgress) -> None:
        self._announcer.announce_routine(
            RunStarted(self._job, run.run_id, run.due_at, run.started_at, run.lateness)
        )

    def _announce_end(self, run: RunInProgress, recovered_after: int) -> None:
        announcer = self._announcer
        is_plain = run.outcome is _SUCCEEDED and not recovered_after and run.reported is None
        has_line = not is_plain or announcer.log_lines.writes_every_run
        # An event costs more than many a body: it is made for somebody, or not at all.
        if has_line or announcer.has_listeners:
            failures = self.consecutive_failures
            event = RunEnded(self._job, run.record(), failures, recovered_after)
            (announcer.announce if has_line else announcer.announce_routine)(event)
