"""BulkJobCleanup, run by hand."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from admin_provisioning.domain.cleanup_ports import CleanupStore, CleanupView
from admin_provisioning.domain.ports import FileStore
from admin_provisioning.jobs.bulk_job_cleanup import BulkJobCleanup
from admin_provisioning.jobs.bulk_job_cleanup_options import BulkJobCleanupOptions
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.cleanup_view import SqlCleanupView
from loopjobs import CancellationToken, Clock
from servicekit.database import Database

NO_KEEPING: Mapping[str, object] = {"KeepLastPerOwner": 0, "BatchPauseInMilliseconds": 0}


class Cleaner:
    """Runs one job over a database; the options are given as in a settings file.

    By default there are no pauses, and no owner's newest jobs are kept.
    """

    def __init__(
        self,
        database: Database,
        files: FileStore,
        clock: Clock,
        *,
        store: CleanupStore | None = None,
        view: CleanupView | None = None,
        **options: object,
    ) -> None:
        bound = BulkJobCleanupOptions.model_validate({**NO_KEEPING, **options})
        self._clock = clock
        self._job = BulkJobCleanup(
            view or SqlCleanupView(database),
            store or SqlCleanupStore(database),
            files,
            bound,
            database,
            clock,
        )

    async def clean(self, ct: CancellationToken | None = None) -> None:
        """Run the job once."""
        await self._job.execute(ct or CancellationToken(self._clock))


MakeCleaner: TypeAlias = Callable[..., Cleaner]
"""Makes a job, given its options and what stands in for its ports."""
