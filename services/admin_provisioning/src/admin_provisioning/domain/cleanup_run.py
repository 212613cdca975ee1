"""One run of the cleanup: what all its steps share."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from admin_provisioning.domain.cleanup_tally import CleanupTally
from admin_provisioning.domain.retention import RetentionRule
from loopjobs import CancellationToken, Clock
from servicekit.faults import NOT_ABOUT_A_ROW

MOST_FAILURES_IN_A_ROW: Final = 20
"""So many failures in a row fail the run: then it is the store, not a job."""


class CleanupAbortedError(Exception):
    """So many jobs in a row could not be cleaned up that the store itself must be at fault."""


class CleanupFiles(Protocol):
    """The files, as far as the cleanup needs them; see `FileStore`."""

    async def delete(self, key: str) -> bool:
        """Forget a file; returns whether there was one."""
        ...

    async def stored_before(self, instant: datetime) -> Sequence[str]:
        """List the keys of files that were stored before an instant."""
        ...


@dataclass(frozen=True, slots=True)
class CleanupRules:
    """How to clean up."""

    retention: RetentionRule = field(default_factory=RetentionRule)
    abandon_created_after: timedelta = timedelta(hours=24)
    reap_running_after_lease: timedelta = timedelta(minutes=5)
    max_attempts: int = 3
    job_batch_size: int = 100
    """Jobs that are looked at, or changed, by one statement."""
    item_batch_size: int = 5_000
    """Rows that are deleted in one transaction."""
    max_items_per_run: int = 500_000
    orphan_file_cooldown: timedelta = timedelta(hours=24)
    archive_retained_for: timedelta = timedelta(days=180)
    dry_run: bool = False
    batch_pause: float = 0.0
    """Seconds in which others may write."""


class CleanupRun:
    """Keeps the tally, the budget of rows, and the pauses of one run.

    Args:
        rules: how to clean up.
        files: where the files are.
        clock: says when the run began, which is the moment that all ages are measured at.
        tally: filled as the run goes on.
        ct: looked at in every pause, and before every job.
    """

    def __init__(
        self,
        rules: CleanupRules,
        files: CleanupFiles,
        clock: Clock,
        tally: CleanupTally,
        ct: CancellationToken,
    ) -> None:
        self.now = clock.now()
        self.rules = rules
        self.tally = tally
        self.ct = ct
        self.items_left = rules.max_items_per_run
        """Rows that this run may still delete."""
        self._files = files
        self._since_pause = 0

    async def attempt(self, what: str, work: Awaitable[bool]) -> bool:
        """Do something; whatever goes wrong with it is counted and costs nothing else.

        Returns:
            What the work returns; `False` if it went wrong.

        Raises:
            StoreUnavailableError: the store cannot be reached.
            CleanupAbortedError: nothing works any more.
        """
        try:
            done = await work
        except (*NOT_ABOUT_A_ROW, CleanupAbortedError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever one job provokes must not cost the others
            self.tally.count_failure(what, error)
            self._give_up_on_many_failures(error)
            return False
        self.tally.failed_in_a_row = 0
        return done

    async def in_batches(self, batch: Callable[[], Awaitable[int]], limit: int) -> bool:
        """Repeat a batch for as long as it is full, with a pause after each."""
        while await batch() >= limit:
            await self.pause()
        return True

    async def pause(self) -> None:
        """Let others write.

        Raises:
            asyncio.CancelledError: the run was asked to end.
        """
        self._since_pause = 0
        await self.ct.sleep(self.rules.batch_pause)

    async def count_items(self, deleted: int) -> None:
        """Count rows that were deleted; a pause follows when they are as many as a batch."""
        self.tally.items += deleted
        self.items_left -= deleted
        self._since_pause += deleted
        if self._since_pause >= self.rules.item_batch_size:
            await self.pause()

    async def delete_file(self, key: str) -> bool:
        """Delete a file; returns whether it was there, and is gone."""
        try:
            return await self._files.delete(key)
        except Exception as error:  # noqa: BLE001 - the orphan sweep of a later run comes by again
            self.tally.count_file_failure(error)
            return False

    async def files_before(self, instant: datetime) -> Sequence[str]:
        """List files that were stored before an instant; none if the file store is away."""
        try:
            return await self._files.stored_before(instant)
        except Exception as error:  # noqa: BLE001 - files never keep rows from being cleaned up
            self.tally.count_file_failure(error)
            return ()

    def _give_up_on_many_failures(self, error: Exception) -> None:
        failed = self.tally.failed_in_a_row
        if failed >= MOST_FAILURES_IN_A_ROW:
            raise CleanupAbortedError(
                f"{failed} jobs in a row could not be cleaned up, the last with "
                f"{type(error).__name__}; look at the lines before"
            ) from error
