"""PcDeleteJob, run by hand."""

from collections.abc import Callable
from typing import TypeAlias

from login.domain.retirement_brake import HoldBoard
from login.domain.retirement_ports import AcknowledgementStore, RetirementStore
from login.jobs.pc_delete import PcDeleteJob
from login.jobs.pc_delete_options import PcDeleteJobOptions
from loopjobs import CancellationToken, Clock


class Deleter:
    """Runs one job over a store; the options are given as in a settings file.

    It does not pause between batches unless told to, and its brake is off.
    """

    def __init__(
        self,
        store: RetirementStore,
        acknowledgements: AcknowledgementStore,
        clock: Clock,
        **options: object,
    ) -> None:
        settings = {"BatchPauseInMilliseconds": 0, "MaxDeleteFraction": 1} | options
        self.board = HoldBoard()
        self._clock = clock
        self._job = PcDeleteJob(
            store,
            acknowledgements,
            self.board,
            PcDeleteJobOptions.model_validate(settings),
            clock,
        )

    async def run(self, ct: CancellationToken | None = None) -> None:
        """Run the job once."""
        await self._job.execute(ct or CancellationToken(self._clock))


MakeDeleter: TypeAlias = Callable[..., Deleter]
"""Makes a job, given its options."""
