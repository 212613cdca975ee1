"""BulkJobCleanup: finished jobs of a thousand rows each are old, and others are sent meanwhile."""

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

import admin_provisioning.storage
from admin_provisioning.domain.bulk_job import BulkJobKind, BulkJobState, ItemState
from admin_provisioning.domain.limits import BulkJobLimits
from admin_provisioning.domain.lists import read_csv
from admin_provisioning.domain.submission import Submission, Submissions
from admin_provisioning.files.directory_file_store import DirectoryFileStore
from admin_provisioning.files.options import FilesOptions
from admin_provisioning.jobs.bulk_job_cleanup import BulkJobCleanup
from admin_provisioning.jobs.bulk_job_cleanup_options import BulkJobCleanupOptions
from admin_provisioning.storage.cleanup_store import SqlCleanupStore
from admin_provisioning.storage.cleanup_view import SqlCleanupView
from admin_provisioning.storage.intake import SqlIntake
from admin_provisioning.storage.models import BulkJobItemRow, BulkJobRow
from servicekit.database import Revisions
from sweeps.bulk import Expressions, insert_rows
from sweeps.case import Case, Execute, Scene
from sweeps.row_by_row import row_by_row

_ITEMS_A_JOB: Final = 1_000
_JOBS_AN_OWNER: Final = 100
_AGO: Final = timedelta(days=40)
_LIMITS: Final = BulkJobLimits(max_rows=10_000, max_bytes=10 * 2**20, max_unfinished_per_owner=10)
_SENT_ROWS: Final = 100
"""In the list that the other client sends."""


async def fill(scene: Scene) -> None:
    """Write jobs of a thousand rows each with their files; all are old, and their owners few."""
    sql, jobs = scene.expressions, scene.rows // _ITEMS_A_JOB
    for number in range(jobs):
        (scene.folder / f"{number}.csv").write_bytes(b"mac,hostname\n")
    await insert_rows(scene.database, BulkJobRow, _job(sql), range(jobs), sql)
    items = range(jobs * _ITEMS_A_JOB)
    await insert_rows(scene.database, BulkJobItemRow, _item(sql), items, sql)


def _job(sql: Expressions) -> dict[str, str]:
    ended = sql.moment(-_AGO, "n * 60000")
    instants = ("created_at", "updated_at", "started_at", "finished_at")
    return {
        "id": sql.uuid("n + 1"),
        "kind": f"'{BulkJobKind.PC_IMPORT.value}'",
        "state": f"'{BulkJobState.SUCCEEDED.value}'",
        "owner_id": f"'user:' || n / {_JOBS_AN_OWNER}",
        "idempotency_key": "'key-' || n",
        "request_hash": sql.digest(),
        "total_count": str(_ITEMS_A_JOB),
        "ok_count": str(_ITEMS_A_JOB),
        **dict.fromkeys(instants, ended),
        "file_key": "n || '.csv'",
    }


def _item(sql: Expressions) -> dict[str, str]:
    return {
        "job_id": sql.uuid(f"n / {_ITEMS_A_JOB} + 1"),
        "row_no": f"n % {_ITEMS_A_JOB} + 1",
        "payload": sql.document(mac=sql.mac(), hostname="'pc-' || n"),
        "state": f"'{ItemState.SUCCEEDED.value}'",
        "target_id": "n",
    }


def job(scene: Scene) -> Execute:
    """Remove it all in one run, but for each owner's newest; else as the settings come."""
    database, clock = scene.database, scene.clock
    options = BulkJobCleanupOptions.model_validate({"MaxItemsPerRun": 1_000_000_000})
    view, store = SqlCleanupView(database), SqlCleanupStore(database)
    return BulkJobCleanup(view, store, _files(scene), options, database, clock).execute


def _files(scene: Scene) -> DirectoryFileStore:
    options = FilesOptions.model_validate({"Directory": str(scene.folder)})
    return DirectoryFileStore(options, scene.clock)


async def send(scene: Scene, number: int) -> None:
    """Send a list, and have it stored as a bulk job; each time somebody else does."""
    content = _list(number)
    submission = Submission(
        owner_id=f"client:{number}",
        idempotency_key=f"sent-{number}",
        request_hash=hashlib.sha256(content).digest(),
        content=BytesIO(content),
        suffix=".csv",
        pcs=read_csv(BytesIO(content), BulkJobKind.PC_IMPORT, _LIMITS.max_rows),
    )
    intake = SqlIntake(scene.database, _LIMITS)
    await Submissions(intake, _files(scene), scene.clock).accept(submission)


def _list(number: int) -> bytes:
    first = number * _SENT_ROWS
    rows = (f"06{pc:010x},pc-{pc}" for pc in range(first, first + _SENT_ROWS))
    return "\n".join(["mac,hostname", *rows]).encode()


async def row_by_row_instead(scene: Scene) -> None:
    """Read each row of a bulk job, and delete it."""

    async def remove(session: AsyncSession, item: BulkJobItemRow) -> None:
        await session.execute(delete(BulkJobItemRow).where(BulkJobItemRow.id == item.id))

    item = BulkJobItemRow
    await row_by_row(scene, item.id, item, lambda _: True, remove)


CASE: Final = Case(
    "BulkJobCleanup",
    "bulk_job_items",
    Revisions.of(admin_provisioning.storage),
    fill,
    job,
    send,
    row_by_row_instead,
    full_rows=2_000_000,
)
