"""Removes jobs: first the rows, then the job, then the file."""

from uuid import UUID

from admin_provisioning.domain.cleanup_ports import CleanupStore, CleanupView, DoomedJob
from admin_provisioning.domain.cleanup_run import CleanupRun
from admin_provisioning.domain.retention import FinishedJob, Newest, Place, Verdict


class Removal:
    """Removes what is old, and what an earlier run had begun to remove.

    A crash at any point leaves a job that is being removed, and a later run goes on with it; or a
    file that nobody refers to, which the sweep of orphans finds.
    """

    def __init__(self, view: CleanupView, store: CleanupStore, run: CleanupRun) -> None:
        self._view = view
        self._store = store
        self._run = run
        self._unfinished: set[UUID] = set()

    async def remove_old(self) -> bool:
        """Remove finished jobs that are old, the oldest first, until the budget is used up."""
        keep = self._run.rules.retention.keep_last_per_owner
        # What this very run has ended, as lost or abandoned, takes nobody's place yet.
        newest = Newest(await self._view.last_kept(keep, self._run.now) if keep else None)
        after: Place | None = None
        cutoffs = self._run.rules.retention.cutoffs(self._run.now)
        limit = self._run.rules.job_batch_size
        while True:
            page = await self._view.old_jobs(cutoffs, after, limit)
            for job in page:
                self._run.ct.raise_if_cancellation_requested()
                verdict = newest.judge(job)
                if verdict is Verdict.DELETE:
                    self._run.tally.note_overdue(cutoffs.overdue(job))
                if not await self._do(verdict, job):
                    rest = await self._view.count_old_jobs(cutoffs, job.place)
                    self._run.tally.count_left(job.finished_at, 1 + rest)
                    return True
            if len(page) < limit:
                return True
            after = page[-1].place
            await self._run.pause()

    async def resume(self) -> bool:
        """Go on with jobs that a run before this one had begun to remove."""
        after: UUID | None = None
        limit = self._run.rules.job_batch_size
        while True:
            page = await self._view.doomed_jobs(after, limit)
            for job in page:
                self._run.ct.raise_if_cancellation_requested()
                if self._run.items_left <= 0:
                    return True
                if job.id not in self._unfinished:
                    await self._run.attempt(f"job {job.id}", self._remove(job))
            if len(page) < limit:
                return True
            after = page[-1].id
            await self._run.pause()

    async def _do(self, verdict: Verdict, job: FinishedJob) -> bool:
        """Do with a job what is to be done; returns whether the budget allowed it."""
        tally = self._run.tally
        match verdict:
            case Verdict.HELD:
                tally.skipped_hold += 1
            case Verdict.RECENT:
                tally.skipped_recent += 1
            case Verdict.DELETE if self._run.items_left <= 0:
                return False
            case Verdict.DELETE:
                if not await self._run.attempt(f"job {job.id}", self._doom_and_remove(job)):
                    self._unfinished.add(job.id)
                    tally.count_left(job.finished_at)
        return True

    async def _doom_and_remove(self, job: FinishedJob) -> bool:
        if await self._store.doom(job, self._run.now):
            return await self._remove(DoomedJob(job.id, job.file_key))
        self._run.tally.skipped_race += 1
        return True

    async def _remove(self, job: DoomedJob) -> bool:
        if not await self._delete_items(job.id):
            return False
        # Where another instance is at it too, one of both gets to bury it.
        if await self._store.bury(job.id, self._run.now):
            self._run.tally.jobs += 1
            if job.file_key is not None:
                self._run.tally.files += await self._run.delete_file(job.file_key)
        return True

    async def _delete_items(self, job_id: UUID) -> bool:
        while self._run.items_left > 0:
            limit = min(self._run.rules.item_batch_size, self._run.items_left)
            deleted = await self._store.delete_items(job_id, limit)
            await self._run.count_items(deleted)
            if deleted < limit:
                return True
        return False
