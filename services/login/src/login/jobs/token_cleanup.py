"""TokenCleanupJob: deletes tokens and sessions that can never again matter."""

import logging
from random import Random

from login.domain.ports import TokenCleanupStore
from login.domain.token_cleanup import TokenCleanup
from login.domain.token_cleanup_tally import CleanupTally, StoppedBy
from login.jobs.token_cleanup_log import TokenCleanupLog
from login.jobs.token_cleanup_options import TokenCleanupJobOptions
from loopjobs import CancellationToken, Clock, RunAgain
from servicekit.retries import BusyRetries

_log = logging.getLogger(__name__)


class TokenCleanupJob:
    """Delete tokens and sessions that can never again matter."""

    def __init__(
        self,
        tokens: TokenCleanupStore,
        options: TokenCleanupJobOptions,
        clock: Clock,
        random: Random,
    ) -> None:
        store = tokens.limited_to(options.statement_timeout_in_seconds)
        rules = options.to_rules(has_one_writer=store.has_one_writer)
        self._cleanup = TokenCleanup(store, clock, rules, BusyRetries(random))
        self._cleanup_log = TokenCleanupLog(clock, is_dry=options.dry_run)
        # Where nothing goes, running again soon would count the same rows for ever.
        self._runs_again_at_cap = not options.dry_run
        self._backlog_interval = options.backlog_interval_in_seconds
        self._complaints = options.complaints()

    async def execute(self, ct: CancellationToken) -> RunAgain | None:
        """Clean once; what was done is logged and reported even if the run ends early."""
        self._complain_once()
        tally = CleanupTally()
        try:
            await self._cleanup.run(tally, ct)
        finally:
            self._cleanup_log.write(tally)
        if tally.stopped_by is StoppedBy.CAP and self._runs_again_at_cap:
            return RunAgain(after=self._backlog_interval)
        return None

    def _complain_once(self) -> None:
        for complaint in self._complaints:
            _log.warning("TokenCleanupJob: %s", complaint)
        self._complaints = []
