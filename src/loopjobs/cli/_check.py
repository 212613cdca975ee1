"""`loopjobs check`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from loopjobs import BuildError, Host, ShownOption
from loopjobs.cli._app import AppArguments, build_host
from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._mistakes import ExitCode
from loopjobs.cli._option_tables import options_table
from loopjobs.cli._parameters import App, Json, SettingsFiles
from loopjobs.cli._text import safe


def check(
    app: App = None,
    settings: SettingsFiles = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Validate settings, registrations and dependencies, and show the options in force.

    Nothing is started. Each option is shown with where its value comes from; secrets are masked.
    With mistakes, all of them are told, and the exit code is 2.
    """
    arguments = AppArguments(app, settings)
    if not as_json:
        _print(results(), build_host(arguments))
        return
    try:
        host = build_host(arguments)
    except BuildError as error:
        print_document({"ok": False, "problems": [asdict(each) for each in error.problems]})
        raise typer.Exit(ExitCode.MISTAKE) from None
    print_document({"ok": True, "jobs": list(host.jobs), "sections": _sections(host.settings)})


def _sections(
    settings: Mapping[str, Sequence[ShownOption]],
) -> dict[str, list[dict[str, object]]]:
    return {name: [asdict(option) for option in options] for name, options in settings.items()}


def _print(console: Console, host: Host) -> None:
    for section, options in host.settings.items():
        console.print(Text(safe(section), style="bold"))
        console.print(Padding(options_table(options), (0, 0, 1, 2), expand=False))
    jobs, sections = len(host.jobs), len(host.settings)
    console.print(f"{jobs} job{'s' * (jobs != 1)}, {sections} sections: no mistakes found.")
