"""Who hears of events."""

from typing import Protocol

from loopjobs._words.events import Event


class Listener(Protocol):
    """Hears every event, in order, shortly after it happened.

    It is called on one thread that the host keeps for its listeners, so it may wait for a disk or a
    network without delaying a run; only other listeners wait with it. Whatever it shares with the
    event loop it must guard. On a virtual clock it is called in line. What it raises is logged and
    goes no further.
    """

    def __call__(self, event: Event, /) -> None:
        """Take note of the event."""
        ...
