"""TokenCleanupJob, run by hand."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from login.domain.ports import TokenCleanupStore
from login.jobs.token_cleanup import TokenCleanupJob
from login.jobs.token_cleanup_options import TokenCleanupJobOptions
from loopjobs import CancellationToken, Clock, RunAgain


class Cleaner:
    """Runs one job over a store; the options are given as in a settings file.

    It pauses for nobody, unless it is told to: time stands still.
    """

    def __init__(self, store: TokenCleanupStore, clock: Clock, **options: object) -> None:
        bound = TokenCleanupJobOptions.model_validate({"BatchPauseInMilliseconds": 0, **options})
        self._clock = clock
        self._job = TokenCleanupJob(store, bound, clock, Random(7))  # noqa: S311 - predictable

    async def clean(self, ct: CancellationToken | None = None) -> RunAgain | None:
        """Run the job once."""
        return await self._job.execute(ct or CancellationToken(self._clock))


MakeCleaner: TypeAlias = Callable[..., Cleaner]
"""Makes a job, given its options."""
