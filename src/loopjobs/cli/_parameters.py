"""What several commands ask for."""

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from loopjobs.cli._app.reference import VARIABLE
from loopjobs.cli._completion import complete_job

URL_VARIABLE: Final = "LOOPJOBS_URL"
TOKEN_VARIABLE: Final = "LOOPJOBS_TOKEN"  # noqa: S105 - a name, no secret

App: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="APP",
        envvar=VARIABLE,
        show_default=False,
        help="The builder: module:attribute or path/to/file.py:attribute.",
    ),
]
SettingsFiles: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Read instead of appsettings.json; later ones win. Repeatable. "
        "For an APP that is a function with a parameter settings_files.",
    ),
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON document, and nothing else.")
]
Verbose: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Log every run, and what libraries have to say.")
]
Url: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        envvar=URL_VARIABLE,
        help="Where the service has mounted its jobs, as in http://localhost:8080/jobs.",
    ),
]
# There is no option for the token itself: arguments are seen by all users of a machine.
TokenFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        help=f"Holds the access token; without it, {TOKEN_VARIABLE} does.",
    ),
]
Job: TypeAlias = Annotated[
    str, typer.Argument(metavar="JOB", show_default=False, help="The name of the job.")
]
JobOfApp: TypeAlias = Annotated[
    str | None,
    typer.Option("--job", metavar="JOB", autocompletion=complete_job, help="Only this one."),
]
