"""What to do when another transaction has just created what this one was about to create."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from servicekit.database import postgresql, sqlite
from servicekit.faults import StoreBusyError

ResultT = TypeVar("ResultT")


async def again_on_conflict(attempt: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Return what a transaction returns; one that meets a unique index is tried once more.

    The second time it sees what the other one has written, and decides anew.

    Raises:
        StoreBusyError: there was another conflict; trying again later helps.
    """
    try:
        return await attempt()
    except IntegrityError as error:
        if not _is_duplicate(error):
            raise
    try:
        return await attempt()
    except IntegrityError as error:
        if not _is_duplicate(error):
            raise
        raise StoreBusyError("others keep writing what is being written here") from error


def _is_duplicate(error: IntegrityError) -> bool:
    return sqlite.is_duplicate(error.orig) or postgresql.is_duplicate(error.orig)
