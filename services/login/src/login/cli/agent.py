"""`login agent`: the keep-alives of this very machine."""

import logging
import random
from typing import Annotated

import httpx
import typer

from login.cli.client_credentials import (
    ClientId,
    SecretFile,
    Target,
    client_refused,
    login_client,
    read_credentials,
)
from login.cli.options import Server, parse_mac
from login.client import (
    Agent,
    ClientRefusedError,
    LoginRefusedError,
    NoMachineIdError,
    NoNetworkCardError,
    PcIdentity,
    PcRemovedError,
    identify_this_machine,
)
from loopjobs import SystemClock
from servicekit.cli.log_lines import configure_logging, level_for
from servicekit.cli.mistakes import FAILED, CommandError
from servicekit.cli.options import Verbose
from servicekit.cli.until_signal import run_until_signal
from servicekit.mac import MacAddress

_log = logging.getLogger(__name__)


def agent(
    server: Server = "http://127.0.0.1:8080",
    mac: Annotated[
        MacAddress | None,
        typer.Option(parser=parse_mac, metavar="MAC", help="Instead of the one found."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Host name, instead of the one found.")] = None,
    client_id: ClientId = None,
    client_secret_file: SecretFile = None,
    verbose: Verbose = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Keep this machine online at the Login service, until stopped.

    The agent registers the machine, as a client of the service that may do so; sends keep-alives at
    the pace the service asks for, waits while the service is away, and says goodbye when it is
    stopped.
    """
    credentials = read_credentials(client_id, client_secret_file)
    identity = _identify(mac, name)
    configure_logging(level_for(verbose=verbose))
    run_until_signal(run_agent(identity, Target(server, credentials)))


async def run_agent(
    identity: PcIdentity, target: Target, transport: httpx.AsyncBaseTransport | None = None
) -> None:
    """Keep the PC present until cancelled.

    Raises:
        CommandError: The service does not want this PC, or this client.
    """
    server, clock = target.server, SystemClock()
    fields = {"server": server, "mac": str(identity.mac), "hostname": identity.hostname}
    _log.info("agent started", extra=fields)
    async with login_client(target, clock, transport) as client:
        keeper = Agent(client, identity, clock, random.SystemRandom())
        try:
            await keeper.run()
        except ClientRefusedError as error:
            raise client_refused(target, error) from error
        except PcRemovedError as error:
            raise CommandError(
                f"{server} says that an administrator has removed {identity.hostname} "
                f"({identity.mac}). Ask for it to be restored, then start the agent again.",
                FAILED,
            ) from error
        except LoginRefusedError as error:
            raise CommandError(
                f"{server} does not accept {identity.hostname} ({identity.mac}): {error}.",
                FAILED,
            ) from error


def _identify(mac: MacAddress | None, name: str | None) -> PcIdentity:
    try:
        return identify_this_machine(mac, name)
    except NoNetworkCardError as error:
        raise CommandError(f"{error}; name one with --mac.") from error
    except NoMachineIdError as error:
        raise CommandError(f"{error}; set XDG_STATE_HOME to a folder that can be used.") from error
