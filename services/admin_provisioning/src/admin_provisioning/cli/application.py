"""The command line as a whole."""

import sys
from collections.abc import Sequence

import typer

from admin_provisioning.cli.serve import serve
from servicekit.cli.mistakes import CommandError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; ends the process.

    Args:
        arguments: What follows the name of the command, instead of the process's own.
    """
    try:
        _application()(arguments, prog_name="admin-provisioning")
    except CommandError as error:
        typer.echo(f"admin-provisioning: {error}", err=True)
        sys.exit(error.exit_code)


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
