"""Tells listeners what happened; none of them can hurt a run, or delay one."""

from collections.abc import Sequence

from loopjobs._contracts.listener import InLineListener, Listener, PausingListener
from loopjobs._run.delivery import Delivery
from loopjobs._run.log_lines import LogLines
from loopjobs._run.run_meter import RunMeters
from loopjobs._run.telling import tell
from loopjobs._words.clock import Clock, VirtualClock
from loopjobs._words.events import Event


class Announcer:
    """Hands each event to the log in line, and to the listeners on a thread of their own.

    Those who say that they take no time are told in line as well. On a virtual clock all are: a
    test that lets time pass finds them told. An event costs more than many a body, so a run that
    nobody wants to hear of makes none.
    """

    __slots__ = (
        "_delivery", "_in_line", "_pausing", "_somebody_always_listens", "is_quiet", "log_lines",
        "run_meters", "wants_events",
    )  # fmt: skip

    def __init__(
        self, listeners: Sequence[Listener], clock: Clock, run_meters: RunMeters | None = None
    ) -> None:
        self.log_lines = LogLines(clock)
        self.run_meters = run_meters
        """`None` if nobody measures runs."""
        is_virtual = isinstance(clock, VirtualClock)
        self._in_line = tuple(each for each in listeners if is_virtual or _is_in_line(each))
        others = [each for each in listeners if not is_virtual and not _is_in_line(each)]
        self._delivery = Delivery(others, clock) if others else None
        self._pausing = tuple(each for each in listeners if isinstance(each, PausingListener))
        self._somebody_always_listens = len(self._pausing) < len(listeners)
        self.wants_events = True
        """Whether anybody may want events of runs that go well. It is asked once for all that wake
        together, since to ask takes longer than to begin a run; at other times it is not known."""
        self.is_quiet = False
        """Whether nobody does, and nobody measures runs either."""

    def wake_up_begins(self) -> None:
        """Ask whether anybody wants to hear of the runs of this wake-up that go well."""
        self.wants_events = self.has_listeners or self.log_lines.writes_every_run
        self.is_quiet = not self.wants_events and self.run_meters is None

    def wake_up_ends(self) -> None:
        """Let whoever has something to announce ask again."""
        self.wants_events, self.is_quiet = True, False

    @property
    def has_listeners(self) -> bool:
        """Whether anybody but the log listens now."""
        if self._somebody_always_listens:
            return True
        for listener in self._pausing:
            try:
                if listener.is_listening:
                    return True
            except Exception:  # noqa: BLE001 - asked at each run, and must not hurt one
                # What it then hears it can complain of.
                return True
        return False

    def announce(self, event: Event) -> None:
        """Tell everybody, or have them told; called on the thread of the event loop."""
        # Of what is wrong one line says when it is over: the next run that goes well can be worth
        # one.
        self.wake_up_ends()
        tell(self.log_lines, event)
        self.announce_routine(event)

    def announce_routine(self, event: Event) -> None:
        """Announce something that the log has no line for."""
        for listener in self._in_line:
            tell(listener, event)
        if self._delivery is not None:
            self._delivery.put(event)

    async def settle(self) -> None:
        """Return when the listeners have heard all that was announced, or do not come to an end."""
        if self._delivery is not None:
            await self._delivery.settle()

    async def close(self) -> None:
        """Settle, and end the thread."""
        if self._delivery is not None:
            await self._delivery.close()

    def wind_down(self) -> None:
        """Let the thread end by itself, for the event loop may be gone before anybody ends it."""
        if self._delivery is not None:
            self._delivery.wind_down()


def _is_in_line(listener: Listener) -> bool:
    return isinstance(listener, InLineListener) and listener.is_in_line
