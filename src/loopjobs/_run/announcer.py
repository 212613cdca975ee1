"""Tells listeners what happened; none of them can hurt a run."""

import contextlib
import logging
from collections.abc import Sequence

from loopjobs._contracts.listener import Listener
from loopjobs._run.log_lines import LogLines
from loopjobs._words.events import Event

_log = logging.getLogger("loopjobs.listeners")


class Announcer:
    """Hands each event to the log and to each listener, in order, and outlives what they raise.

    An event costs more than many a body, so a run that nobody wants to hear of makes none.
    """

    __slots__ = ("_listeners", "_log_lines", "has_listeners")

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._log_lines = LogLines()
        self._listeners: tuple[Listener, ...] = (self._log_lines, *listeners)
        self.has_listeners = bool(listeners)
        """Whether anybody but the log listens."""

    @property
    def hears_every_run(self) -> bool:
        """Whether somebody wants to hear even of a run that went as it should."""
        return self.has_listeners or self._log_lines.writes_every_run

    def announce(self, event: Event) -> None:
        """Tell everybody; a listener that raises is logged and the next one is told."""
        for listener in self._listeners:
            try:
                listener(event)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001 - whatever it raises is its own affair
                _complain(listener, event)


def _complain(listener: Listener, event: Event) -> None:
    # The listener that failed may be the one that writes the log.
    with contextlib.suppress(Exception):
        _log.exception(
            "listener %r failed on %s of job %s",
            listener,
            type(event).__name__,
            event.job,
            extra={"job": event.job, "event": type(event).__name__},
        )
