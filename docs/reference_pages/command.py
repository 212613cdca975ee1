"""The page of the command."""

from collections.abc import Iterator, Sequence

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from loopjobs.cli._application import application
from loopjobs.cli._mistakes import ExitCode
from reference_pages.writing import attribute_docstrings, one_line, table


def command() -> Iterator[str]:
    """Write the page."""
    yield "# The command `loopjobs`"
    yield ""
    yield "[How to use it](../how-to/use-the-command.md) tells what it is for."
    yield from ["", "## Exit codes", ""]
    said = attribute_docstrings(ExitCode)
    yield from table(("Code", "Meaning"), [(str(each.value), said[each.name]) for each in ExitCode])
    group = typer.main.get_command(application())
    if isinstance(group, TyperGroup):
        for name, command in group.commands.items():
            yield from ["", f"## {name}", "", (command.help or "").strip(), ""]
            yield from table(("Parameter", "Variable", "Meaning"), _parameters(command.params))


def _parameters(parameters: Sequence[object]) -> Iterator[Sequence[str]]:
    for parameter in parameters:
        if isinstance(parameter, TyperArgument):
            names, value = parameter.metavar or "", ""
        elif isinstance(parameter, TyperOption):
            names, value = ", ".join(parameter.opts), parameter.metavar or ""
        else:
            continue
        variable = f"`{parameter.envvar}`" if parameter.envvar else ""
        yield f"`{f'{names} {value}'.strip()}`", variable, one_line(parameter.help)
