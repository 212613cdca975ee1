"""A cleanup that changes nothing: the same steps over a store that only looks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from admin_provisioning.domain.cleanup_ports import CleanupView, LostRule, Reaped
from admin_provisioning.domain.cleanup_run import CleanupFiles
from admin_provisioning.domain.retention import FinishedJob

_NONE = Reaped(0, 0)


class DryRunStore:
    """A `CleanupStore` that says what it would do, for one run.

    What it would do in several batches it tells in one, and then that nothing is left.
    """

    def __init__(self, view: CleanupView) -> None:
        self._view = view
        self._told: set[str] = set()
        self._left: dict[UUID, int] = {}

    async def reap(self, rule: LostRule, now: datetime, limit: int) -> Reaped:  # noqa: ARG002 - the port's signature
        """Count the jobs of lost workers."""
        return await self._view.count_lost(rule) if self._is_first("reap") else _NONE

    async def abandon(self, created_before: datetime, now: datetime, limit: int) -> int:  # noqa: ARG002 - the port's signature
        """Count the jobs whose rows never came."""
        return await self._view.count_abandoned(created_before) if self._is_first("abandon") else 0

    async def doom(self, job: FinishedJob, now: datetime) -> bool:  # noqa: ARG002 - the port's signature
        """Say that it would be removed."""
        return True

    async def delete_items(self, job_id: UUID, limit: int) -> int:
        """Count the rows that a batch would delete."""
        if job_id not in self._left:
            self._left[job_id] = await self._view.count_items(job_id)
        deleted = min(limit, self._left[job_id])
        self._left[job_id] -= deleted
        return deleted

    async def bury(self, job_id: UUID, now: datetime) -> bool:  # noqa: ARG002 - the port's signature
        """Say that it would be gone."""
        del self._left[job_id]
        return True

    async def forget_tombstones(self, deleted_before: datetime, limit: int) -> int:  # noqa: ARG002 - the port's signature
        """Count the tombstones that are old."""
        is_first = self._is_first("forget")
        return await self._view.count_tombstones(deleted_before) if is_first else 0

    def _is_first(self, verb: str) -> bool:
        is_first = verb not in self._told
        self._told.add(verb)
        return is_first


class DryRunFiles:
    """The files, of which none is deleted."""

    def __init__(self, files: CleanupFiles) -> None:
        self._files = files

    async def delete(self, key: str) -> bool:  # noqa: ARG002 - the port's signature
        """Say that it would be gone."""
        return True

    async def stored_before(self, instant: datetime) -> Sequence[str]:
        """List the keys of files that were stored before an instant."""
        return await self._files.stored_before(instant)
