"""Runs that outlive the process: a store in SQLite or PostgreSQL, and a job that keeps it small."""

from loopjobs.history._cleanup import HistoryCleanupJob
from loopjobs.history._cleanup_options import HistoryCleanupJobOptions
from loopjobs.history._errors import HistoryUnavailableError
from loopjobs.history._options import HistoryOptions
from loopjobs.history._reading import WholeHistory, read_history
from loopjobs.history._registration import HistoryTarget, add_history
from loopjobs.history._views import RunHistory, SkippedSlots, StoredRun

__all__ = [
    "HistoryCleanupJob",
    "HistoryCleanupJobOptions",
    "HistoryOptions",
    "HistoryTarget",
    "HistoryUnavailableError",
    "RunHistory",
    "SkippedSlots",
    "StoredRun",
    "WholeHistory",
    "add_history",
    "read_history",
]
