"""PcKeepAliveJob, run by hand."""

from login.domain.ports import SweepStore
from login.jobs.pc_keep_alive import PcKeepAliveJob
from login.jobs.pc_keep_alive_options import PcKeepAliveJobOptions
from loopjobs import CancellationToken, Clock


class Sweeper:
    """Runs one job over a store; the options are given as in a settings file."""

    def __init__(self, store: SweepStore, clock: Clock, **options: object) -> None:
        bound = PcKeepAliveJobOptions.model_validate(options)
        self._clock = clock
        self._job = PcKeepAliveJob(store, bound, clock)

    async def sweep(self, ct: CancellationToken | None = None) -> None:
        """Run the job once."""
        await self._job.execute(ct or CancellationToken(self._clock))
