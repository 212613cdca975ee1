"""Running a service until it is told to stop."""

import gc

from loopjobs import HostBuilder, StartError
from servicekit.cli.mistakes import FAILED, CommandError


def serve_until_stopped(builder: HostBuilder) -> None:
    """Run a service; mistakes in its settings end the process before anything starts.

    What was loaded by then stays until the end, so garbage collection need not look at it: it would
    stop the process for a tenth of a second and more each time, inside of whatever transaction.

    Raises:
        CommandError: it could not start.
    """
    gc.collect()
    gc.freeze()
    try:
        builder.run()
    except StartError as error:
        raise CommandError(str(error), FAILED) from error
