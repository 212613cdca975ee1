"""Who hears of events."""

from typing import Protocol, runtime_checkable

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


@runtime_checkable
class PausingListener(Listener, Protocol):
    """A listener that says whether it listens: events that nobody would hear are not made."""

    @property
    def is_listening(self) -> bool:
        """Whether it takes note of events from now on.

        Asked on the event loop, once for all runs that wake together: of those that go well it
        hears from the next wake-up on.
        """
        ...


@runtime_checkable
class InLineListener(Listener, Protocol):
    """A listener that is called on the event loop's thread, at the moment when something happens.

    That costs less than the way to another thread, and there is nothing to guard. But all jobs wait
    for it, so it must return at once: one that waits for anything, a lock included, stays out of
    line.
    """

    @property
    def is_in_line(self) -> bool:
        """Whether it is called there; asked once, when the host is made."""
        ...
