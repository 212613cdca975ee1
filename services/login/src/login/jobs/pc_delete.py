"""PcDeleteJob: retires PCs that have been away for long, and later purges them."""

from contextlib import suppress

from login.domain.retirement import Retirement, RetirementTally
from login.domain.retirement_brake import HoldBoard, RetirementBrake
from login.domain.retirement_ports import AcknowledgementStore, RetirementStore
from login.jobs.pc_delete_log import PcDeleteLog
from login.jobs.pc_delete_options import PcDeleteJobOptions
from loopjobs import CancellationToken, Clock, current_run


class PcDeleteJob:
    """Retire PCs that have been away for long; later purge them with all that hangs on them."""

    def __init__(
        self,
        pcs: RetirementStore,
        acknowledgements: AcknowledgementStore,
        board: HoldBoard,
        options: PcDeleteJobOptions,
        clock: Clock,
    ) -> None:
        brake = RetirementBrake(options.to_brake_rules(), acknowledgements, board)
        rules = options.to_rules()
        self._retirement = Retirement(pcs, brake, clock, rules)
        self._log = PcDeleteLog(options.mode.value)

    async def execute(self, ct: CancellationToken) -> None:
        """Run once; what was done is logged and reported even if the run ends early."""
        tally = RetirementTally()
        try:
            await self._retirement.run(tally, ct, _run_id())
        finally:
            self._log.write(tally)
            _report(tally)


def _run_id() -> str | None:
    with suppress(LookupError):  # a test, say, calls the job outside of a host
        return current_run().run_id
    return None


def _report(tally: RetirementTally) -> None:
    with suppress(LookupError):
        current_run().report(
            retired=tally.retirement.done,
            purged=tally.purge.done,
            skipped_race=tally.retirement.skipped_race + tally.purge.skipped_race,
            failed=tally.retirement.failed + tally.purge.failed,
            remaining=tally.remaining,
            held=int(tally.hold is not None),
            **({} if tally.rehearsal is None else {"dry_run": 1}),
        )
