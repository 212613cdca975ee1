"""The signing keys as this process knows them."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from login.credentials.key_directory import KeyDirectory, KeyDirectoryError
from login.credentials.options import LoginTokenOptions
from login.credentials.signing_keys import SigningKey, choose_signer
from loopjobs import Clock, StartError
from servicekit.tokens import VerificationKey

_log = logging.getLogger(__name__)

FRESH_FOR: Final = 60.0
"""Seconds: for so long the directory is not read again."""


class KeyRing:
    """A `KeySource`, and a hosted service: without keys the service does not start.

    The directory is read anew once a minute at the most, so a key that another process makes is
    published soon. A directory that cannot be read any more changes nothing.

    Args:
        directory: where the keys are.
        options: how long a key is published before it signs.
        clock: tells when to read again.
    """

    def __init__(self, directory: KeyDirectory, options: LoginTokenOptions, clock: Clock) -> None:
        self._directory = directory
        self._delay = timedelta(seconds=options.activation_delay_in_seconds)
        self._clock = clock
        self._keys: Sequence[SigningKey] = ()
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def start(self) -> None:
        """Read the keys; the first start makes one.

        Raises:
            StartError: they cannot be used.
        """
        try:
            await self.all()
        except KeyDirectoryError as error:
            raise StartError(f"the keys for access tokens cannot be used: {error}") from error

    async def stop(self) -> None:
        """Nothing is left to end."""

    async def find(self, key_id: str) -> VerificationKey | None:
        """Return the public key of that name, or `None`."""
        keys = (key.verification for key in await self.all())
        return next((key for key in keys if key.key_id == key_id), None)

    async def signer(self) -> SigningKey:
        """Return the key that signs now."""
        return choose_signer(await self.all(), self._delay, self._clock.now())

    async def all(self) -> Sequence[SigningKey]:
        """Return all keys, oldest first.

        Raises:
            KeyDirectoryError: they cannot be read, and never could.
        """
        if self._is_old():
            async with self._reading:
                if self._is_old():
                    await self._read()
        return self._keys

    def _is_old(self) -> bool:
        return self._clock.monotonic() - self._read_at >= FRESH_FOR

    async def _read(self) -> None:
        try:
            now = self._clock.now()
            self._keys = await asyncio.to_thread(self._directory.read_or_create, now)
        except KeyDirectoryError as error:
            if not self._keys:
                raise
            # Whoever looks after the keys must see it; who signs in must not.
            _log.error("the keys for access tokens cannot be read anew: %s", error)
        self._read_at = self._clock.monotonic()
