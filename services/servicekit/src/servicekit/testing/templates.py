"""Migrated databases, each copied from one that was migrated once."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from loopjobs import SystemClock
from servicekit.database import Database, DatabaseOptions, MigrationService, Revisions
from servicekit.testing.places import Place


class Templates:
    """Keeps one migrated database for each kind of database and each service's revisions.

    Args:
        places: tells where databases of a kind are made; asked when the first one is wanted.
    """

    def __init__(self, places: Callable[[str], Place]) -> None:
        self.place = places
        self._made: dict[tuple[str, Path], str] = {}

    @contextmanager
    def empty(self, kind: str) -> Iterator[str]:
        """Lend a database without any tables; gives its URL."""
        place = self.place(kind)
        url = place.create()
        try:
            yield url
        finally:
            place.drop(url)

    @contextmanager
    def migrated(self, kind: str, revisions: Revisions) -> Iterator[str]:
        """Lend a database on the newest revision; gives its URL."""
        place = self.place(kind)
        url = place.copy(self._template(kind, revisions))
        try:
            yield url
        finally:
            place.drop(url)

    def _template(self, kind: str, revisions: Revisions) -> str:
        key = kind, revisions.directory
        if key not in self._made:
            url = self.place(kind).create()
            asyncio.run(_migrate(url, revisions))
            self._made[key] = url
        return self._made[key]

    def close(self) -> None:
        """Remove the databases that were copied."""
        for (kind, _), url in self._made.items():
            self.place(kind).drop(url)
        self._made.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def _migrate(url: str, revisions: Revisions) -> None:
    async with Database(DatabaseOptions.model_validate({"Url": url})) as database:
        await MigrationService(database, revisions, SystemClock()).start()
