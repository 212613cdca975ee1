"""The live table of a host that runs."""

from dishka import Provider, Scope
from rich.console import Console

from loopjobs import Clock, Host, HostBuilder
from loopjobs.cli._drawing import Drawing, Screen
from loopjobs.cli._overview import overview
from loopjobs.cli._running.rows import rows_of


class LiveTable(Drawing):
    """A hosted service that shows all jobs of its host."""

    def __init__(self, host: Host, clock: Clock, screen: Screen) -> None:
        # The width is asked for each time: windows are resized.
        console = screen.console
        super().__init__(screen, clock, lambda: overview(rows_of(host, clock), console.width))


def add_live_table(builder: HostBuilder, console: Console) -> None:
    """Let the host show its jobs on that terminal, from the end of its start to its stop."""
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: Screen(console), provides=Screen)
    builder.add_provider(provider).add_hosted_service(LiveTable)
