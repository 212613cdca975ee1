"""Tells one listener of one event, and outlives what it raises."""

import contextlib
import logging
import threading

from loopjobs._contracts.listener import Listener
from loopjobs._words.events import Event

_log = logging.getLogger("loopjobs.listeners")


def tell(listener: Listener, event: Event) -> None:
    """Tell it; what it raises is logged.

    Raises:
        KeyboardInterrupt: the person at the keyboard wants out. Python raises that in the main
            thread only; in another one it is the listener's own.
    """
    try:
        listener(event)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and _is_main_thread():
            raise
        _complain(listener, event)


def name_of(listener: Listener) -> str:
    """Name it in the log, whatever it says of itself."""
    try:
        return repr(listener)
    except Exception:  # noqa: BLE001 - a listener without a name is still to be blamed
        return f"<{type(listener).__qualname__} that cannot be shown>"


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _complain(listener: Listener, event: Event) -> None:
    # The listener that failed may be the one that writes the log.
    with contextlib.suppress(Exception):
        _log.exception(
            "listener %s failed on %s of job %s",
            name_of(listener),
            type(event).__name__,
            event.job,
            extra={"job": event.job, "event": type(event).__name__},
        )
