"""`login simulate`: a fleet of simulated PCs over real HTTP."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Annotated, Final

import httpx
import typer
from rich.console import Console

from login.cli.client_credentials import (
    ClientId,
    SecretFile,
    Target,
    client_refused,
    login_client,
    read_credentials,
)
from login.cli.options import Server
from login.cli.progress import Progress
from login.client import ClientRefusedError, LoginAwayError, LoginClient
from login.client.fleet import (
    LARGEST_FLEET,
    Fleet,
    FleetPlan,
    FleetTally,
    LifePattern,
    MeteredTransport,
    http_lanes,
)
from loopjobs import Clock, SystemClock
from servicekit.cli.mistakes import CommandError
from servicekit.cli.program_console import ProgramConsole
from servicekit.cli.until_signal import run_until_signal

CONNECTIONS: Final = 16
_LONGEST_RAMP: Final = 10.0


def simulate(  # noqa: PLR0913, PLR0917 - the options of a command line
    server: Server = "http://127.0.0.1:8080",
    pcs: Annotated[int, typer.Option(min=1, max=LARGEST_FLEET, help="How many PCs.")] = 100,
    duration: Annotated[
        float | None, typer.Option(min=0.1, metavar="S", help="Seconds; for ever without it.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same lives.")] = 0,
    keep_alive_interval: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="S", help="Instead of the pace the service asks for."),
    ] = None,
    stay: Annotated[
        float,
        typer.Option(min=1, metavar="S", help="Seconds a PC stays online at a time, on average."),
    ] = 120.0,
    client_id: ClientId = None,
    client_secret_file: SecretFile = None,
) -> None:
    """Let simulated PCs come, go cleanly, fall silent and return.

    A PC is away for a third of the time it stays, on average; half of the stays end without a
    word. Ctrl-C ends the simulation with a summary.
    """
    target = Target(server, read_credentials(client_id, client_secret_file))
    pattern = LifePattern(
        mean_stay=stay, mean_absence=stay / 3, ramp=min(keep_alive_interval or 5.0, _LONGEST_RAMP)
    )
    plan = FleetPlan(pcs=pcs, seed=seed, pattern=pattern, pace=keep_alive_interval)
    run_until_signal(run_simulation(plan, target, duration, ProgramConsole(), SystemClock()))


async def run_simulation(
    plan: FleetPlan,
    target: Target,
    duration: float | None,
    console: Console,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
) -> None:
    """Simulate, for that many seconds or until cancelled, and show it.

    Raises:
        CommandError: No Login service answers, or it does not let this client register PCs.
    """
    tally = FleetTally()
    lanes = [transport] if transport else http_lanes(CONNECTIONS)
    async with login_client(target, clock, MeteredTransport(lanes, tally, clock)) as client:
        await _check(client, target)
        console.print(
            f"{plan.pcs} simulated PCs against {target.server}, seed {plan.seed}. Ctrl-C ends it.",
            soft_wrap=True,
            highlight=False,
        )
        progress = Progress(tally, clock, console)
        fleet = Fleet(plan, client, tally, clock)
        refusals: list[ClientRefusedError] = []
        try:
            await _show_while(progress, fleet.run(duration))
        except* ClientRefusedError as group:
            refusals += _leaves(group)
        finally:
            progress.summarize(plan.pcs)
    if refusals:
        raise client_refused(target, refusals[0])


async def _check(client: LoginClient, target: Target) -> None:
    try:
        await client.check()
    except LoginAwayError as error:
        raise CommandError(
            f"no Login service answers at {target.server}: {error}. "
            "Start one with 'login serve', or name another with --server."
        ) from error
    except ClientRefusedError as error:
        raise client_refused(target, error) from error


async def _show_while(progress: Progress, running: Coroutine[object, object, None]) -> None:
    async with asyncio.TaskGroup() as group:
        showing = group.create_task(progress.show())
        await running
        showing.cancel()


def _leaves(group: ExceptionGroup[ClientRefusedError]) -> Iterator[ClientRefusedError]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
