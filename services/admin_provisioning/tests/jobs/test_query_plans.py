"""The statements of both jobs use the indexes that were made for them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.cleanup_ports import LostRule
from admin_provisioning.domain.job_queue import Claim, Progress
from admin_provisioning.domain.retention import Cutoffs, Place
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.cleanup_view import SqlCleanupView
from admin_provisioning.storage.job_queue import SqlJobQueue
from loopjobs.testing import FakeClock
from servicekit.database import Database

from .statements import statements

NOBODY = UUID(int=9)


async def plans(database: Database, work: Callable[[], Awaitable[object]]) -> str:
    """Return how the database would run what a piece of work sends, on tables of some size."""
    with statements(database) as sent:
        await work()
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    found = []
    async with database.writer.connect() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in sent:
            if "bulk_job" in statement:
                rows = await connection.exec_driver_sql(f"{explain} {statement}", parameters)  # type: ignore[arg-type]  # as the driver got them
                found.append(str(rows.all()))
    return "\n".join(found)


def works(database: Database, now: datetime) -> dict[str, Callable[[], Awaitable[object]]]:
    view, store, queue = SqlCleanupView(database), SqlCleanupStore(database), SqlJobQueue(database)
    claim = Claim(NOBODY, BulkJobKind.PC_IMPORT, "w", 1, 1, Progress(0, 0, cancel_requested=False))
    cutoffs, lost = Cutoffs(now, now, now), LostRule(now, 3)
    return {
        "claim": lambda: queue.claim("w", now, now),
        "has_more": lambda: queue.has_more(now),
        "pending": lambda: queue.pending(claim, 10),
        "reap": lambda: store.reap(lost, now, 10),
        "abandon": lambda: store.abandon(now, now, 10),
        "old_jobs": lambda: view.old_jobs(cutoffs, None, 10),
        "old_jobs_after": lambda: view.old_jobs(cutoffs, Place(now, NOBODY), 10),
        "doomed_jobs": lambda: view.doomed_jobs(None, 10),
        "delete_items": lambda: store.delete_items(NOBODY, 10),
        "forget_tombstones": lambda: store.forget_tombstones(now, 10),
        "keys_in_use": lambda: view.keys_in_use(["a", "b"]),
    }


@pytest.mark.parametrize(
    ("work", "index"),
    [
        ("claim", "ix_bulk_jobs_waiting"),
        ("has_more", "ix_bulk_jobs_waiting"),
        ("pending", "ix_bulk_job_items_pending"),
        ("reap", "ix_bulk_jobs_lease_until"),
        ("abandon", "ix_bulk_jobs_waiting"),
        ("old_jobs", "ix_bulk_jobs_finished_at"),
        ("old_jobs_after", "ix_bulk_jobs_finished_at"),
        ("doomed_jobs", "ix_bulk_jobs_deleting"),
        ("delete_items", "uq_bulk_job_items_job_id_row_no"),
        ("forget_tombstones", "ix_bulk_job_archive_deleted_at"),
        ("keys_in_use", "ix_bulk_jobs_file_key"),
    ],
)
async def test_each_choice_of_rows_has_its_index(
    database: Database, clock: FakeClock, work: str, index: str
) -> None:
    """No batch reads a table from its beginning, nor sorts what an index has in order."""
    plan = await plans(database, works(database, clock.now())[work])
    assert index in plan
    assert "Seq Scan" not in plan
    assert "USE TEMP B-TREE" not in plan
