"""The sweep: declares PCs offline whose keep-alives have stopped."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from login.domain.brakes import BrakeRules, Brakes, Hold
from login.domain.lateness import Absence
from login.domain.ports import SweepStore
from login.domain.staleness import Candidate, Census, StaleRule
from loopjobs import CancellationToken, Clock
from servicekit.faults import NOT_ABOUT_A_ROW

READ_AHEAD: Final = 50_000
"""Candidates read at once: ids are small, so reading is coarse where writing is fine."""
FAILURES_NAMED: Final = 20
"""Failing PCs that one sweep names; the rest are counted."""


class SweepAbortedError(Exception):
    """Writes for so many PCs failed in a row that the store itself must be at fault."""


@dataclass(frozen=True, slots=True)
class SweepRules:
    """How to sweep."""

    threshold: timedelta
    batch_size: int = 1_000
    max_marked_per_run: int | None = None
    unreadable_is_stale: bool = True
    late_run_compensation: bool = True
    future_skew: timedelta = timedelta(seconds=120)
    max_consecutive_failures: int = 20
    brakes: BrakeRules = field(default_factory=BrakeRules)


@dataclass(frozen=True, slots=True)
class Failure:
    """A PC whose status could not be written."""

    pc: Candidate
    error: Exception


@dataclass(slots=True)
class SweepTally:
    """What a sweep has done so far; complete even if it ends early."""

    census: Census | None = None
    rule: StaleRule | None = None
    hold: Hold | None = None
    marked: int = 0
    skipped_race: int = 0
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    """The first ones only."""
    duration: float = 0.0
    """Seconds."""
    failed_in_a_row: int = 0

    def count_marked(self, marked: int, tried: int) -> None:
        """Count a write that worked; PCs it did not touch were heard just in time."""
        self.marked += marked
        self.skipped_race += tried - marked
        self.failed_in_a_row = 0

    def count_failure(self, failure: Failure) -> None:
        """Count a PC whose write failed."""
        self.failed += 1
        self.failed_in_a_row += 1
        if len(self.failures) < FAILURES_NAMED:
            self.failures.append(failure)


class Sweep:
    """Runs sweeps, one after another, over one store.

    The number of statements grows with the number of stale PCs over the batch size, never with
    the number of PCs.
    """

    def __init__(self, store: SweepStore, clock: Clock, rules: SweepRules) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._brakes = Brakes(rules.brakes, started_at=clock.monotonic())
        self._absence = Absence()

    async def run(self, tally: SweepTally, ct: CancellationToken, lateness: float = 0.0) -> None:
        """Sweep once.

        Args:
            tally: filled as the sweep goes on.
            ct: looked at between batches; batches done by then stay.
            lateness: seconds by which this run starts late.

        Raises:
            StoreUnavailableError: the store cannot be reached.
            SweepAbortedError: the store refuses every write.
            asyncio.CancelledError: the run was asked to end.
        """
        began = self._clock.monotonic()
        try:
            tally.rule = rule = self._draw_the_line(lateness)
            tally.census = await self._store.take_census(rule)
            tally.hold = self._brakes.check(tally.census, self._clock.now(), began)
            if tally.census.stale and tally.hold is None:
                await self._mark_all(rule, tally, ct)
        finally:
            tally.duration = self._clock.monotonic() - began

    def _draw_the_line(self, lateness: float) -> StaleRule:
        now = self._clock.now()
        absence = self._absence.measure(lateness, now, self._clock.monotonic())
        compensation = timedelta(seconds=absence if self._rules.late_run_compensation else 0)
        return StaleRule(
            cutoff=now - self._rules.threshold - compensation,
            latest_credible=now + self._rules.future_skew,
            unreadable_is_stale=self._rules.unreadable_is_stale,
        )

    async def _mark_all(self, rule: StaleRule, tally: SweepTally, ct: CancellationToken) -> None:
        cap = self._rules.max_marked_per_run
        async with aclosing(self._batches(rule)) as batches:
            async for batch in batches:
                ct.raise_if_cancellation_requested()
                room = len(batch) if cap is None else cap - tally.marked
                if room <= 0:
                    return
                await self._mark_batch(batch[:room], rule, tally, ct)

    async def _batches(self, rule: StaleRule) -> AsyncGenerator[Sequence[Candidate], None]:
        size, after = self._rules.batch_size, 0
        while True:
            page = await self._store.candidates(rule, after, READ_AHEAD)
            for start in range(0, len(page), size):
                yield page[start : start + size]
            if len(page) < READ_AHEAD:
                return
            after = page[-1].id

    async def _mark_batch(
        self, batch: Sequence[Candidate], rule: StaleRule, tally: SweepTally, ct: CancellationToken
    ) -> None:
        try:
            marked = await self._mark(batch, rule)
        except NOT_ABOUT_A_ROW:
            raise
        except Exception:  # noqa: BLE001 - whatever one row provokes must not cost the others
            await self._mark_one_by_one(batch, rule, tally, ct)
        else:
            tally.count_marked(marked, len(batch))

    async def _mark_one_by_one(
        self, batch: Sequence[Candidate], rule: StaleRule, tally: SweepTally, ct: CancellationToken
    ) -> None:
        for pc in batch:
            ct.raise_if_cancellation_requested()
            try:
                marked = await self._mark([pc], rule)
            except NOT_ABOUT_A_ROW:
                raise
            except Exception as error:  # noqa: BLE001 - as above; the tally keeps it
                self._note_failure(Failure(pc, error), tally)
            else:
                tally.count_marked(marked, 1)

    async def _mark(self, batch: Sequence[Candidate], rule: StaleRule) -> int:
        return await self._store.mark_offline([pc.id for pc in batch], rule, self._clock.now())

    def _note_failure(self, failure: Failure, tally: SweepTally) -> None:
        tally.count_failure(failure)
        if tally.failed_in_a_row >= self._rules.max_consecutive_failures:
            raise SweepAbortedError(
                f"{tally.failed_in_a_row} writes in a row failed, the last with "
                f"{type(failure.error).__name__}; raise MaxConsecutiveFailures if the rows and "
                "not the store are at fault"
            ) from failure.error
