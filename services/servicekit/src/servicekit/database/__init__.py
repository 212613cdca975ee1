"""Database engine, sessions, column types and migrations, the same for SQLite and PostgreSQL."""

from servicekit.database.batches import batch_pause
from servicekit.database.conflicts import again_on_conflict
from servicekit.database.database import Database
from servicekit.database.instants import UtcDateTime, is_readable_instant
from servicekit.database.migrations import MigrationService, Revisions
from servicekit.database.models import BIG_ID, named_metadata
from servicekit.database.one_of import is_one_of
from servicekit.database.options import DatabaseOptions
from servicekit.database.provider import DatabaseProvider

__all__ = [
    "BIG_ID",
    "Database",
    "DatabaseOptions",
    "DatabaseProvider",
    "MigrationService",
    "Revisions",
    "UtcDateTime",
    "again_on_conflict",
    "batch_pause",
    "is_one_of",
    "is_readable_instant",
    "named_metadata",
]
