"""`admin-provisioning serve`: the service itself."""

from pathlib import Path
from typing import Annotated

import typer

from admin_provisioning.app import build_host_builder
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
    verbose: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--verbose", "-v", help="Log more, each HTTP request included.")
    ] = False,
) -> None:
    """Take lists of PCs in and run the jobs, until stopped.

    SIGTERM or Ctrl-C ends it cleanly; a second one at once. Mistakes in the settings are listed
    before anything starts.
    """
    configure_logging(level_for(verbose=verbose))
    try:
        build_host_builder(settings_files=settings or None).run()
    except StartError as error:
        raise CommandError(str(error), FAILED) from error
