"""What the commands share that act on a job of a running service."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import typer

from loopjobs.cli._remote.mount import parse_mount
from loopjobs.cli._remote.service import Document, open_service
from loopjobs.cli._remote.token import read_token
from loopjobs.cli._surroundings import surroundings_of


@dataclass(frozen=True, slots=True)
class Target:
    """A service, and where the right to act on it comes from."""

    url: str | None
    token_file: Path | None


def act(
    context: typer.Context, target: Target, job: str, action: str, wait: float = 0.0
) -> Document:
    """Trigger, pause or resume a job; return what the service answers.

    Raises:
        CommandError: It could not be asked, or says no.
    """
    mount, token = parse_mount(target.url), read_token(target.token_file)
    transport = surroundings_of(context).transport

    async def ask() -> Document:
        async with open_service(mount, token, transport) as service:
            return await service.act(job, action, wait)

    return asyncio.run(ask())
