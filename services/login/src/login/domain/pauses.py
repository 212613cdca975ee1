"""Lets others have their turn while a job has much to write."""

from typing import Final

from loopjobs import CancellationToken, Clock

LONGEST: Final = 0.1
"""Seconds of a pause that nobody has set: what took longer than that was waited for, not done."""


class Pauses:
    """The pauses between the batches of one run.

    Args:
        seconds: how long each is; `None`: as long as what was done since the one before, or so
            many times as long, so that the job is at work for a share of the time, however fast or
            busy the machine is.
        clock: tells how long something took.
        ct: ends the run here.
        share: how many times as long.
    """

    def __init__(
        self, seconds: float | None, clock: Clock, ct: CancellationToken, share: float = 1.0
    ) -> None:
        self._seconds = seconds
        self._share = share
        self._clock = clock
        self._ct = ct
        self._at_work_since: float | None = None

    async def before_batch(self) -> None:
        """Wait, unless it is the first batch of the run.

        Raises:
            asyncio.CancelledError: the run was asked to end.
        """
        if self._at_work_since is not None and (seconds := self._length(self._at_work_since)):
            await self._ct.sleep(seconds)
        self._ct.raise_if_cancellation_requested()
        self._at_work_since = self._clock.monotonic()

    def _length(self, since: float) -> float:
        if self._seconds is not None:
            return self._seconds
        return min((self._clock.monotonic() - since) * self._share, LONGEST)
