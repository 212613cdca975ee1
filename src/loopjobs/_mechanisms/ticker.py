"""The ticker: hands each due slot to the loop, or settles it without a run."""

import asyncio
import math
from random import Random
from typing import Final

from loopjobs._mechanisms.pacing import Schedule
from loopjobs._mechanisms.plain_slots import PlainSlots
from loopjobs._mechanisms.slots import Occupancy, Tick, make_tick
from loopjobs._mechanisms.steering import UNSTEERED, Steering
from loopjobs._mechanisms.timer import Timer
from loopjobs._words.clock import Clock
from loopjobs._words.outcomes import Outcome

_NEVER: Final = math.inf


class Ticker(PlainSlots):
    """Wakes at every slot of a schedule; a loop awaits `next()`.

    A slot that finds the loop busy is skipped there and then, so the mark of a run that hangs
    appears while it hangs. Slots that passed while the process could not look are `missed`; the
    last of them is run late, so no burst follows a stall.

    """

    __slots__ = (
        "_clock", "_failure", "_last_due", "_random", "_schedule", "_timer", "busy_as",
        "is_closed", "is_exclusive", "steering",
    )  # fmt: skip

    def __init__(self, clock: Clock, timer: Timer, random: Random, runs: Occupancy) -> None:
        super().__init__(runs)
        self._clock = clock
        self._timer = timer
        self._random = random
        self._schedule: Schedule | None = None
        self._failure: BaseException | None = None
        self.is_closed = False
        self._last_due: float | None = None
        """The last slot that was decided, if the schedule does not know."""
        self.steering = UNSTEERED
        """What has a say beside the schedule."""
        self.is_exclusive = True
        """Whether a slot is skipped while any run is in progress."""
        self.busy_as = Outcome.SKIPPED_RUNNING
        """What becomes of a slot that finds the loop busy, though no run is in progress."""

    @property
    def next_due(self) -> float:
        """The next slot, without jitter; infinite if there is none in sight."""
        if self._schedule is None or self.is_closed:
            return math.inf
        return min(self._schedule.next_due, self.steering.extra_due)

    @property
    def next_slot(self) -> float:
        """The next slot of the schedule itself, whatever was asked for beside it."""
        if self._schedule is None or self.is_closed:
            return math.inf
        return self._schedule.next_due

    @property
    def last_due(self) -> float | None:
        """The last slot of any schedule that was decided; `None` before the first."""
        of_schedule = None if self._schedule is None else self._schedule.last_due
        return self._last_due if of_schedule is None else of_schedule

    @property
    def is_busy(self) -> bool:
        """Whether the loop does not await a slot, because of one that it was handed."""
        waiter = self._waiter
        return waiter is None or waiter.done()

    def next(self) -> asyncio.Future[Tick | None]:
        """Return a future of the next slot to run; of `None` once the ticker is closed."""
        waiter: asyncio.Future[Tick | None] = asyncio.Future(loop=asyncio.get_running_loop())
        self._waiter = waiter
        self._answer(waiter)
        return waiter

    def follow(self, schedule: Schedule | None, jitter: float) -> None:
        """Follow these slots from here on; `None` is no slots at all."""
        self._last_due = self.last_due
        self._schedule = schedule
        self._look_whether_plain()
        if schedule is None:
            self._drop_extra()
            self._last_due = None
        self.spread(jitter)

    def spread(self, jitter: float) -> None:
        """Delay each slot by a random share of that from here on."""
        self._draw_shift(jitter)
        self._arm()

    def look(self) -> None:
        """Decide what is due already, though the timer has not called yet; else wait anew."""
        now = self._clock.monotonic()
        if not self.is_closed:
            self._settle(now)

    def set_paused(self, *, is_paused: bool) -> None:
        """Skip slots until further notice, or no more."""
        self._steer(self.steering._replace(is_paused=is_paused))

    def run_again(self, due: float) -> None:
        """Add one slot outside the schedule, unless one is asked for that comes sooner."""
        if self._schedule is not None:
            steering = self.steering
            self._steer(steering._replace(extra_due=min(steering.extra_due, due)))
            self._arm()

    def reason_to_refuse(self, due: float) -> Outcome | None:
        """Return why a slot must not run even if there is a place for it."""
        if self._schedule is None:
            # Who takes the slots away pauses the job for good; a run that has waited for its turn
            # and comes an hour later would surprise them.
            return Outcome.SKIPPED_PAUSED
        return self.steering.reason_to_skip(due)

    def run_ended(self, moment: float, wait: float) -> None:
        """Tell the schedule that a run has ended, with the seconds a back-off asks for."""
        if self._schedule is not None:
            self._schedule.run_ended(moment, wait)
            self._arm()

    def hold(self, until: float) -> None:
        """Skip the slots before that moment as back-off."""
        self._steer(self.steering._replace(hold_until=until))

    def fail(self, error: BaseException) -> None:
        """Let `next` raise that error: the loop must not go on."""
        self._failure = error
        self._look_whether_plain()
        if self._waiter is not None:
            self._answer(self._waiter)

    def close(self) -> None:
        """Hand out no more slots and let the loop go."""
        self.is_closed = True
        self._look_whether_plain()
        self._arm()
        if self._waiter is not None:
            self._answer(self._waiter)

    def _answer(self, waiter: asyncio.Future[Tick | None]) -> None:
        """Let whoever waits go, if there is nothing to wait for."""
        if waiter.done():
            return
        if self._failure is not None:
            waiter.set_exception(self._failure)
        elif self.is_closed:
            waiter.set_result(None)

    def _arm(self) -> None:
        due = self._wake_at()
        if not self.is_over:
            if due == self._alarm_due:
                return
            self._timer.call_off(self)
        self._alarm_due = due
        if due < _NEVER:
            self._timer.arm(due, self)

    def _wake_at(self) -> float:
        schedule = self._schedule
        if schedule is None or self.is_closed:
            return math.inf
        return min(schedule.next_due + self.steering.shift, self.steering.extra_due)

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
        due = self.steering.extra_due
        if schedule.next_due + self.steering.shift <= now:
            if self._decide_slot(schedule, now) or due <= now:
                # That run is the one an earlier run has asked for.
                self._drop_extra()
            return
        if due > now:
            # The wall clock is behind what it was reckoned to be.
            return
        self._drop_extra()
        if self._settle_or_hand_over(due, due):
            schedule.step_aside()

    def _decide_slot(self, schedule: Schedule, now: float) -> bool:
        first = schedule.next_due
        shift, jitter = self.steering.shift, self.steering.jitter
        passed = schedule.catch_up(now - shift)
        if passed:
            self._pass_over(schedule, first, passed)
        due = schedule.next_due
        self._last_due = due
        is_handed_over = self._settle_or_hand_over(due, due + shift)
        if is_handed_over:
            schedule.take()
        else:
            schedule.pass_by(now)
        if jitter:
            self._draw_shift(jitter)
        return is_handed_over

    def _draw_shift(self, jitter: float) -> None:
        shift = self._random.uniform(0.0, jitter) if jitter else 0.0
        self._steer(self.steering._replace(jitter=jitter, shift=shift))

    def _drop_extra(self) -> None:
        self._steer(self.steering._replace(extra_due=math.inf))

    def _steer(self, steering: Steering) -> None:
        self.steering = UNSTEERED if steering == UNSTEERED else steering
        self._look_whether_plain()

    def _look_whether_plain(self) -> None:
        is_plain = self.steering is UNSTEERED and self._failure is None and not self.is_closed
        self._plain_slots = self._schedule if is_plain else None

    def _settle_or_hand_over(self, due: float, planned: float) -> bool:
        outcome = self._reason_to_skip(due)
        waiter = self._waiter
        if outcome is None and waiter is not None:
            waiter.set_result(make_tick((due, planned, self._number)))
            self._number += 1
            return True
        self._skip(outcome or self.busy_as, 1)
        return False

    def _reason_to_skip(self, due: float) -> Outcome | None:
        if self.steering.is_paused:
            return Outcome.SKIPPED_PAUSED
        is_occupied = self._runs.in_line is not None or self._runs.beside is not None
        if self.is_exclusive and is_occupied:
            return Outcome.SKIPPED_RUNNING
        waiter = self._waiter
        if waiter is None or waiter.done():
            return self.busy_as
        return self.reason_to_refuse(due)

    def _pass_over(self, schedule: Schedule, first: float, passed: int) -> None:
        outcome = self._reason_to_skip(first)
        if outcome is Outcome.SKIPPED_BACKOFF:
            held = min(passed, schedule.count(first, self.steering.held_until))
            self._skip(Outcome.SKIPPED_BACKOFF, held)
            passed -= held
            outcome = None
        if passed:
            self._skip(outcome or Outcome.MISSED, passed)

    def _skip(self, outcome: Outcome, count: int) -> None:
        self._number += count
        self._runs.skip(outcome, count)
