"""Who a command is to the Login service."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import httpx
import typer

from login.client import AccessTokens, ClientCredentials, ClientRefusedError, LoginClient
from loopjobs import Clock
from servicekit.cli.mistakes import FAILED, CommandError

ID_VARIABLE: Final = "LOGIN_CLIENT_ID"
SECRET_VARIABLE: Final = "LOGIN_CLIENT_SECRET"  # noqa: S105 - a name, no secret
FILE_VARIABLE: Final = "LOGIN_CLIENT_SECRET_FILE"

ClientId: TypeAlias = Annotated[
    str | None,
    typer.Option(envvar=ID_VARIABLE, metavar="ID", help="Who this is to the service."),
]
# There is no option for the secret itself: arguments are seen by all users of a machine.
SecretFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--client-secret-file",
        envvar=FILE_VARIABLE,
        metavar="FILE",
        help=f"Holds the secret of the client; without it, {SECRET_VARIABLE} does.",
    ),
]


@dataclass(frozen=True, slots=True)
class Target:
    """A service, and who a command is to it."""

    server: str
    credentials: ClientCredentials


@asynccontextmanager
async def login_client(
    target: Target, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[LoginClient]:
    """Open a client of the service; one access token serves all who use it."""
    async with httpx.AsyncClient(base_url=target.server, transport=transport) as http:
        yield LoginClient(http, AccessTokens(http, target.credentials, clock))


def read_credentials(client_id: str | None, secret_file: Path | None) -> ClientCredentials:
    """Return what the command proves with that it may register PCs.

    Raises:
        CommandError: Some of it is missing or cannot be read.
    """
    if not client_id:
        raise CommandError(
            f"the Login service wants to know who registers PCs: give --client-id or {ID_VARIABLE}."
        )
    secret = _read(secret_file) if secret_file else os.environ.get(SECRET_VARIABLE, "")
    if not secret:
        raise CommandError(
            f"the secret of the client {client_id!r} is missing: "
            f"give --client-secret-file, or set {SECRET_VARIABLE}."
        )
    return ClientCredentials(client_id, secret)


def client_refused(target: Target, error: ClientRefusedError) -> CommandError:
    """Return how a command ends that the service does not let register PCs."""
    return CommandError(
        f"{target.server} does not let the client {target.credentials.client_id!r} register PCs: "
        f"{error}. Check its id, its secret, and that it has the scope pcs:enroll.",
        FAILED,
    )


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        raise CommandError(f"cannot read the secret in {file}: {error.strerror}.") from error
    except UnicodeDecodeError:
        # Without the cause, which shows what was read.
        raise CommandError(f"cannot read the secret in {file}: it is not text.") from None
