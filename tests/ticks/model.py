"""What the ticks of one job should be, told in whole seconds and by hand."""

import math
from collections import Counter
from dataclasses import dataclass, field

FOREVER = math.inf


@dataclass(frozen=True, slots=True)
class Behavior:
    """What one run does: how long it takes and how it ends."""

    seconds: int = 0
    fails: bool = False
    again: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The options of the job, and what chance and its body do."""

    interval: int
    initial_delay: int = 0
    skip: bool = True
    most: int = 1
    fixed_delay: bool = False
    jitter: int = 0
    timeout: int | None = None
    max_backoff: int | None = None
    shares: tuple[int, ...] = (0,)
    behaviors: tuple[Behavior, ...] = (Behavior(),)

    def share(self, number: int) -> int:
        """Return the jitter of the slot that is drawn as the n-th."""
        return self.shares[number % len(self.shares)] if self.jitter else 0

    def behavior(self, number: int) -> Behavior:
        """Return what the n-th run does."""
        return self.behaviors[number % len(self.behaviors)]


@dataclass(frozen=True, slots=True)
class Start:
    """The begin of one run, as the body sees it."""

    at: float
    slot: int | None
    due: float
    lateness: float
    attempt: int


@dataclass(slots=True, eq=False)
class Run:
    """A run in progress."""

    start: Start
    ends: float
    strikes: float
    behavior: Behavior


@dataclass(frozen=True, slots=True)
class Tick:
    """A slot that was handed over, or, with `number` None, a run by hand that waits."""

    due: float
    planned: float
    number: int | None


@dataclass(slots=True)
class Book:
    """A ledger."""

    due: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def enter(self, outcome: str, count: int = 1) -> None:
        """Enter slots that end without a run."""
        self.due += count
        self.outcomes[outcome] += count


class Model:
    """Steps from event to event: ends of runs, then time limits, then slots."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.now = 0.0
        self.slot: float = rules.initial_delay
        self.extra = FOREVER
        self.numbers = self.draws = self.begun = self.failures = 0
        self.shift = self._draw()
        self.hold = -FOREVER
        self.paused = False
        self.runs: list[Run] = []
        self.queue: list[Tick] = []
        self.handed: Tick | None = None
        self.ledger, self.by_hand = Book(), Book()
        self.starts: list[Start] = []

    @property
    def state(self) -> str:
        """The state that the status should name."""
        if self.runs:
            return "running"
        if self.paused:
            return "paused"
        return "backing_off" if self.now < self.hold else "waiting"

    @property
    def next_due(self) -> float:
        """The slot that the status should name."""
        return min(self.slot, self.extra)

    def advance(self, seconds: int) -> None:
        """Let time pass and serve everything in it."""
        target = self.now + seconds
        while (moment := min(self._first_end(), self._first_alarm())) <= max(target, self.now):
            self.now = max(self.now, moment)
            if self._first_end() <= moment:
                self._end_sleepers(moment)
            else:
                self._wake()
            self._settle()
        self.now = max(self.now, target)

    def trigger(self) -> None:
        """Ask for a run by hand."""
        if (self.rules.skip and self.runs) or (self._is_full() and self.queue):
            self.by_hand.enter("skipped_running")
            return
        self.queue.append(Tick(self.now, self.now, None))
        self._settle()

    def stop(self) -> None:
        """End everything at once."""
        for tick in self.queue:
            (self.by_hand if tick.number is None else self.ledger).enter("cancelled")
        for run in self.runs:
            self._book(run).outcomes["cancelled"] += 1
        self.queue, self.runs = [], []

    def in_flight(self, *, by_hand: bool) -> int:
        """Count the runs in progress of one ledger."""
        return sum((run.start.slot is None) == by_hand for run in self.runs)

    def _first_end(self) -> float:
        return min((run.ends for run in self.runs), default=FOREVER)

    def _first_strike(self) -> float:
        return min((run.strikes for run in self.runs), default=FOREVER)

    def _slot_wakes(self) -> float:
        return min(self.slot + self.shift, self.extra)

    def _first_alarm(self) -> float:
        return min(self._first_strike(), self._slot_wakes())

    def _end_sleepers(self, moment: float) -> None:
        for run in [run for run in self.runs if run.ends == moment]:
            self._end(run, "failed" if run.behavior.fails else "succeeded")

    def _wake(self) -> None:
        while self._first_alarm() <= self.now:
            strike = self._first_strike()
            if strike <= self._slot_wakes():
                late = next(run for run in self.runs if run.strikes == strike)
                self._settle()
                self._end(late, "timed_out")
                return
            if self.slot + self.shift <= self.now:
                self._decide_slot()
            else:
                due, self.extra = self.extra, FOREVER
                if self._hand_over(Tick(due, due, self.numbers)) and self.rules.fixed_delay:
                    self.slot = FOREVER

    def _decide_slot(self) -> None:
        slots = [self.slot]
        if not self.rules.fixed_delay:
            while slots[-1] + self.rules.interval + self.shift <= self.now:
                slots.append(slots[-1] + self.rules.interval)
        for passed in slots[:-1]:
            self._enter(self._reason(passed) or "missed")
        due = slots[-1]
        is_run = self._hand_over(Tick(due, due + self.shift, self.numbers))
        if self.rules.fixed_delay:
            self.slot = FOREVER if is_run else self.now + self.rules.interval
        else:
            self.slot = due + self.rules.interval
        if is_run or self.extra <= self.now:
            self.extra = FOREVER
        self.shift = self._draw()

    def _hand_over(self, tick: Tick) -> bool:
        reason = self._reason(tick.due)
        if reason is None:
            self.handed = tick
            self.numbers += 1
        else:
            self._enter(reason)
        return reason is None

    def _enter(self, outcome: str) -> None:
        self.ledger.enter(outcome)
        self.numbers += 1

    def _reason(self, due: float) -> str | None:
        if self.paused:
            return "skipped_paused"
        tick_waits = any(tick.number is not None for tick in self.queue)
        in_line = self.rules.skip or self.rules.fixed_delay
        taken = in_line and any(run.start.slot is not None for run in self.runs)
        by_hand = self.rules.skip and self.runs
        if self.handed or tick_waits or taken or by_hand:
            return "skipped_running"
        return "skipped_backoff" if due < self.hold else None

    def _settle(self) -> None:
        if self.handed is not None:
            self.queue.append(self.handed)
            self.handed = None
        while True:
            while self.queue and not self._is_full():
                self._begin(self.queue.pop(0))
            instant = [run for run in self.runs if not run.behavior.seconds]
            if not instant:
                return
            for run in instant:
                self._end(run, "failed" if run.behavior.fails else "succeeded")

    def _is_full(self) -> bool:
        return not self.rules.skip and len(self.runs) >= self.rules.most

    def _begin(self, tick: Tick) -> None:
        is_slot = tick.number is not None
        if is_slot and (self.paused or tick.due < self.hold):
            self.ledger.enter("skipped_paused" if self.paused else "skipped_backoff")
            if self.rules.fixed_delay:
                self.slot = self.now + self.rules.interval
            return
        behavior = self.rules.behavior(self.begun)
        self.begun += 1
        late = max(0.0, self.now - tick.planned)
        start = Start(self.now, tick.number, tick.due, late, self.failures + 1)
        limit = FOREVER if self.rules.timeout is None else self.now + self.rules.timeout
        run = Run(start, self.now + behavior.seconds, limit, behavior)
        self.runs.append(run)
        self.starts.append(start)
        self._book(run).due += 1

    def _end(self, run: Run, outcome: str) -> None:
        self.runs.remove(run)
        self._book(run).outcomes[outcome] += 1
        self.failures = 0 if outcome == "succeeded" else self.failures + 1
        self._pace(run)
        if outcome == "succeeded" and run.behavior.again is not None:
            self.extra = min(self.extra, self.now + run.behavior.again)

    def _pace(self, run: Run) -> None:
        rules, was_put_off = self.rules, self.now < self.hold
        wait = 0
        if self.failures and rules.max_backoff is not None:
            wait = min(rules.interval * 2 ** (self.failures - 1), rules.max_backoff)
        base = self.now if rules.fixed_delay else run.start.due
        self.hold = base + wait if wait > rules.interval else -FOREVER
        if rules.fixed_delay:
            scheduled = run.start.slot is not None
            moved = (was_put_off or self.now < self.hold) and self.slot < FOREVER
            if scheduled or moved:
                self.slot = self.now + max(rules.interval, wait)

    def _book(self, run: Run) -> Book:
        return self.by_hand if run.start.slot is None else self.ledger

    def _draw(self) -> int:
        self.draws += 1
        return self.rules.share(self.draws - 1)
