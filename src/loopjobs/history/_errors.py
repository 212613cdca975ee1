"""What can go wrong with a store."""

from loopjobs import LoopJobsError


class HistoryUnavailableError(LoopJobsError):
    """The store of the history does not answer, or keeps others waiting for too long.

    It names host and database, never a password.
    """


class RowRefusedError(LoopJobsError):
    """The store answers, but will not have a row; trying again is in vain."""
