"""A job under two schedulers at once, while it moves from APScheduler 3 to a loop of its own."""

from loopjobs.side_by_side._comparison import Comparison, Lone, Pair, Verdict, compare
from loopjobs.side_by_side._entries import Entry, Kind, Side
from loopjobs.side_by_side._handover import Answer, Handover, HandoverError
from loopjobs.side_by_side._journal import FileJournal, Journal, JournalError, read_journal
from loopjobs.side_by_side._old_history import read_old_history
from loopjobs.side_by_side._old_runs import OldRuns
from loopjobs.side_by_side._reasons import Why
from loopjobs.side_by_side._shadow import ShadowRuns, add_shadow
from loopjobs.side_by_side._stored_runs import entries_of_history

__all__ = [
    "Answer",
    "Comparison",
    "Entry",
    "FileJournal",
    "Handover",
    "HandoverError",
    "Journal",
    "JournalError",
    "Kind",
    "Lone",
    "OldRuns",
    "Pair",
    "ShadowRuns",
    "Side",
    "Verdict",
    "Why",
    "add_shadow",
    "compare",
    "entries_of_history",
    "read_journal",
    "read_old_history",
]
