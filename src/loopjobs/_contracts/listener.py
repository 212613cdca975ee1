"""Who hears of events."""

from typing import Protocol

from loopjobs._words.events import Event


class Listener(Protocol):
    """Hears every event, on the event loop's thread, in order.

    It must return quickly. What it raises is logged and goes no further.
    """

    def __call__(self, event: Event, /) -> None:
        """Take note of the event."""
        ...
