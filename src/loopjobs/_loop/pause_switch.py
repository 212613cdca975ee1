"""Pause and resume: of this process, or of the whole cluster."""

from typing import Generic, TypeVar

from loopjobs._loop.loop import Loop
from loopjobs._loop.turns import Turns
from loopjobs._run.announcer import Announcer
from loopjobs._words.errors import ControlError, LeaseUnavailableError
from loopjobs._words.events import JobPaused, JobResumed
from loopjobs._words.options import LoopJobOptions

OptionsT = TypeVar("OptionsT", bound=LoopJobOptions)


class PauseSwitch(Generic[OptionsT]):
    """Pauses a job where it runs: here, or for all replicas if it is to run on one of them."""

    __slots__ = ("_announcer", "_job", "_loop")

    def __init__(self, job: str, loop: Loop[OptionsT], announcer: Announcer) -> None:
        self._job = job
        self._loop = loop
        self._announcer = announcer

    async def pause(self) -> None:
        """Skip slots from now on.

        Raises:
            ControlError: the other replicas cannot be told.
        """
        ticker = self._loop.ticker
        if (turns := self._loop.shared_turns) is not None:
            await self._tell_cluster(turns, is_paused=True)
        elif not ticker.steering.is_paused:
            ticker.set_paused(is_paused=True)
            self._announcer.announce(JobPaused(self._job))

    async def resume(self) -> None:
        """Run slots again.

        Raises:
            ControlError: the other replicas cannot be told.
        """
        ticker = self._loop.ticker
        if (turns := self._loop.shared_turns) is not None:
            await self._tell_cluster(turns, is_paused=False)
            self._loop.pace.expect_anew()
        if ticker.steering.is_paused:
            # It may have been paused here before it was to run on one replica.
            ticker.set_paused(is_paused=False)
            self._loop.pace.expect_anew()
            self._announcer.announce(JobResumed(self._job))

    async def _tell_cluster(self, turns: Turns, *, is_paused: bool) -> None:
        try:
            await turns.set_paused(is_paused=is_paused)
        except LeaseUnavailableError as error:
            verb = "pause" if is_paused else "resume"
            raise ControlError(f"cannot {verb} job {self._job} in the cluster: {error}") from error
