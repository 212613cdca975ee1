"""Runs that outlive the process: a store in SQLite or PostgreSQL, and a job that keeps it small."""

from loopjobs.history._options import HistoryOptions
from loopjobs.history._views import RunHistory, SkippedSlots, StoredRun

__all__ = ["HistoryOptions", "RunHistory", "SkippedSlots", "StoredRun"]
