"""What the environment of the process says: the name of the environment, and overrides."""

import os
from collections.abc import Mapping
from typing import Final

from loopjobs._host.settings.growth import Given, grow
from loopjobs._host.settings.tree import Branch
from loopjobs._words.errors import Problem

ENVIRONMENT_VARIABLE: Final = "LOOPJOBS_ENVIRONMENT"
DEFAULT_ENVIRONMENT: Final = "Production"
SOURCE: Final = "environment variable"


def capture() -> Mapping[str, str]:
    """Copy the environment variables. This is the one place where they are read."""
    return dict(os.environ)


def environment_name(given: str | None, variables: Mapping[str, str]) -> str:
    """Tell the environment: the one given, else that of the variable, else `Production`."""
    return given or variables.get(ENVIRONMENT_VARIABLE) or DEFAULT_ENVIRONMENT


def check_environment_name(name: str) -> Problem | None:
    """Refuse a name that cannot be part of a file name."""
    if not set(name) & {"/", "\\", "\0"}:
        return None
    what = f"the name of the environment cannot be part of a file name, given {name!r}"
    return Problem(ENVIRONMENT_VARIABLE, what, "Use letters and digits.")


def variables_layer(
    variables: Mapping[str, str], section: tuple[str, ...], problems: list[Problem]
) -> Branch:
    """Lay out the variables of one section: `Section__Key__SubKey`, in any case, as in .NET.

    Variables of the section's own name are not looked at: `HOST` or `PATH` are somebody else's.
    """
    wanted = [name.casefold() for name in section]
    givens = []
    for name in sorted(variables):
        path = tuple(name.split("__"))
        if len(path) > len(wanted) and [part.casefold() for part in path[: len(wanted)]] == wanted:
            givens.append(Given(path, variables[name], f"{SOURCE} {name}"))
    return grow(givens, SOURCE, problems)


def variable_for(path: str) -> str:
    """Name the variable that would set the value at a settings path."""
    return path.replace(":", "__")
