"""Leaving another scheduler: what it has, what of it moves, and what will be different."""

from loopjobs.migration._cron import (
    CronTimes,
    Dialect,
    UntranslatableCronError,
    translate_cron,
)
from loopjobs.migration._errors import MigrationError
from loopjobs.migration._facts import (
    Calendar,
    Every,
    OldJob,
    OldScheduler,
    OldTrigger,
    OverlapPolicy,
    Scheduler,
    Unmovable,
)
from loopjobs.migration._files import read_file
from loopjobs.migration._findings import Finding, Topic
from loopjobs.migration._inventory import Inventory, take_stock
from loopjobs.migration._moves import Move, Verdict
from loopjobs.migration._option_fields import OptionField
from loopjobs.migration._schedules import Preferences
from loopjobs.migration._settings_file import SettingsEdit, plan_edit
from loopjobs.migration._settings_text import Added, add_sections
from loopjobs.migration._tables import read_database

__all__ = [
    "Added",
    "Calendar",
    "CronTimes",
    "Dialect",
    "Every",
    "Finding",
    "Inventory",
    "MigrationError",
    "Move",
    "OldJob",
    "OldScheduler",
    "OldTrigger",
    "OptionField",
    "OverlapPolicy",
    "Preferences",
    "Scheduler",
    "SettingsEdit",
    "Topic",
    "Unmovable",
    "UntranslatableCronError",
    "Verdict",
    "add_sections",
    "plan_edit",
    "read_database",
    "read_file",
    "take_stock",
    "translate_cron",
]
