"""BulkJobCleanup: removes finished bulk jobs by age, and picks up what lost workers left."""

import logging
from contextlib import suppress

from admin_provisioning.domain.cleanup import Cleanup
from admin_provisioning.domain.cleanup_ports import CleanupStore, CleanupView
from admin_provisioning.domain.cleanup_tally import CleanupTally
from admin_provisioning.domain.ports import FileStore
from admin_provisioning.jobs.bulk_job_cleanup_options import BulkJobCleanupOptions
from admin_provisioning.jobs.cleanup_log import counters, write_log
from loopjobs import CancellationToken, Clock, current_run
from servicekit.database import Database

_log = logging.getLogger(__name__)


class BulkJobCleanup:
    """Remove finished bulk jobs that are old, and pick up what lost workers left."""

    def __init__(
        self,
        view: CleanupView,
        store: CleanupStore,
        files: FileStore,
        options: BulkJobCleanupOptions,
        database: Database,
        clock: Clock,
    ) -> None:
        rules = options.to_rules(is_sqlite=database.is_sqlite)
        self._cleanup = Cleanup(view, store, files, clock, rules)
        self._is_dry_run = options.dry_run
        self._complaints = options.complaints()
        self._clock = clock

    async def execute(self, ct: CancellationToken) -> None:
        """Clean up once; what was done is logged and reported even if the run ends early."""
        self._complain_once()
        tally = CleanupTally()
        try:
            await self._cleanup.run(tally, ct)
        finally:
            write_log(tally, self._clock.now(), dry_run=self._is_dry_run)
            with suppress(LookupError):  # a test, say, calls the job outside of a host
                current_run().report(
                    **counters(tally),
                    delete_lag=tally.longest_overdue.total_seconds(),
                    **({"dry_run": 1} if self._is_dry_run else {}),
                )

    def _complain_once(self) -> None:
        for complaint in self._complaints:
            _log.warning("BulkJobCleanup: %s", complaint)
        self._complaints = []
