"""The command line as a whole."""

import sys
from collections.abc import Sequence

import typer

from login.cli.agent import agent
from login.cli.keys import keys
from login.cli.serve import serve
from login.cli.simulate import simulate
from login.cli.users import users
from servicekit.cli.mistakes import CommandError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; ends the process.

    Args:
        arguments: What follows the name of the command, instead of the process's own.
    """
    try:
        _application()(arguments, prog_name="login")
    except CommandError as error:
        typer.echo(f"login: {error}", err=True)
        sys.exit(error.exit_code)


def _application() -> typer.Typer:
    application = typer.Typer(
        help="The Login service: PCs, the people who sign in, and the jobs that look after both.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    for command in (serve, agent, simulate):
        application.command()(command)
    application.add_typer(users, name="users")
    application.add_typer(keys, name="keys")
    return application
