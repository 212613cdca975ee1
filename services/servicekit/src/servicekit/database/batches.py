"""How to be gentle while deleting much."""

from typing import Final

_SQLITE_PAUSE: Final = 0.05
"""Seconds: SQLite has one writer, and the others need their turn between two batches."""


def batch_pause(milliseconds: int | None, *, is_sqlite: bool) -> float:
    """Return the seconds to wait between two batches.

    Args:
        milliseconds: what the settings say; `None` leaves it to the database.
        is_sqlite: whether it is SQLite; PostgreSQL needs no pause.
    """
    if milliseconds is not None:
        return milliseconds / 1000
    return _SQLITE_PAUSE if is_sqlite else 0.0
