"""How long a password takes to verify, in the service itself and beside all else it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from time import thread_time

from nacl import pwhash


@contextmanager
def passwords_timed() -> Iterator[list[float]]:
    """Note of each verification what it takes of a processor, in seconds, during the block.

    Of the thread that verifies, and of it alone: the library does it all in one call. How long
    others keep it from a processor is not among it.
    """
    times: list[float] = []
    verify = pwhash.verify

    @wraps(verify)
    def timed(known: bytes, given: bytes) -> bool:
        before = thread_time()
        try:
            return verify(known, given)
        finally:
            times.append(thread_time() - before)

    pwhash.verify = timed  # type: ignore[assignment] # it takes what that takes
    try:
        yield times
    finally:
        pwhash.verify = verify
