"""The ticker: hands each due slot to the loop, or settles it without a run."""

import asyncio
import math
from collections.abc import Callable, Sized
from functools import partial
from random import Random
from typing import Final, NamedTuple

from loopjobs._mechanisms.pacing import Schedule
from loopjobs._mechanisms.timer import Timer, TimerAlarm
from loopjobs._words.clock import Clock
from loopjobs._words.outcomes import Outcome

_ROUNDING = 1e-6
_NEVER: Final = math.inf


class Tick(NamedTuple):
    """A slot whose turn has come."""

    due: float
    """The slot's own time on the monotonic clock."""
    planned: float
    """When it was to start: the slot's time and its share of the jitter."""
    number: int | None
    """Counts the slots, those that ended without a run included; `None` for a run by hand."""


_tick: Final[Callable[[tuple[float, float, int | None]], Tick]] = partial(tuple.__new__, Tick)
"""Makes one in C alone; the class itself takes three times as long."""


class Ticker:
    """Wakes at every slot of a schedule; a loop awaits `next()`.

    A slot that finds the loop busy is skipped there and then, so the mark of a run that hangs
    appears while it hangs. Slots that passed while the process could not look are `missed`; the
    last of them is run late, so no burst follows a stall.
    """

    __slots__ = (
        "_alarm", "_alarm_due", "_clock", "_extra_due", "_failure", "_hold_until", "_is_closed",
        "_jitter", "_last_due", "_number", "_on_skip", "_random", "_runs", "_schedule", "_shift",
        "_timer", "_waiter", "busy_as", "is_exclusive", "is_paused",
    )  # fmt: skip

    def __init__(
        self,
        clock: Clock,
        timer: Timer,
        random: Random,
        runs: Sized,
        on_skip: Callable[[Outcome, int], None],
    ) -> None:
        self._clock = clock
        self._timer = timer
        self._random = random
        self._runs = runs
        self._on_skip = on_skip
        self._schedule: Schedule | None = None
        self._alarm: TimerAlarm | None = None
        self._alarm_due = math.inf
        self._waiter: asyncio.Future[Tick | None] | None = None
        self._failure: BaseException | None = None
        self._is_closed = False
        self._jitter = 0.0
        self._shift = 0.0
        self._extra_due = math.inf
        self._hold_until = -math.inf
        self._last_due: float | None = None
        self._number = 0
        self.is_exclusive = True
        """Whether a slot is skipped while any run is in progress."""
        self.is_paused = False
        self.busy_as = Outcome.SKIPPED_RUNNING
        """What becomes of a slot that finds the loop busy, though no run is in progress."""

    @property
    def next_due(self) -> float:
        """The next slot, without jitter; infinite if there is none in sight."""
        if self._schedule is None or self._is_closed:
            return math.inf
        return min(self._schedule.next_due, self._extra_due)

    @property
    def next_slot(self) -> float:
        """The next slot of the schedule itself, whatever was asked for beside it."""
        if self._schedule is None or self._is_closed:
            return math.inf
        return self._schedule.next_due

    @property
    def last_due(self) -> float | None:
        """The last slot of the schedule that was decided; `None` before the first."""
        return self._last_due

    @property
    def is_busy(self) -> bool:
        """Whether the loop does not await a slot, because of one that it was handed."""
        waiter = self._waiter
        return waiter is None or waiter.done()

    def next(self) -> asyncio.Future[Tick | None]:
        """Return a future of the next slot to run; of `None` once the ticker is closed."""
        waiter = self._waiter = asyncio.Future(loop=asyncio.get_running_loop())
        if self._failure is not None:
            waiter.set_exception(self._failure)
        elif self._is_closed:
            waiter.set_result(None)
        return waiter

    def follow(self, schedule: Schedule | None, jitter: float) -> None:
        """Follow these slots from here on; `None` is no slots at all."""
        self._schedule = schedule
        if schedule is None:
            self._extra_due = math.inf
            self._last_due = None
        self.spread(jitter)

    def spread(self, jitter: float) -> None:
        """Delay each slot by a random share of that from here on."""
        self._jitter = jitter
        self._draw_jitter()
        self._arm()

    def look(self) -> None:
        """Decide what is due already, though the timer has not called yet; else wait anew."""
        now = self._clock.monotonic()
        if not self._is_closed:
            self._settle(now)

    def run_again(self, due: float) -> None:
        """Add one slot outside the schedule, unless one is asked for that comes sooner."""
        if self._schedule is not None:
            self._extra_due = min(self._extra_due, due)
            self._arm()

    def reason_to_refuse(self, due: float) -> Outcome | None:
        """Return why a slot must not run even if there is a place for it."""
        if self.is_paused or self._schedule is None:
            # Who takes the slots away pauses the job for good; a run that has waited for its turn
            # and comes an hour later would surprise them.
            return Outcome.SKIPPED_PAUSED
        return Outcome.SKIPPED_BACKOFF if due < self._hold_until - _ROUNDING else None

    def run_ended(self, moment: float, wait: float) -> None:
        """Tell the schedule that a run has ended, with the seconds a back-off asks for."""
        if self._schedule is not None:
            self._schedule.run_ended(moment, wait)
            self._arm()

    def hold(self, until: float) -> None:
        """Skip the slots before that moment as back-off."""
        self._hold_until = until

    def fail(self, error: BaseException) -> None:
        """Let `next` raise that error: the loop must not go on."""
        self._failure = error
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)

    def close(self) -> None:
        """Hand out no more slots and let the loop go."""
        self._is_closed = True
        self._arm()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _arm(self) -> None:
        due, alarm = self._wake_at(), self._alarm
        if alarm is not None and alarm.callback is not None:
            if due == self._alarm_due:
                return
            alarm.cancel()
            alarm = None
        self._alarm_due = due
        self._alarm = self._timer.arm_slot(due, self._wake, alarm) if due < math.inf else None

    def _wake_at(self) -> float:
        schedule = self._schedule
        if schedule is None or self._is_closed:
            return math.inf
        slot = schedule.next_due + self._shift
        # Asked at every tick; a call of `min` would cost as much as all the rest of this.
        return slot if slot < self._extra_due else self._extra_due  # noqa: FURB136

    def _wake(self) -> float | None:
        """Hand over a slot that nothing speaks against, or leave the decision to `_decide`.

        Nearly every tick is such a one, so this looks whether anything speaks against it, without
        asking what. Returns when to call again; `None` if that was asked for already.
        """
        now = self._timer.moment
        schedule, waiter = self._schedule, self._waiter
        if (
            schedule is None
            or waiter is None
            or waiter.done()
            or self.is_paused
            or (self.is_exclusive and self._runs)
            or self._jitter
            or self._extra_due != _NEVER
            or (due := schedule.next_due) < self._hold_until
            or not schedule.take_alone(now)
        ):
            self._settle(now)
            return None
        self._last_due = due
        waiter.set_result(_tick((due, due, self._number)))
        self._number += 1
        self._alarm_due = following = schedule.next_due
        return None if following == _NEVER else following

    def _settle(self, now: float) -> None:
        try:
            self._decide(now)
            self._arm()
        except Exception as error:  # noqa: BLE001 - it ends this loop loudly, not the shared timer
            self.fail(error)

    def _decide(self, now: float) -> None:
        schedule = self._schedule
        if schedule is None:
            return
        if schedule.next_due + self._shift <= now:
            is_handed_over = self._decide_slot(schedule, now)
            if is_handed_over or self._extra_due <= now:
                # That run is the one an earlier run has asked for.
                self._extra_due = math.inf
            return
        due = self._extra_due
        if due > now:
            # The wall clock is behind what it was reckoned to be.
            return
        self._extra_due = math.inf
        if self._settle_or_hand_over(due, due):
            schedule.step_aside()

    def _decide_slot(self, schedule: Schedule, now: float) -> bool:
        first = schedule.next_due
        passed = schedule.catch_up(now - self._shift)
        if passed:
            self._pass_over(schedule, first, passed)
        due = schedule.next_due
        self._last_due = due
        is_handed_over = self._settle_or_hand_over(due, due + self._shift)
        if is_handed_over:
            schedule.take()
        else:
            schedule.pass_by(now)
        if self._jitter:
            self._draw_jitter()
        return is_handed_over

    def _draw_jitter(self) -> None:
        self._shift = self._random.uniform(0.0, self._jitter) if self._jitter else 0.0

    def _settle_or_hand_over(self, due: float, planned: float) -> bool:
        outcome = self._reason_to_skip(due)
        waiter = self._waiter
        if outcome is None and waiter is not None:
            waiter.set_result(_tick((due, planned, self._number)))
            self._number += 1
            return True
        self._skip(outcome or self.busy_as, 1)
        return False

    def _reason_to_skip(self, due: float) -> Outcome | None:
        if self.is_paused:
            return Outcome.SKIPPED_PAUSED
        if self.is_exclusive and len(self._runs):
            return Outcome.SKIPPED_RUNNING
        waiter = self._waiter
        if waiter is None or waiter.done():
            return self.busy_as
        return self.reason_to_refuse(due)

    def _pass_over(self, schedule: Schedule, first: float, passed: int) -> None:
        outcome = self._reason_to_skip(first)
        if outcome is Outcome.SKIPPED_BACKOFF:
            held = min(passed, schedule.count(first, self._hold_until - _ROUNDING))
            self._skip(Outcome.SKIPPED_BACKOFF, held)
            passed -= held
            outcome = None
        if passed:
            self._skip(outcome or Outcome.MISSED, passed)

    def _skip(self, outcome: Outcome, count: int) -> None:
        self._number += count
        self._on_skip(outcome, count)
