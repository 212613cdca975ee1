"""`login serve`: the service itself."""

from servicekit.cli.log_lines import log_output
from servicekit.cli.options import SettingsFiles, Verbose
from servicekit.cli.serving import serve_until_stopped


def serve(
    settings: SettingsFiles = None,
    verbose: Verbose = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Serve PCs and run the jobs, until stopped.

    SIGTERM or Ctrl-C ends it cleanly; a second one at once. Mistakes in the settings are listed
    before anything starts.
    """
    # Here, so that an agent on a small PC does not load the whole service.
    from login.app import build_host_builder  # noqa: PLC0415

    log = log_output(verbose=verbose)
    serve_until_stopped(build_host_builder(settings_files=settings or None, log=log))
