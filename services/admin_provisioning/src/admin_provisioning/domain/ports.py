"""What the rules need from elsewhere."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import BinaryIO, Protocol


class FileStore(Protocol):
    """Keeps uploaded files, each under a key that the service chose.

    Raises of every verb: `ValueError` for a key that is none, `StoreUnavailableError` when the
    store cannot serve it now.
    """

    async def save(self, key: str, content: BinaryIO) -> None:
        """Keep what is read from here to the end of `content`: all of it, or nothing.

        What was kept under this key before is replaced.
        """
        ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """Give the content piece by piece.

        Raises:
            FileNotFoundError: nothing is kept under this key.
        """
        ...

    async def delete(self, key: str) -> bool:
        """Forget a file; returns whether there was one."""
        ...

    async def stored_before(self, instant: datetime) -> Sequence[str]:
        """List the keys of files that were stored before an instant, the oldest first."""
        ...
