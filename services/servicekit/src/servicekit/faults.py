"""What can be wrong with a store, in words that rules and endpoints understand."""


class StoreUnavailableError(Exception):
    """The store cannot be reached or cannot serve now; nothing is known about its content."""


class StoreBusyError(StoreUnavailableError):
    """The store is in use by others for longer than we are ready to wait; trying again helps."""
