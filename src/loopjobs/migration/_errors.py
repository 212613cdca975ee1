"""What keeps the kit from reading or writing."""

from loopjobs import LoopJobsError


class MigrationError(LoopJobsError):
    """Something cannot be read or written; the message says what, where, and what to do."""
