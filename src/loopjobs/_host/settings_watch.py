"""Notices that a settings file has changed, by looking at it again and again."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from loopjobs._host.settings import FileStamp, Settings
from loopjobs._host.settings_reload import SettingsReload
from loopjobs._mechanisms.timer import Timer
from loopjobs._run.worker_thread import in_worker_thread
from loopjobs._words.clock import Clock, VirtualClock

_log = logging.getLogger("loopjobs.host")

STANDS_STILL_IN_SECONDS: Final = 0.5
"""Files are read when two looks this far apart agree: an editor may still be writing them."""
STAYS_BAD_IN_SECONDS: Final = 2.0
"""What is wrong is told when it is still so after this time."""
PATIENCE_IN_SECONDS: Final = 30.0
"""How long a look may take, on a network that is down, say, before that is told.

The same for files that do not stand still.
"""

T = TypeVar("T")


class SettingsWatch:
    """Has changed files taken over while the host runs; a task that the host owns and awaits.

    Files are looked at and read in a thread, for a network file system may keep both waiting for
    ever. On a virtual clock it is done in place, so that nothing happens while time stands still.

    Args:
        reload: what takes over a reading.
        interval: seconds between two looks; 0 is never.
        clock: what they are measured on.
        timer: rings when a look takes too long.
    """

    def __init__(self, reload: SettingsReload, interval: float, clock: Clock, timer: Timer) -> None:
        self._reload = reload
        self._interval = interval
        self._clock = clock
        self._timer = timer
        self._seen: Sequence[FileStamp] = reload.stamps
        self._restless_looks = 0
        self._failure: str | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_to_end = False

    def start(self, is_torn_down: Callable[[], bool]) -> None:
        """Begin to watch, if there are files to watch.

        Args:
            is_torn_down: whether the event loop ends around the host, and all tasks with it.
        """
        if self._interval and self._reload.stamps:
            self._task = asyncio.create_task(self._serve(), name="loopjobs settings watch")
            self._task.add_done_callback(lambda task: self._note_end(task, is_torn_down))

    def request_stop(self) -> None:
        """End the watch, also amid a look; nothing is taken over from here on."""
        self._is_to_end = True
        if self._task is not None:
            self._task.cancel()

    async def wait_stopped(self) -> None:
        """Return when the task has ended."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _serve(self) -> None:
        pause = self._interval
        while True:
            await self._clock.sleep(pause)
            try:
                pause = await self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may succeed
                self._note_failure(error)
                pause = self._interval
            else:
                self._note_success()

    async def _look(self) -> float:
        """Look once, and read if need be; return the seconds until the next look."""
        reload, readings = self._reload, self._reload.readings
        stamps = await self._aside(reload.sources.look)
        is_read = stamps == reload.stamps
        if is_read and not reload.problems:
            self._seen, self._restless_looks = stamps, 0
            return self._interval
        if stamps != self._seen:
            self._seen = stamps
            return self._wait_for_stillness()
        self._restless_looks = 0
        # What was bad is read again without an edit: a permission that is given back, or a network
        # that is up again, leaves no trace in the stamps.
        settings = await self._aside(lambda: self._read_if_still(stamps))
        if settings is None or reload.readings != readings:
            return min(self._interval, STANDS_STILL_IN_SECONDS)
        if reload.take(settings) and not is_read:
            return min(self._interval, STAYS_BAD_IN_SECONDS)
        reload.tell()
        return self._interval

    def _wait_for_stillness(self) -> float:
        pause = min(self._interval, STANDS_STILL_IN_SECONDS)
        self._restless_looks += 1
        if self._restless_looks == round(PATIENCE_IN_SECONDS / pause):
            _log.warning(
                "the settings files have not stood still for %g s; they are read when they do",
                PATIENCE_IN_SECONDS,
            )
        return pause

    def _read_if_still(self, stamps: Sequence[FileStamp]) -> Settings | None:
        sources = self._reload.sources
        settings = sources.read()
        return settings if stamps == settings.stamps == sources.look() else None

    async def _aside(self, function: Callable[[], T]) -> T:
        if isinstance(self._clock, VirtualClock):
            return function()
        # A thread of its own: one of a pool that hangs would be awaited when the process ends.
        late = self._clock.monotonic() + PATIENCE_IN_SECONDS
        alarm = self._timer.arm_deadline(late, _tell_hanging)
        try:
            return await in_worker_thread(function, "loopjobs settings watch")
        finally:
            alarm.cancel()

    def _note_failure(self, error: Exception) -> None:
        kind = f"{type(error).__name__}: {error}"
        if kind != self._failure:
            _log.error(
                "a look at the settings files failed; they are looked at again every %g s",
                self._interval,
                exc_info=error,
            )
        self._failure = kind

    def _note_success(self) -> None:
        if self._failure is not None:
            _log.info("the settings files are watched again")
        self._failure = None

    def _note_end(self, task: asyncio.Task[None], is_torn_down: Callable[[], bool]) -> None:
        error = None if task.cancelled() else task.exception()
        if not self._is_to_end and (error is not None or not is_torn_down()):
            why = "it was cancelled from outside the host" if error is None else "it failed"
            _log.error(
                "the watch of the settings files has ended: %s; call reload_settings() after edits",
                why,
                exc_info=error,
            )


def _tell_hanging() -> None:
    _log.warning(
        "a look at the settings files has not come back for %g s; "
        "until it does, edits are not noticed",
        PATIENCE_IN_SECONDS,
    )
