"""`loopjobs status`."""

import asyncio
from typing import Annotated

import typer

from loopjobs.cli._consoles import print_document, results
from loopjobs.cli._mistakes import ExitCode
from loopjobs.cli._parameters import Json, TokenFile, Url
from loopjobs.cli._remote.look import Lookout
from loopjobs.cli._remote.mount import parse_mount
from loopjobs.cli._remote.service import open_service
from loopjobs.cli._remote.token import read_token
from loopjobs.cli._remote.watching import watch
from loopjobs.cli._surroundings import surroundings_of


def status(
    context: typer.Context,
    job: Annotated[
        str | None,
        typer.Argument(metavar="JOB", show_default=False, help="One job, in detail."),
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
    is_watching: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--watch", "-w", help="Look every two seconds, until Ctrl-C.")
    ] = False,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show how the jobs of a running service are, or one of them in detail.

    Exit codes, as of a health check: 0 healthy or degraded, 1 unhealthy or out of reach,
    2 a mistake. `--watch` waits for a service that is away; with `--json` each look is a line.
    """
    mount, token = parse_mount(url), read_token(token_file)
    surroundings, console = surroundings_of(context), results()

    async def look() -> ExitCode:
        async with open_service(mount, token, surroundings.transport) as service:
            lookout = Lookout(service, job, surroundings.clock)
            if is_watching:
                await watch(lookout, console, as_json=as_json)
            view = await lookout.look(console.width)
        if as_json:
            print_document(view.document)
        else:
            console.print(view.picture)
        return view.exit_code

    try:
        code = asyncio.run(look())
    except KeyboardInterrupt:
        # How a watch ends.
        code = ExitCode.DONE if is_watching else ExitCode.INTERRUPTED
    raise typer.Exit(code)
