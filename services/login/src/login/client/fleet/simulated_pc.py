"""One PC of a simulated fleet."""

from collections.abc import Callable, Iterator
from typing import Final

from login.client.errors import LoginClientError, LoginRefusedError, PcRemovedError
from login.client.fleet.life import Chapter, Ending
from login.client.fleet.tally import FleetTally, PcState
from login.client.presence import Presence, Standing, StandingListener
from loopjobs import Clock

_SEEN_AS: Final = {
    Standing.NEW: PcState.COMING,
    Standing.ONLINE: PcState.ONLINE,
    Standing.UNHEARD: PcState.UNHEARD,
}


class SimulatedPc:
    """Comes, stays, goes or falls silent, and returns, as its chapters say.

    Args:
        switch_on: Makes its presence at the service; anew each time, as a real start does.
        chapters: Its life, without end.
        tally: Counts what it is doing.
        clock: Its time.
    """

    def __init__(
        self,
        switch_on: Callable[[StandingListener], Presence],
        chapters: Iterator[Chapter],
        tally: FleetTally,
        clock: Clock,
    ) -> None:
        self._switch_on = switch_on
        self._chapters = chapters
        self._tally = tally
        self._clock = clock
        self._state: PcState | None = None

    async def live(self, first_delay: float) -> None:
        """Live; return only when the service wants to hear no more of this PC."""
        self._become(PcState.COMING)
        await self._clock.sleep(first_delay)
        try:
            while True:
                chapter = next(self._chapters)
                await self._stay(chapter)
                await self._clock.sleep(chapter.away_for)
        except (PcRemovedError, LoginRefusedError):
            self._become(PcState.REMOVED)

    async def _stay(self, chapter: Chapter) -> None:
        presence = self._switch_on(self._on_change)
        end = self._clock.monotonic() + chapter.online_for
        while self._clock.monotonic() < end:
            wait = await presence.beat()
            await self._clock.sleep(min(wait, end - self._clock.monotonic()))
        self._become(await _end(presence, chapter.ending))

    def _on_change(self, standing: Standing, why: str) -> None:  # noqa: ARG002 - only counted here
        self._become(_SEEN_AS[standing])

    def _become(self, state: PcState) -> None:
        self._tally.move(self._state, state)
        self._state = state


async def _end(presence: Presence, ending: Ending) -> PcState:
    if ending is Ending.LEAVES:
        try:
            await presence.leave()
        except LoginClientError:
            return PcState.SILENT
        return PcState.LEFT
    return PcState.SILENT
