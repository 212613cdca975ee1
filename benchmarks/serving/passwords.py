"""How long a password takes to verify, in the service itself and beside all else it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from time import thread_time

from argon2 import PasswordHasher


@contextmanager
def passwords_timed() -> Iterator[list[float]]:
    """Note of each verification what it takes of a processor, in seconds, during the block.

    Of the thread that verifies, and of it alone: the library does it all in one call. How long
    others keep it from a processor is not among it.
    """
    times: list[float] = []
    verify = PasswordHasher.verify

    @wraps(verify)
    def timed(hasher: PasswordHasher, known: str | bytes, given: str | bytes) -> bool:
        before = thread_time()
        try:
            return verify(hasher, known, given)
        finally:
            times.append(thread_time() - before)

    PasswordHasher.verify = timed  # type: ignore[assignment, method-assign]
    try:
        yield times
    finally:
        PasswordHasher.verify = verify  # type: ignore[method-assign]
