"""What can be wrong with a store, in words that rules and endpoints understand."""

from typing import Final

from loopjobs import LeaseLostError


class StoreUnavailableError(Exception):
    """The store cannot be reached or cannot serve now; nothing is known about its content."""


class StoreBusyError(StoreUnavailableError):
    """The store is in use by others for longer than we are ready to wait; trying again helps."""


NOT_ABOUT_A_ROW: Final = (StoreUnavailableError, LeaseLostError, OSError)
"""Errors that say nothing about what was being written: whoever goes on with the other rows when
one cannot be written lets these pass."""
