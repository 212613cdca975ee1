"""PcKeepAliveJob: declares PCs offline whose keep-alives have stopped."""

import logging
from contextlib import suppress

from login.domain.ports import SweepStore
from login.domain.sweep import Sweep, SweepTally
from login.jobs.pc_keep_alive_options import PcKeepAliveJobOptions
from login.jobs.punctuality import Punctuality
from login.jobs.sweep_log import SweepLog
from loopjobs import CancellationToken, Clock, current_run

_log = logging.getLogger(__name__)


class PcKeepAliveJob:
    """Declare PCs offline whose keep-alives have stopped."""

    def __init__(self, pcs: SweepStore, options: PcKeepAliveJobOptions, clock: Clock) -> None:
        rules = options.to_rules(has_one_writer=pcs.has_one_writer)
        self._sweep = Sweep(pcs, clock, rules)
        self._punctuality = Punctuality(options.interval_in_seconds, clock)
        self._sweep_log = SweepLog(rules.brakes, clock)
        self._complaints = options.complaints()

    async def execute(self, ct: CancellationToken) -> None:
        """Sweep once; what was done is logged and reported even if the sweep ends early."""
        self._complain_once()
        tally = SweepTally()
        try:
            await self._sweep.run(tally, ct, self._punctuality.lateness())
        finally:
            self._punctuality.note_end()
            self._sweep_log.write(tally)
            _report(tally)

    def _complain_once(self) -> None:
        for complaint in self._complaints:
            _log.warning("PcKeepAliveJob: %s", complaint)
        self._complaints = []


def _report(tally: SweepTally) -> None:
    with suppress(LookupError):  # a test, say, calls the job outside of a host
        current_run().report(
            **_levels(tally),
            marked=tally.marked,
            skipped_race=tally.skipped_race,
            failed=tally.failed,
            held=int(tally.hold is not None),
        )


def _levels(tally: SweepTally) -> dict[str, float]:
    """Return what the fleet is like; nothing if the store did not tell."""
    if tally.census is None:
        return {}
    return {"online": tally.census.online - tally.marked, "stale": tally.census.stale}
