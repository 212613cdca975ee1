"""Cleans up after bulk jobs: what lost workers left, and what nobody needs any more."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from admin_provisioning.domain.cleanup_ports import CleanupStore, CleanupView, LostRule
from admin_provisioning.domain.cleanup_run import CleanupFiles, CleanupRules, CleanupRun
from admin_provisioning.domain.cleanup_tally import CleanupTally
from admin_provisioning.domain.dry_run import DryRunFiles, DryRunStore
from admin_provisioning.domain.removal import Removal
from loopjobs import CancellationToken, Clock

FILE_BATCH: Final = 1_000
"""Files that are looked up by one statement."""
FUTURE_SKEW: Final = timedelta(minutes=2)
"""Clocks of machines differ; a job that finished later than now by more than this is odd."""


class Cleanup:
    """Runs cleanups, one after another.

    Each is a sequence of steps over batches, and every batch is a short transaction: a run can be
    broken off anywhere, and the next one goes on. Several instances may run at once.
    """

    def __init__(
        self,
        view: CleanupView,
        store: CleanupStore,
        files: CleanupFiles,
        clock: Clock,
        rules: CleanupRules,
    ) -> None:
        self._view = view
        self._store = store
        self._files = files
        self._clock = clock
        self._rules = rules

    async def run(self, tally: CleanupTally, ct: CancellationToken) -> None:
        """Clean up once.

        Args:
            tally: filled as the run goes on.
            ct: looked at between batches; what is done by then stays done.

        Raises:
            StoreUnavailableError: the store cannot be reached.
            CleanupAbortedError: job after job could not be cleaned up.
            asyncio.CancelledError: the run was asked to end.
        """
        began = self._clock.monotonic()
        try:
            store, files = self._store, self._files
            if self._rules.dry_run:
                store, files = DryRunStore(self._view), DryRunFiles(files)
            run = CleanupRun(self._rules, files, self._clock, tally, ct)
            await _Steps(self._view, store, run).take()
        finally:
            tally.duration = self._clock.monotonic() - began


class _Steps:
    """The steps of one run, in their order."""

    def __init__(self, view: CleanupView, store: CleanupStore, run: CleanupRun) -> None:
        self._view = view
        self._store = store
        self._run = run

    async def take(self) -> None:
        """Take one step after another; one that goes wrong costs no other."""
        run, removal = self._run, Removal(self._view, self._store, self._run)
        steps = {
            "lost workers": self._reap,
            "abandoned jobs": self._abandon,
            "wrong clocks": self._look_into_the_future,
            "old jobs": removal.remove_old,
            "jobs half removed": removal.resume,
            "orphaned files": self._sweep_orphans,
            "tombstones": self._forget_tombstones,
        }
        for what, step in steps.items():
            run.ct.raise_if_cancellation_requested()
            await run.attempt(what, step())

    async def _reap(self) -> bool:
        rules, run = self._run.rules, self._run
        lost = LostRule(run.now - rules.reap_running_after_lease, rules.max_attempts)

        async def batch() -> int:
            reaped = await self._store.reap(lost, run.now, rules.job_batch_size)
            run.tally.count_reaped(reaped)
            return reaped.jobs

        return await run.in_batches(batch, rules.job_batch_size)

    async def _abandon(self) -> bool:
        rules, run = self._run.rules, self._run

        async def batch() -> int:
            before = run.now - rules.abandon_created_after
            abandoned = await self._store.abandon(before, run.now, rules.job_batch_size)
            run.tally.abandoned += abandoned
            return abandoned

        return await run.in_batches(batch, rules.job_batch_size)

    async def _look_into_the_future(self) -> bool:
        odd = await self._view.count_finished_after(self._run.now + FUTURE_SKEW)
        self._run.tally.from_the_future = odd
        return True

    async def _sweep_orphans(self) -> bool:
        keys = await self._run.files_before(self._run.now - self._run.rules.orphan_file_cooldown)
        for start in range(0, len(keys), FILE_BATCH):
            await self._sweep_batch(keys[start : start + FILE_BATCH])
            await self._run.pause()
        return True

    async def _sweep_batch(self, keys: Sequence[str]) -> None:
        used = await self._view.keys_in_use(keys)
        for key in keys:
            if key not in used:
                self._run.ct.raise_if_cancellation_requested()
                self._run.tally.orphans += await self._run.delete_file(key)

    async def _forget_tombstones(self) -> bool:
        rules, run = self._run.rules, self._run

        async def batch() -> int:
            before = run.now - rules.archive_retained_for
            forgotten = await self._store.forget_tombstones(before, rules.item_batch_size)
            run.tally.tombstones += forgotten
            return forgotten

        return await run.in_batches(batch, rules.item_batch_size)
