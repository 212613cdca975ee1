"""Commands that work on what the service keeps, beside the service."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from dishka import AsyncContainer

from loopjobs import BuildError, StartError
from servicekit.cli.log_lines import configure_logging, level_for
from servicekit.cli.mistakes import FAILED, CommandError
from servicekit.faults import StoreUnavailableError

Work: TypeAlias = Callable[[AsyncContainer], Awaitable[None]]

_LONGEST_ACTOR: Final = 64


def with_service(settings: Sequence[Path] | None, work: Work) -> None:
    """Do something with the parts of the service, none of which is started.

    Raises:
        CommandError: the settings are wrong, or what is asked for cannot be done.
    """
    # Here, so that an agent on a small PC does not load the whole service.
    from login.app import build_host_builder  # noqa: PLC0415

    configure_logging(level_for(verbose=False))
    try:
        host = build_host_builder(settings_files=settings or None).build()
    except BuildError as error:
        raise CommandError(str(error)) from error
    asyncio.run(_work_and_close(host.container, work))


async def _work_and_close(container: AsyncContainer, work: Work) -> None:
    from login.credentials.key_directory import KeyDirectoryError  # noqa: PLC0415 - as above
    from login.domain.accounts.errors import AccountError  # noqa: PLC0415 - as above

    try:
        await work(container)
    except AccountError as error:
        raise CommandError(f"{error}.") from error
    except (StartError, StoreUnavailableError, KeyDirectoryError) as error:
        raise CommandError(str(error), FAILED) from error
    finally:
        await container.close()


async def migrate(container: AsyncContainer) -> None:
    """Bring the schema up to date, as the service does when it starts."""
    from servicekit.database import MigrationService  # noqa: PLC0415 - as above

    await (await container.get(MigrationService)).start()


def actor() -> str:
    """Return who works at the prompt, as the audit has it."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        # A container may run under a number that no account has.
        name = "unknown"
    return f"cli:{name}"[:_LONGEST_ACTOR]
