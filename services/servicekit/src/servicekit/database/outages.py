"""Tells errors of the store from errors of a statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from servicekit.database import postgresql, sqlite
from servicekit.faults import StoreBusyError, StoreUnavailableError

_ABOUT_A_STATEMENT: Final = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


@contextmanager
def outages_translated(place: str) -> Iterator[None]:
    """Raise `StoreUnavailableError` for what SQLAlchemy raises when the store is at fault.

    Errors about a statement or a row (a broken constraint, say) pass as they are.

    Args:
        place: where the database is, without secrets; it ends up in logs.
    """
    try:
        yield
    except NoConnectionFreeError as error:
        raise StoreBusyError("no database connection became free in time") from error
    except DBAPIError as error:
        if isinstance(error, _ABOUT_A_STATEMENT) and not error.connection_invalidated:
            raise
        if sqlite.is_busy(error.orig) or postgresql.is_busy(error.orig):
            raise StoreBusyError("the database stays locked by others") from error
        # The text of the original error may hold a row's values; its type says enough.
        kind = type(error.orig).__name__
        raise StoreUnavailableError(
            f"the database {place} cannot serve now: {kind}; see whether it is there, can be "
            "reached, and lets this service in"
        ) from error
