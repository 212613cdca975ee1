"""Uploaded files in memory."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from loopjobs import Clock


class FakeFiles:
    """A `FileStore` on a dictionary; while it is broken, every verb raises."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.stored: dict[str, datetime] = {}
        self.broken: Exception | None = None

    def add(self, key: str, age: timedelta = timedelta(0)) -> str:
        """Put a file there that was stored some time ago; returns its key."""
        self.stored[key] = self._clock.now() - age
        return key

    async def save(self, key: str, content: BinaryIO) -> None:
        self._fail()
        self.stored[key] = self._clock.now()

    async def read(self, key: str) -> AsyncIterator[bytes]:
        self._fail()
        yield key.encode()

    async def delete(self, key: str) -> bool:
        self._fail()
        return self.stored.pop(key, None) is not None

    async def stored_before(self, instant: datetime) -> Sequence[str]:
        self._fail()
        return [key for key, at in self.stored.items() if at < instant]

    def _fail(self) -> None:
        if self.broken is not None:
            raise self.broken
