"""Delivers events to listeners, and says by name which of them holds up the others."""

import logging
from collections.abc import Sequence
from typing import Final, TypeAlias

from loopjobs._contracts.listener import Listener
from loopjobs._mechanisms.reminders import Reminders
from loopjobs._run.telling import name_of, tell
from loopjobs._words.clock import Clock
from loopjobs._words.events import Event

_log = logging.getLogger("loopjobs.listeners")

SLOW_IN_SECONDS: Final = 1.0
"""A listener that takes longer for one event is named."""
_DROPPED: Final = "dropped"
_NO_THREAD: Final = "no thread"


_Telling: TypeAlias = tuple[Listener, Event, float]
"""Who is told what, and since when."""


class DeliveryWatch:
    """Tells the listeners one after the other, and notes who takes how long.

    `deliver` is called on the listeners' thread, all else on that of the event loop.
    """

    def __init__(self, listeners: Sequence[Listener], clock: Clock) -> None:
        self._listeners = tuple(listeners)
        self._clock = clock
        self._present: _Telling | None = None
        self._slow = Reminders()
        self._others = Reminders()
        self._untold_drops = 0

    def deliver(self, event: Event) -> None:
        """Tell every listener."""
        began = self._clock.monotonic()
        for at, listener in enumerate(self._listeners):
            self._present = (listener, event, began)
            tell(listener, event)
            now = self._clock.monotonic()
            if now - began > SLOW_IN_SECONDS and self._slow.are_due(at, now):
                _log.warning(
                    "listener %s took %.1f s for %s of job %s; the events after it wait",
                    name_of(listener),
                    now - began,
                    type(event).__name__,
                    event.job,
                    extra={"job": event.job, "event": type(event).__name__},
                )
            began = now
        self._present = None

    def note_dropped(self) -> None:
        """Note that an event had to go because too many wait."""
        self._untold_drops += 1
        if self._others.are_due(_DROPPED, self._clock.monotonic()):
            self._tell_drops()

    def note_no_thread(self, error: RuntimeError) -> None:
        """Note that there is nobody to deliver anything."""
        if self._others.are_due(_NO_THREAD, self._clock.monotonic()):
            _log.error("the thread of the listeners cannot be started; events wait", exc_info=error)

    def note_given_up(self, waiting: int) -> None:
        """Note that the host goes on without its listeners, and how many events none will hear."""
        _log.error(
            "the host does not wait any longer for its listeners; events not delivered: %d%s",
            waiting,
            self._culprit(),
            extra={"events": waiting},
        )

    def note_end(self) -> None:
        """Tell of drops that are not told yet."""
        if self._untold_drops:
            self._tell_drops()

    def _tell_drops(self) -> None:
        dropped, self._untold_drops = self._untold_drops, 0
        _log.error(
            "listeners do not keep up; events dropped, the oldest first: %d%s",
            dropped,
            self._culprit(),
            extra={"events": dropped},
        )

    def _culprit(self) -> str:
        present = self._present
        if present is None:
            return ""
        listener, event, since = present
        age = self._clock.monotonic() - since
        kind = type(event).__name__
        return f"; listener {name_of(listener)} has been at {kind} for {age:.1f} s"
