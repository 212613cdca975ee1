"""Names of jobs for the shell to complete."""

import io
import logging
import os
from contextlib import redirect_stderr

import typer

from loopjobs.cli._app import AppArguments, build_host
from loopjobs.cli._app.reference import VARIABLE


def complete_job(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names that begin like that; none where the application cannot be built."""
    named = context.params.get("app") or next(iter(context.params.get("names") or ()), None)
    app = named or os.environ.get(VARIABLE)
    logging.disable()
    try:
        # Nothing but names may reach the shell.
        with redirect_stderr(io.StringIO()):
            names = list(build_host(AppArguments(app, context.params.get("settings"))).jobs)
    except Exception:  # noqa: BLE001 - at the TAB key there is nobody to tell
        return []
    finally:
        logging.disable(logging.NOTSET)
    return [name for name in names if name.startswith(incomplete)]
