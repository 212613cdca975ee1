"""Running a service until it is told to stop."""

from loopjobs import HostBuilder, StartError
from servicekit.cli.mistakes import FAILED, CommandError


def serve_until_stopped(builder: HostBuilder) -> None:
    """Run a service; mistakes in its settings end the process before anything starts.

    Raises:
        CommandError: it could not start.
    """
    try:
        builder.run()
    except StartError as error:
        raise CommandError(str(error), FAILED) from error
