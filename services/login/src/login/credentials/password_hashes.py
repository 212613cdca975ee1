"""Hashes of passwords, by Argon2id."""

import asyncio
import logging
import secrets
from base64 import b64encode
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError
from nacl import pwhash
from nacl.exceptions import InvalidkeyError

from login.credentials.options import PasswordOptions
from login.domain.accounts.passwords import LONGEST, as_bytes

_log = logging.getLogger(__name__)

_SALT: Final = 16
_HASH: Final = 32

T = TypeVar("T")


class Argon2Hashes:
    """`PasswordHashes` that are made in threads, so many at once and no more.

    They are made by the reference implementation and verified by libsodium's, which needs half the
    time for the same, and without the interpreter's lock, too; it makes none with a parallelism of
    its own.

    Args:
        options: how much work a hash is.
    """

    def __init__(self, options: PasswordOptions) -> None:
        self._hasher = PasswordHasher(
            time_cost=options.iterations,
            memory_cost=options.memory_in_kibibytes,
            parallelism=options.parallelism,
            hash_len=_HASH,
            salt_len=_SALT,
        )
        self._free = asyncio.Semaphore(options.concurrent_hashes)
        self._nobodys = _made_up(options)

    async def hash(self, password: str) -> str:
        """Return a new hash."""
        return await self._in_thread(lambda: self._hasher.hash(as_bytes(password)))

    async def verify(self, password: str, known: str | None) -> bool:
        """Return whether the hash is of that password; without a hash it takes as long."""
        # No longer than one byte more than a password may have: that one is not right either.
        given = as_bytes(password)[: LONGEST + 1]
        return await self._in_thread(lambda: self._verify(known or self._nobodys, given))

    def is_outdated(self, known: str) -> bool:
        """Return whether the hash was made with other parameters than are wanted now."""
        return self._hasher.check_needs_rehash(known)

    def _verify(self, known: str, given: bytes) -> bool:
        try:
            extract_parameters(known)
            return pwhash.verify(known.encode(), given)
        except InvalidkeyError:
            return False
        except InvalidHashError:
            # Only its owner can mend it, by setting a new password.
            _log.error("a user has a password hash that is none")
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        async with self._free:
            return await asyncio.to_thread(work)


def _made_up(options: PasswordOptions) -> str:
    """Return a hash that no password has, and that takes as long to verify as any other."""
    work = f"m={options.memory_in_kibibytes},t={options.iterations},p={options.parallelism}"
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_SALT, _HASH)
    )
    return f"$argon2id$v=19${work}${salt}${digest}"
