"""Draws again and again."""

import asyncio
import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from rich.console import RenderableType

from loopjobs import Clock
from loopjobs.cli._drawing.screen import Screen

PERIOD_IN_SECONDS: Final = 0.25


class Drawing:
    """Looks four times a second on the event loop, and draws in a thread: a terminal may block.

    Args:
        screen: What to draw on.
        clock: Paces it.
        look: Returns what to draw.
    """

    def __init__(self, screen: Screen, clock: Clock, look: Callable[[], RenderableType]) -> None:
        self._screen = screen
        self._clock = clock
        self._look = look
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to draw."""
        self._screen.open()
        self._task = asyncio.create_task(self._draw(), name="loopjobs drawing")

    async def stop(self) -> None:
        """Take the picture away."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await asyncio.to_thread(self._screen.close)

    async def __aenter__(self) -> Self:
        """Begin to draw."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the picture away."""
        await self.stop()

    async def _draw(self) -> None:
        # A terminal that is gone is no reason to end what it shows.
        with contextlib.suppress(OSError):
            while True:
                await asyncio.to_thread(self._screen.draw, self._look())
                await self._clock.sleep(PERIOD_IN_SECONDS)
