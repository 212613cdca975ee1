"""Running a service until it is told to stop."""

from loopjobs import HostBuilder, StartError
from servicekit.cli.log_lines import configure_logging, level_for
from servicekit.cli.mistakes import FAILED, CommandError


def serve_until_stopped(builder: HostBuilder, *, verbose: bool) -> None:
    """Run a service; mistakes in its settings end the process before anything starts.

    Raises:
        CommandError: it could not start.
    """
    configure_logging(level_for(verbose=verbose))
    try:
        builder.run()
    except StartError as error:
        raise CommandError(str(error), FAILED) from error
