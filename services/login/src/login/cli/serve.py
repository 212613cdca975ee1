"""`login serve`: the service itself."""

from pathlib import Path
from typing import Annotated

import typer

from login.cli.options import Verbose
from loopjobs import StartError
from servicekit.cli.log_lines import configure_logging, level_for
from servicekit.cli.mistakes import FAILED, CommandError


def serve(
    settings: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Read instead of appsettings.json; later ones win. Repeatable."
        ),
    ] = None,
    verbose: Verbose = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Serve PCs and run the jobs, until stopped.

    SIGTERM or Ctrl-C ends it cleanly; a second one at once. Mistakes in the settings are listed
    before anything starts.
    """
    # Here, so that an agent on a small PC does not load the whole service.
    from login.app import build_host_builder  # noqa: PLC0415

    configure_logging(level_for(verbose=verbose))
    try:
        build_host_builder(settings_files=settings or None).run()
    except StartError as error:
        raise CommandError(str(error), FAILED) from error
