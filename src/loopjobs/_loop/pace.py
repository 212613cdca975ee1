"""The pace of one job: its slots, its back-off, and what moves them."""

import math
from typing import Final, Generic, TypeVar

from loopjobs._loop.backoff import Backoff
from loopjobs._loop.loop_context import LoopContext
from loopjobs._loop.runs import Runs
from loopjobs._loop.schedules import paces_differently, schedule_from
from loopjobs._mechanisms.calendar_slots import CalendarSlots, due_from, gap_at
from loopjobs._mechanisms.ticker import Ticker
from loopjobs._mechanisms.wall_watch import WallWatch
from loopjobs._run.options_monitor import JobOptionsMonitor
from loopjobs._run.run_in_progress import RunInProgress
from loopjobs._words.again import RunAgain
from loopjobs._words.options import LoopJobOptions, Pacing
from loopjobs._words.outcomes import Outcome

OptionsT = TypeVar("OptionsT", bound=LoopJobOptions)

_ROUNDING = 1e-9
_LEEWAY: Final = 1 / 4
"""The share of an interval by which a back-off in the cluster may be shorter: where the grid is is
known from answers, of which some take longer than others."""
_JUST_AFTER = 1e-6
"""Seconds after a slot that was decided under other options; a new calendar may have it, too."""
# On Python 3.11 finding a member in its enumeration takes a while.
_SUCCEEDED: Final = Outcome.SUCCEEDED


class Pace(Generic[OptionsT]):
    """Decides when the ticker ticks, from options, ends of runs, and the word of the cluster."""

    __slots__ = (
        "_backoff", "_context", "_has_moved_slots", "_monitor", "_origin", "_runs", "_wall_watch",
        "expected_since", "is_on_grid", "options", "ticker",
    )  # fmt: skip

    def __init__(
        self, monitor: JobOptionsMonitor[OptionsT], context: LoopContext, runs: Runs
    ) -> None:
        self._monitor = monitor
        self._context = context
        self._runs = runs
        self.ticker = Ticker(context.clock, context.timer, context.random, runs)
        self._wall_watch: WallWatch | None = None
        self._backoff: Backoff | None = None
        """`None` as long as no run has failed."""
        self._origin = 0.0
        self._has_moved_slots = False
        self.expected_since = math.inf
        """The moment from which on successes are expected."""
        self._keep_what_ticks_ask(monitor.latest)

    @property
    def backs_off(self) -> bool:
        """Whether failures have put off the next run."""
        backoff = self._backoff
        return backoff is not None and self._context.monotonic() < backoff.until

    def begin(self) -> None:
        """Begin to tick; the first slot is due after the initial delay."""
        options = self.options
        spread = self._context.random.uniform(0.0, options.start_jitter_in_seconds)
        self._origin = self._start() + spread
        self._follow(self._origin + options.initial_delay_in_seconds)

    def close(self) -> None:
        """Hand out no more slots."""
        self._watch_wall(is_calendar=False)
        self.ticker.close()

    def expect_anew(self) -> None:
        """Expect the next success from now on, and not before."""
        self.expected_since = self._context.monotonic()

    def use(self, options: OptionsT) -> None:
        """Use these options from the next run on, and count a wait in progress anew."""
        old, now = self.options, self._context.monotonic()
        self.ticker.look()
        self._monitor.use(options)
        self._keep_what_ticks_ask(options)
        if (backoff := self._backoff) is not None:
            backoff.count_anew(self._interval_from(backoff.base), options)
            self.ticker.hold(backoff.until)
        if options.has_slots and not old.has_slots:
            self._origin = now
        if paces_differently(old, options, has_ticked=self.ticker.last_due is not None):
            self._follow(self._due_after_change(now))
        elif options.jitter_in_seconds != old.jitter_in_seconds:
            self.ticker.spread(options.jitter_in_seconds)

    def pass_by(self, refusal: Outcome, why: str | None = None) -> None:
        """Enter a slot that was handed out and is not run after all."""
        self._runs.skip(refusal, 1, why)
        self.ticker.run_ended(self._context.monotonic(), 0.0)

    def align(self, next_in: float) -> None:
        """Let the next slot be where the cluster has it."""
        schedule = schedule_from(
            self._context.monotonic() + next_in, self.options, self._context.clock
        )
        self.ticker.follow(schedule, self.options.jitter_in_seconds)

    def run_again(self, seconds: float) -> None:
        """Add one slot that much later, unless one is asked for that comes sooner."""
        now = self._context.monotonic()
        if not seconds:
            # A backlog would be worked off no faster than the slack allows.
            self._context.timer.hurry(now)
        self.ticker.run_again(now + seconds)

    def note_end(self, run: RunInProgress, outcome: Outcome) -> None:
        """Let the end of a run move what comes next: back-off, and the wait of a fixed delay."""
        self._has_moved_slots = False
        if outcome is _SUCCEEDED and not self.ticker.heeds_ends:
            return
        now, was_put_off = self._context.monotonic(), self.backs_off
        is_on_grid = self.is_on_grid
        base = run.due if is_on_grid else now
        if is_on_grid and run.fencing_token is not None and self.options.cron is None:
            base -= _LEEWAY * self.options.interval_in_seconds
        wait = self._back_off(base)
        self._has_moved_slots = was_put_off or self.backs_off
        if run.is_scheduled or (self._has_moved_slots and not self._awaits_an_end()):
            self.ticker.run_ended(now, wait)

    def asks_for(self, run: RunInProgress, again: RunAgain | None) -> float | None:
        """Return in how many seconds the cluster is to run the job next.

        `None` leaves it to the grid; only a back-off, a fixed delay or a backlog has a say in it.
        """
        now, has_say = self._context.monotonic(), self._has_moved_slots
        if self.options.pacing is Pacing.FIXED_DELAY:
            has_say = has_say or run.is_scheduled
        due = self._first_slot_after_backoff()
        if again is not None and now + again.after < due:
            return again.after
        return max(0.0, due - now) if has_say and due < math.inf else None

    def awaits_turn(self, *, is_asking: bool) -> None:
        """Note whether the loop is busy with the lease store, and not with a run."""
        busy_as = Outcome.SKIPPED_LEASE_UNAVAILABLE if is_asking else Outcome.SKIPPED_RUNNING
        self.ticker.busy_as = busy_as

    def _start(self) -> float:
        """Return the moment that the slots are counted from.

        Loops that start together are due together, for a wake-up costs as much as many ticks. One
        whose first slot would be due already counts from its own start.
        """
        now, since = self._context.monotonic(), self._context.started_since
        is_soon = since is None or since + self.options.initial_delay_in_seconds < now
        return now if since is None or is_soon else since

    def _back_off(self, base: float) -> float:
        """Wait for as long as failures in a row ask for; return how long, 0 where there are none.

        Args:
            base: The moment that it is counted from.
        """
        if not self._runs.terms.failures:
            self._backoff, self.ticker.heeds_ends = None, not self.is_on_grid
            self.ticker.hold(-math.inf)
            return 0.0
        self.ticker.heeds_ends = True
        if self._backoff is None:
            self._backoff = Backoff()
        self._backoff.note_end(base, self._runs.terms.failures)
        self._backoff.count_anew(self._interval_from(base), self.options)
        self.ticker.hold(self._backoff.until)
        return self._backoff.wait

    def _first_slot_after_backoff(self) -> float:
        due = self.ticker.next_slot
        if self.options.pacing is Pacing.FIXED_DELAY or due == math.inf:
            return due
        held = 0.0 if self._backoff is None else max(0.0, self._backoff.until - due)
        if (calendar := self.options.calendar) is not None:
            return due_from(calendar, self._context.clock, due + held) if held else due
        interval = self.options.interval_in_seconds
        return due + math.ceil(held / interval - _ROUNDING) * interval

    def _interval_from(self, moment: float) -> float:
        """Return the seconds from a moment, or the slot before it, to the slot after that."""
        calendar = self.options.calendar
        if calendar is None:
            return self.options.interval_in_seconds
        return gap_at(calendar, self._context.clock, moment)

    def _keep_what_ticks_ask(self, options: OptionsT) -> None:
        """Keep at hand what each tick asks for; an options object is a large dictionary."""
        self.options = options
        self._runs.use(options)
        self.ticker.is_exclusive = options.skip_if_running
        self.is_on_grid = options.pacing is Pacing.FIXED_RATE
        self.ticker.heeds_ends = self._backoff is not None or not self.is_on_grid

    def _follow(self, first_due: float) -> None:
        options = self.options
        schedule = schedule_from(first_due, options, self._context.clock)
        self.ticker.follow(schedule, options.jitter_in_seconds)
        is_calendar = isinstance(schedule, CalendarSlots)
        self._watch_wall(is_calendar=is_calendar)
        if is_calendar:
            first_due = self.ticker.next_slot
        self.expected_since = self._context.monotonic() if first_due == math.inf else first_due

    def _watch_wall(self, *, is_calendar: bool) -> None:
        if self._wall_watch is not None:
            self._wall_watch.end()
        self._wall_watch = None
        if is_calendar:
            self._wall_watch = WallWatch(self._context.clock, self._context.timer, self.ticker.look)

    def _due_after_change(self, now: float) -> float:
        """Return the first slot under changed options: an interval after the last, or at once."""
        options, last_due = self.options, self.ticker.last_due
        is_counted_from_end = options.pacing is Pacing.FIXED_DELAY
        if is_counted_from_end and self._awaits_an_end():
            return math.inf
        if last_due is None:
            return max(now, self._origin + options.initial_delay_in_seconds)
        if options.cron is not None:
            return max(now, last_due + _JUST_AFTER)
        if not is_counted_from_end:
            return max(now, last_due + options.interval_in_seconds)
        wait = options.interval_in_seconds
        if self._backoff is not None:
            wait = max(wait, self._backoff.wait)
        return max(now, max(last_due, self._runs.slot_ended) + wait)

    def _awaits_an_end(self) -> bool:
        """Return whether a slot was handed out whose run has not ended."""
        return self.ticker.is_busy or any(run.is_scheduled for run in self._runs)
