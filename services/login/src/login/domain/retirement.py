"""Retires PCs that have been away for long, and later purges them with all that hangs on them."""

from dataclasses import dataclass, field
from typing import Final

from login.domain.acknowledgements import Acknowledgement
from login.domain.batch_pace import BatchPace
from login.domain.departures import Departures, DeparturesTally
from login.domain.pauses import Pauses
from login.domain.purging import PurgeWriter, erase_claimed
from login.domain.rehearsal import RehearsalStore
from login.domain.retirement_brake import RetirementBrake, RetirementHold
from login.domain.retirement_ports import RetirementCensus, RetirementStore, Stamp
from login.domain.retirement_rule import RetirementAges, RetirementRule
from login.domain.retiring import RetireWriter
from loopjobs import CancellationToken, Clock

_NOTHING_WORKED: Final = "{failed} PCs could not be {what}, and none could; see the errors before"


class RetirementFailedError(Exception):
    """Whatever PC a run tried to retire or to purge, it failed."""


@dataclass(frozen=True, slots=True)
class RetirementRules:
    """How to retire and purge."""

    ages: RetirementAges = field(default_factory=RetirementAges)
    batch_size: int = 500
    max_per_run: int = 5_000
    """Bounds each phase: so many are retired, and so many are purged."""
    pause: float | None = None
    """Seconds between two batches; `None`: as long as each takes."""
    is_rehearsal: bool = False


@dataclass(slots=True)
class RetirementTally:
    """What a run has done so far; complete even if it ends early."""

    rule: RetirementRule | None = None
    census: RetirementCensus | None = None
    hold: RetirementHold | None = None
    acknowledgement: Acknowledgement | None = None
    rehearsal: RehearsalStore | None = None
    retirement: DeparturesTally = field(default_factory=DeparturesTally)
    purge: DeparturesTally = field(default_factory=DeparturesTally)
    duration: float = 0.0
    """Seconds."""

    @property
    def remaining(self) -> int:
        """Candidates that are left for the next run."""
        return 0 if self.census is None else max(self.census.candidates - self.retirement.done, 0)


class Retirement:
    """Runs the two phases, one run after another, over one store.

    Every write repeats the conditions, so a run may end at any point and the next one goes on.
    """

    def __init__(
        self, store: RetirementStore, brake: RetirementBrake, clock: Clock, rules: RetirementRules
    ) -> None:
        self._store = store
        self._brake = brake
        self._clock = clock
        self._rules = rules

    async def run(
        self, tally: RetirementTally, ct: CancellationToken, run_id: str | None = None
    ) -> None:
        """Retire and purge once.

        Args:
            tally: filled as the run goes on.
            ct: looked at between batches; batches done by then stay.
            run_id: what the audit calls the run.

        Raises:
            StoreUnavailableError: the store cannot be reached.
            RetirementFailedError: it can, and still refuses every PC.
            asyncio.CancelledError: the run was asked to end.
        """
        began = self._clock.monotonic()
        try:
            await self._run(tally, ct, run_id)
        finally:
            tally.duration = self._clock.monotonic() - began

    async def _run(self, tally: RetirementTally, ct: CancellationToken, run_id: str | None) -> None:
        tally.rule = rule = self._rules.ages.draw_the_lines(self._clock.now())
        tally.census = await self._store.take_census(rule)
        await self._ask_the_brake(tally, tally.census, rule)
        store = self._store
        if self._rules.is_rehearsal:
            # A held one goes on: its list is what a person needs to see before acknowledging.
            store = tally.rehearsal = RehearsalStore(store)
        elif tally.hold is not None:
            return
        await self._depart(store, tally, rule, Stamp(rule.now, run_id), ct)
        _raise_if_all_failed(tally)

    async def _ask_the_brake(
        self, tally: RetirementTally, census: RetirementCensus, rule: RetirementRule
    ) -> None:
        answer = await self._brake.check(census, rule.now, is_rehearsal=self._rules.is_rehearsal)
        if isinstance(answer, RetirementHold):
            tally.hold = answer
        else:
            tally.acknowledgement = answer

    async def _depart(
        self,
        store: RetirementStore,
        tally: RetirementTally,
        rule: RetirementRule,
        stamp: Stamp,
        ct: CancellationToken,
    ) -> None:
        seconds = 0.0 if self._rules.is_rehearsal else self._rules.pause
        pauses = Pauses(seconds, self._clock, ct)
        cap, pace = self._rules.max_per_run, BatchPace(self._rules.batch_size, self._clock)
        retirer = RetireWriter(store, rule, stamp, pace)
        await Departures(retirer, tally.retirement, cap, pace).run(pauses)
        purger = PurgeWriter(store, rule, stamp, pace)
        await Departures(purger, tally.purge, cap, pace).run(pauses)
        await erase_claimed(store, tally.purge, cap, pauses)


def _raise_if_all_failed(tally: RetirementTally) -> None:
    for what, phase in (("retired", tally.retirement), ("purged", tally.purge)):
        if phase.failed and not phase.done:
            raise RetirementFailedError(_NOTHING_WORKED.format(failed=phase.failed, what=what))
