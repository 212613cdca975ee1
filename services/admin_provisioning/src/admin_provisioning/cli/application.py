"""The command line as a whole."""

from collections.abc import Sequence

import typer

from admin_provisioning.cli.serve import serve
from servicekit.cli.program import run_program


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; ends the process.

    Args:
        arguments: What follows the name of the command, instead of the process's own.
    """
    run_program(_application(), "admin-provisioning", arguments)


def _application() -> typer.Typer:
    application = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    # A callback of its own keeps the name of a single command from being swallowed.
    application.callback()(_explain)
    application.command()(serve)
    return application


def _explain() -> None:
    """The AdminProvisioning service: bulk jobs that register, update and delete PCs."""
