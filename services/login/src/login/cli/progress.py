"""What a simulation shows of itself."""

from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from login.client.fleet import FleetTally, PcState
from loopjobs import Clock

_LIVE_EVERY: Final = 0.5
_PLAIN_EVERY: Final = 5.0
_LOOKS: Final = {
    PcState.COMING: "dim",
    PcState.ONLINE: "green",
    PcState.UNHEARD: "red",
    PcState.SILENT: "yellow",
    PcState.LEFT: "cyan",
    PcState.REMOVED: "red",
}
_ALWAYS_SHOWN: Final = {PcState.ONLINE, PcState.SILENT, PcState.LEFT}


class Progress:
    """One line that is kept up to date on a terminal; a plain line now and then anywhere else.

    Args:
        tally: What is shown.
        clock: Paces the showing.
        console: Where it is shown.
    """

    def __init__(self, tally: FleetTally, clock: Clock, console: Console) -> None:
        self._tally = tally
        self._clock = clock
        self._console = console
        self._began = clock.monotonic()
        self._last_look = (self._began, 0)

    async def show(self) -> None:
        """Show the tally until cancelled."""
        if not self._console.is_terminal:
            while True:
                await self._clock.sleep(_PLAIN_EVERY)
                self._console.print(self.line(), soft_wrap=True)
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(self.line(), refresh=True)
                await self._clock.sleep(_LIVE_EVERY)

    def line(self) -> Text:
        """Return the state of the fleet; the rate is that since the last line."""
        now, sent = self._clock.monotonic(), self._tally.keep_alives
        (then, before), self._last_look = self._last_look, (now, sent)
        line = Text(f"{now - self._began:6.1f} s | ")
        line.append_text(self._states())
        line.append(f" | keep-alives {sent:,} ({_rate(sent - before, now - then)})")
        return line.append_text(self._quality())

    def summarize(self, pcs: int) -> None:
        """Print what became of it all."""
        seconds = self._clock.monotonic() - self._began
        sent = self._tally.keep_alives
        line = Text(f"{pcs} PCs in {seconds:.1f} s: {sent:,} keep-alives ({_rate(sent, seconds)})")
        line.append_text(self._quality())
        line.append(" | at the end ")
        self._console.print(line.append_text(self._states()), soft_wrap=True)

    def _states(self) -> Text:
        shown = [
            Text.assemble(f"{state.value} ", (str(self._tally.states[state]), look))
            for state, look in _LOOKS.items()
            if state in _ALWAYS_SHOWN or self._tally.states[state]
        ]
        return Text(", ").join(shown)

    def _quality(self) -> Text:
        errors = self._tally.errors
        text = Text.assemble(" | errors ", (str(errors), "red" if errors else "dim"))
        latency = self._tally.latency()
        if latency is not None:
            text.append(f" | p50 {latency.p50 * 1e3:.1f} ms, p99 {latency.p99 * 1e3:.1f} ms")
        return text


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f}/s" if seconds > 0 else "0/s"
