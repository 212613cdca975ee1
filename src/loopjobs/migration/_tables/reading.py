"""Which schedulers have tables in a database?"""

from datetime import datetime

from loopjobs.migration._errors import MigrationError
from loopjobs.migration._facts import OldScheduler
from loopjobs.migration._tables.apscheduler import read_apscheduler_table
from loopjobs.migration._tables.hangfire import read_hangfire_tables
from loopjobs.migration._tables.opening import open_database
from loopjobs.migration._tables.quartz import read_quartz_tables


def read_database(url: str, now: datetime, *, table_prefix: str = "QRTZ_") -> list[OldScheduler]:
    """Read the tables of Quartz.NET, Hangfire and APScheduler 3, whichever are there.

    Nothing that was serialized is brought to life: JSON and properties are read, pickles are read
    opcode by opcode, objects of .NET or Java are not read at all.

    Args:
        url: SQLite or PostgreSQL, without a password.
        now: What has ended before it cannot move.
        table_prefix: What the tables of Quartz begin with, perhaps with a schema before it.

    Raises:
        MigrationError: The database cannot be read, or has no jobs in such tables.
    """
    with open_database(url) as database:
        found = [
            *read_quartz_tables(database, table_prefix, now),
            *read_hangfire_tables(database),
            *read_apscheduler_table(database),
        ]
        if not found:
            raise MigrationError(
                f"{database.where}: has no jobs of Quartz, Hangfire or APScheduler. Is it the "
                "right database? Tables of Quartz may have another prefix: --table-prefix."
            )
        return found
