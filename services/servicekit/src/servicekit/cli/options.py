"""What the commands of both services ask for."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

SettingsFiles: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Read instead of appsettings.json; later ones win. Repeatable.",
    ),
]
Verbose: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Log more, each HTTP request included.")
]
