"""`loopjobs run`."""

import logging
from contextlib import nullcontext

from loopjobs import HostBuilder, LoopError, StartError, StopError
from loopjobs.cli._app import AppArguments, load_builder
from loopjobs.cli._consoles import asides, can_be_drawn_over
from loopjobs.cli._drawing import written_above
from loopjobs.cli._log_lines import log_to_stderr
from loopjobs.cli._mistakes import CommandError, ExitCode
from loopjobs.cli._parameters import App, SettingsFiles, Verbose
from loopjobs.cli._running.live_table import add_live_table


def run(
    app: App = None,
    settings: SettingsFiles = None,
    verbose: Verbose = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Run the application until Ctrl-C or SIGTERM; on a terminal with a live table of its jobs.

    Log lines go to standard error, as the application says, else from INFO on. A first signal
    stops the host within its budget, a second one cancels what still runs.
    """
    console = asides()
    is_drawn = can_be_drawn_over(console)
    with written_above(console) if is_drawn else nullcontext():
        builder = load_builder(AppArguments(app, settings))
        log_to_stderr(logging.DEBUG if verbose else logging.INFO)
        if is_drawn:
            add_live_table(builder, console)
        _serve(builder)


def _serve(builder: HostBuilder) -> None:
    host = builder.build()
    try:
        host.run()
    except (StartError, StopError, LoopError) as error:
        raise CommandError(str(error), ExitCode.FAILED) from error
