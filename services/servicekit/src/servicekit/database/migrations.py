"""Brings the schema up to date when a service starts."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Self

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from loopjobs import Clock, StartError
from servicekit.database.database import Database
from servicekit.faults import StoreBusyError

_log = logging.getLogger(__name__)

_ATTEMPTS = 5
_PAUSE_IN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Revisions:
    """Where the revisions of a service are."""

    directory: Path
    """Holds Alembic's `env.py` and `versions`."""

    @classmethod
    def of(cls, package: ModuleType) -> Self:
        """Return the revisions in the folder `migrations` of a package."""
        (folder,) = package.__path__
        return cls(Path(folder) / "migrations")


class MigrationService:
    """A hosted service that applies Alembic revisions before anything else starts.

    Harmless when there is nothing to do. Processes that start at once take turns: the first one
    migrates in one transaction, the others wait and find the work done.

    Args:
        database: what to migrate.
        revisions: how to migrate it.
        clock: paces new attempts while the database is busy.
    """

    def __init__(self, database: Database, revisions: Revisions, clock: Clock) -> None:
        self._database = database
        self._revisions = revisions
        self._clock = clock

    async def start(self) -> None:
        """Apply the revisions that are missing.

        Raises:
            StartError: other processes kept the database busy for too long.
            StoreUnavailableError: the database cannot be reached.
        """
        self._database.prepare()
        for attempt in range(1, _ATTEMPTS):
            # Beside the busy timeout: SQLite does not wait where two open a new file at once.
            with suppress(StoreBusyError):
                await self._migrate()
                return
            _log.warning("database busy before migration", extra={"attempt": attempt})
            await self._clock.sleep(_PAUSE_IN_SECONDS)
        try:
            await self._migrate()
        except StoreBusyError as error:
            raise StartError(
                "the schema could not be brought up to date: other processes keep the "
                "database busy. Look for one that writes without end, then start again"
            ) from error

    async def stop(self) -> None:
        """Nothing is left to end."""

    async def _migrate(self) -> None:
        async with self._database.changing_schema() as connection:
            await connection.run_sync(self._upgrade)

    def _upgrade(self, connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(self._revisions.directory).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
