"""Keeps the events that a host announces."""

from typing import TypeVar

from loopjobs import Event

EventT = TypeVar("EventT", bound=Event)


class EventRecorder:
    """A listener that remembers everything; pass it to `HostBuilder.add_listener`."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event, /) -> None:
        """Remember the event."""
        self.events.append(event)

    def of(self, kind: type[EventT]) -> list[EventT]:
        """Return the events of one kind, oldest first."""
        return [event for event in self.events if isinstance(event, kind)]
